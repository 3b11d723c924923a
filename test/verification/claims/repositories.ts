import type { Area } from '../claim';
import { testsOfStep, unitTests } from '../evidence';
import { FAST_CHECK, OURS } from '../judges';

export const REPOSITORIES: Area = {
  title: 'Repositories and registry',
  claims: [
    {
      id: 'template',
      claim: 'Repositories are born with the encryption, tags, mutability, policy and lifecycle that are asked for, by a creation role exactly where one is needed',
      judges: [OURS],
      tried: 'every combination of tags, inherited tags, keys and roles; limits of AWS at both sides; roles with a path, aliases, reserved tags and foreign keys are refused',
      evidence: [unitTests('test/repository/repository-template', 'test/repository/creation-role.test.ts', 'test/repository/replica-template.test.ts')],
      restsOn: ['template-key-alias', 'creation-role-path', 'templates-quota'],
    },
    {
      id: 'lifecycle',
      claim: 'A lifecycle policy that ECR would refuse is refused here, and every other one is written as it was meant',
      judges: [OURS, FAST_CHECK],
      tried: 'each rule of the grammar at both sides; generated rules written and read again; generated texts, of which none may pass unread or fail without a reason',
      evidence: [
        unitTests('test/repository/lifecycle', 'test/repository/cache-lifecycle.test.ts', 'test/repository/default-lifecycle.test.ts'),
        testsOfStep('npm test', ['test/repository/lifecycle.property.test.ts']),
      ],
    },
    {
      id: 'registry-wide',
      claim: 'What an account has once a Region, its registry policy, scanning and replication, is made once, within its limits, and keeps what was there',
      judges: [OURS],
      tried: 'statements of users and of caches together; second ones, policies above 10,240 characters, filters and destinations that ECR has no place for are refused',
      evidence: [unitTests('test/registry/registry-policy.test.ts', 'test/registry/registry-scanning.test.ts', 'test/registry/registry-replication.test.ts')],
      restsOn: ['cached-images-replicate', 'replicas-under-a-rule', 'scan-on-import', 'configurations-deleted'],
    },
  ],
};
