import type { Area } from '../claim';
import { localTests, noted } from '../evidence';
import { CDK_CLI, DOCKER_REGISTRY, ENGINE, MINISTACK, SKOPEO } from '../judges';

export const LOCAL: Area = {
  title: 'End to end, on a local emulation that never met AWS',
  claims: [
    {
      id: 'demo',
      claim: 'A cache is deployed, pulled through, cut off from its upstream, granted, watched, changed and destroyed in one command',
      judges: [CDK_CLI, MINISTACK, ENGINE],
      tried: 'every scene; each verdict must turn when its cause is taken away: a grant, a trust, a rule, a template, an outage that is none',
      evidence: [noted('local AWS', 'claims of the demo', 'test/local/demo.test.ts'), localTests('test/local/demo')],
    },
    {
      id: 'real-pulls',
      claim: 'Clients pull what upstreams hold, with its digests, from public, private and credentialed upstreams, and see why when they can\'t',
      judges: [SKOPEO, DOCKER_REGISTRY, MINISTACK, ENGINE],
      tried: 'first pulls, refreshes, moved tags; a missing image, grant, login, trust, policy, key of a secret or `library/` fails',
      evidence: [localTests(
        'test/local/public-upstream.test.ts', 'test/local/private-upstream.test.ts', 'test/local/credentials.test.ts', 'test/local/pullers.test.ts',
        'test/local/task-image.test.ts', 'test/local/vendor-access.test.ts',
      )],
      restsOn: ['scoped-upstream-role', 'digest-first-pull'],
    },
    {
      id: 'stack-life',
      claim: 'Stacks are created, updated, rolled back and destroyed by the CDK CLI as the guides say, also when the engine is killed in between',
      judges: [CDK_CLI, MINISTACK, ENGINE],
      tried: 'changes in place, replacements that must fail, resources that ECR refuses, a move from a vendor\'s template, adoption, removal, verified deployments',
      evidence: [localTests(
        'test/local/stack-lifecycle.test.ts', 'test/local/replacement.test.ts', 'test/local/vendor-template.test.ts', 'test/local/adopt.test.ts',
        'test/local/verify-on-deploy.test.ts', 'test/local/killed-engine.test.ts',
      )],
      restsOn: ['rule-replacement', 'verify-rollback'],
    },
    {
      id: 'alarms-fire',
      claim: 'Each alarm goes off for its cause, tells its topic, and returns to OK by itself',
      judges: [MINISTACK, ENGINE],
      tried: 'failed imports, missing runs, hidden repositories, storage, hit rate, calls, a log that is gone; denied callers and successful pulls must leave the default alarm quiet, and a disabled rule must keep it from firing',
      evidence: [localTests('test/local/monitoring.test.ts', 'test/local/statistics-and-probe.test.ts')],
      restsOn: ['triggered-rules', 'sync-status'],
    },
    {
      id: 'disasters',
      claim: 'What is cached is served without the upstream, its permission, its credential, its rule or its Region, and everything comes back without a change of the cache',
      judges: [CDK_CLI, MINISTACK, ENGINE],
      tried: 'outages, revoked access and credentials, a deleted rule and stack, a lost Region; what is not cached must fail',
      evidence: [localTests('test/local/disaster.test.ts')],
      restsOn: ['cached-repositories-stay', 'cached-images-replicate', 'replicas-under-a-rule'],
    },
    {
      id: 'engine',
      claim: 'The emulation is strict: it decides permissions, keeps create-only properties, checks inputs by AWS\'s own model of the API, and listens on this machine only',
      judges: [MINISTACK, ENGINE],
      tried: 'each reading of AWS\'s pages at both sides; each permission of a puller, a role and an owner taken away must refuse the pull with the text that AWS documents',
      evidence: [localTests('local/tests/')],
    },
  ],
};
