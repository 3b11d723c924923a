import type { Area } from '../claim';
import { unitTests } from '../evidence';
import { FAST_CHECK, OURS } from '../judges';

export const IMAGES: Area = {
  title: 'Images and rewriting',
  claims: [
    {
      id: 'cached-images',
      claim: 'A public name leads to the image of the same name in the cache, in ECS, Batch, CodeBuild and as a repository',
      judges: [OURS, FAST_CHECK],
      tried: 'the examples of AWS\'s page on prefixes, names with hosts, `library/`, tags and digests; generated names lead to themselves; other registries and Lambda are refused',
      evidence: [unitTests('test/pulling/cached-image.test.ts', 'test/pulling/own-image.test.ts', 'test/pulling/cached-image-use.test.ts')],
      restsOn: ['digest-first-pull', 'codebuild-registry-credential'],
    },
    {
      id: 'rewriting',
      claim: 'A whole app moves to caches: every name that a cache serves is rewritten, its role may pull it, and every other name stays',
      judges: [OURS],
      tried: 'each property of CloudFormation that names an image, L1 and L2, lazy, conditional and in stages; own images, digests and unknown names stay; twice is as once',
      evidence: [unitTests(
        'test/pulling/cached-images.test.ts', 'test/pulling/cached-images-services.test.ts', 'test/pulling/cached-images-properties.test.ts',
        'test/pulling/cached-images-checks.test.ts', 'test/pulling/cached-images-values.test.ts',
      )],
      restsOn: ['batch-ec2-puller', 'codebuild-registry-credential'],
    },
    {
      id: 'kubernetes',
      claim: 'Values of charts and manifests are rewritten where they name images, and nowhere else',
      judges: [OURS, FAST_CHECK],
      tried: 'the forms in which charts split image names; generated trees, rewritten once and twice; data of config maps and secrets stay, digests stay with a warning',
      evidence: [unitTests('test/pulling/cached-images-kubernetes.test.ts')],
    },
  ],
};
