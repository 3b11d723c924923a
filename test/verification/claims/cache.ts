import type { Area } from '../claim';
import { said, unitTests } from '../evidence';
import { CRUISER, OURS } from '../judges';

export const CACHE: Area = {
  title: 'The cache',
  claims: [
    {
      id: 'one-construct',
      claim: 'One construct gives rule, upstream role, template, event rule, log and alarm, in an order in which no repository is born without its template',
      judges: [OURS],
      tried: 'default, tuned and minimal caches; a Region without pull-through caches, a second cache of one prefix and a role of another account are refused',
      evidence: [unitTests('test/pull-through-cache.test.ts', 'test/pull-through-cache-snapshots.test.ts', 'test/contract/')],
    },
    {
      id: 'ids-stay',
      claim: 'Logical ids stay between releases, and a cache takes over a bare L1 rule of the same id without a replacement',
      judges: [OURS],
      tried: 'caches and rules at the top of a stack, in constructs and in nested stacks, beside an L1 rule in the same place; snapshots never repair themselves',
      evidence: [unitTests('test/pull-through-cache-ids.test.ts')],
    },
    {
      id: 'one-prefix-one-rule',
      claim: 'What would collide in ECR is refused at synthesis: a second rule of a prefix, the 51st rule, a second registry-wide setting',
      judges: [OURS],
      tried: 'one stack, several, nested ones, stages, L1 rules and rules under conditions; the same in another account or Region is accepted; overlapping prefixes warn',
      evidence: [unitTests('test/rule/cache-rule.test.ts', 'test/rule/rule-register.test.ts', 'test/private/placement.test.ts', 'test/private/tree.test.ts')],
      restsOn: ['prefix-precedence', 'own-registry', 'same-account-role', 'other-partitions', 'rule-trailing-slash'],
    },
    {
      id: 'many-stacks',
      claim: 'Fifty caches fit into one stack, and a cache can be used from other stacks, stages and nested stacks without locking them together',
      judges: [OURS],
      tried: 'grants, images and metrics across stacks; no import or export but for the metric, which has no other name',
      evidence: [unitTests('test/pull-through-cache-stacks.test.ts', 'test/pull-through-cache-imports.test.ts', 'test/environments/')],
    },
    {
      id: 'tokens',
      claim: 'Values that are known at deployment only pass where a literal would, and switch off no other check',
      judges: [OURS],
      tried: 'parameters and lazy values as account, Region, prefix, tags, role; a bad literal beside a token is refused',
      evidence: [unitTests('test/pull-through-cache-tokens.test.ts', 'test/repository/lifecycle-tokens.test.ts', 'test/private/known-length.test.ts')],
    },
    {
      id: 'messages',
      claim: 'Every refusal says what was got, what is expected and what to do; every warning has an id that stays and can be acknowledged',
      judges: [OURS],
      tried: 'each check of prefixes, accounts, Regions, roles and texts at both sides of its limit; each warning acknowledged at the cache, at its stack and by annotation',
      evidence: [unitTests(
        'test/private/checks.test.ts', 'test/private/errors.test.ts', 'test/private/excerpt.test.ts', 'test/private/role-checks.test.ts',
        'test/private/warnings.test.ts', 'test/pull-through-cache-warnings.test.ts',
      )],
      restsOn: ['creation-role-path'],
    },
    {
      id: 'rooms',
      claim: 'The code depends in one direction: no part needs one that is built on it',
      judges: [CRUISER],
      tried: 'every import of `src/`; an import upwards or a cycle fails the build',
      evidence: [said('npm test', 'modules', '* no dependency violations found (# modules, *)')],
    },
  ],
};
