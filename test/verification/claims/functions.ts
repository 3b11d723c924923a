import type { Area } from '../claim';
import { unitTests } from '../evidence';
import { OURS } from '../judges';

export const FUNCTIONS: Area = {
  title: 'Lambda functions, network and operations',
  claims: [
    {
      id: 'statistics',
      claim: 'Statistics count right, also over many pages, and what they could not see is a number and no lower sum',
      judges: [OURS],
      tried: 'small and very large registries, with throttling, denied and hanging calls, deleted repositories and the end of the time; a refused list or metric fails the run',
      evidence: [unitTests('test/monitoring/cache-statistics', 'test/monitoring/statistics-run.test.ts', 'test/monitoring/in-parallel.test.ts', 'test/monitoring/lambda-runtime.test.ts')],
      restsOn: ['describe-images-rate', 'pull-count'],
    },
    {
      id: 'probe',
      claim: 'The probe pulls as a client does, and one image that fails keeps no other from being pulled',
      judges: [OURS],
      tried: 'tags, digests, indexes and layers; missing images, refused upstreams and callers, hanging calls and the end of the time are told by their reason',
      evidence: [unitTests('test/monitoring/cache-probe')],
      restsOn: ['probe-import', 'digest-first-pull'],
    },
    {
      id: 'bundles',
      claim: 'The functions ship as small bundles that need nothing but Node.js and the SDK of the runtime, and do what their sources do',
      judges: [OURS],
      tried: 'each bundle loaded, run beside its source, weighed, and searched for what it requires',
      evidence: [unitTests('test/monitoring/lambda-bundles.test.ts', 'test/operations/lambda-bundles.test.ts')],
    },
    {
      id: 'private-networks',
      claim: 'Access from private subnets makes the endpoints that are missing, takes those that exist, and scopes their policies to the caches',
      judges: [OURS],
      tried: 'own, imported and looked-up VPCs, endpoints made before, elsewhere and too late; missing route tables and caches of other Regions are refused',
      evidence: [unitTests('test/network/')],
      restsOn: ['first-pull-internet', 'endpoint-policy-actions'],
    },
    {
      id: 'verify-on-deploy',
      claim: 'A deployment that verifies its cache fails with ECR\'s own reason when the cache doesn\'t work, and never keeps a stack from rolling back',
      judges: [OURS],
      tried: 'each reason of failure, throttling, retries while IAM settles, changes that must and must not verify again; verifications that could prove nothing are refused',
      evidence: [unitTests('test/operations/cache-verification', 'test/operations/fingerprint.test.ts', 'test/operations/verification-run.test.ts', 'test/operations/deployment-request.test.ts')],
      restsOn: ['verify-rollback'],
    },
    {
      id: 'adoption',
      claim: 'Existing repositories get the settings of the template, or go with the cache, only on request, only below the prefix, and in many invocations if need be',
      judges: [OURS],
      tried: 'dry runs, rollbacks, very large registries, interruptions and missing permissions; ROOT, a wrong confirmation and repositories of other caches are left alone',
      evidence: [unitTests('test/operations/adopt-repository.test.ts', 'test/operations/prefix-sweep.test.ts', 'test/operations/repository-', 'test/operations/import.test.ts')],
      restsOn: ['settings-rate', 'force-delete', 'import-types', 'cached-repositories-stay'],
    },
    {
      id: 'replacement-check',
      claim: 'A change set that would replace a rule, or take its prefix away, is found before it is executed',
      judges: [OURS],
      tried: 'change sets of every kind of change, nested and in pages; what a change set leaves open is said, what is incomplete is refused',
      evidence: [unitTests('test/operations/replacement-')],
      restsOn: ['rule-replacement', 'conditional-replacement'],
    },
  ],
};
