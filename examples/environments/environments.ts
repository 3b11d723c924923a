import { CacheLifecycleRule, CacheMonitoring } from 'cdk-ecr-pull-through-cache';

/** What differs between environments. */
export interface Environment {
  readonly name: string;
  readonly account: string;
  readonly lifecycleRules: CacheLifecycleRule[];
  readonly monitoring: CacheMonitoring;
  /** Names of the roles that pull, in the environment's account. */
  readonly pullers: string[];
}

export const ENVIRONMENTS: Environment[] = [
  {
    name: 'Dev',
    account: '111122223333',
    lifecycleRules: [CacheLifecycleRule.keepNewest(3)],
    monitoring: CacheMonitoring.none(),
    pullers: ['developer', 'ci'],
  },
  {
    name: 'Staging',
    account: '444455556666',
    lifecycleRules: [CacheLifecycleRule.keepNewest(10)],
    monitoring: CacheMonitoring.logged(),
    pullers: ['ci', 'task-execution'],
  },
  {
    name: 'Prod',
    account: '777788889999',
    lifecycleRules: [CacheLifecycleRule.keepNewest(50)],
    monitoring: CacheMonitoring.standard(),
    pullers: ['task-execution'],
  },
];
