import type { Area } from '../claim';
import { noted, oracles, testsOfStep, unitTests } from '../evidence';
import { FAST_CHECK, GO_REFERENCE, OURS } from '../judges';

export const UPSTREAMS: Area = {
  title: 'Upstreams and image names',
  claims: [
    {
      id: 'upstreams',
      claim: 'Every upstream that ECR knows has its URL, its name in CloudFormation and its default prefix; what needs a role or a credential can\'t be written without',
      judges: [OURS],
      tried: 'every factory beside the table of the guide and the enum of the CloudFormation schema; bad hosts, accounts, Regions and names of Azure registries are refused',
      evidence: [unitTests('test/upstream/upstream-', 'test/rule/upstream-role.test.ts')],
      restsOn: ['upstream-prefix-elsewhere', 'ecr-public-dual-stack', 'kubernetes-old-host'],
    },
    {
      id: 'credentials',
      claim: 'A secret that ECR would not read is refused: by its name, place, key or form; a token in plain text never reaches a template',
      judges: [OURS],
      tried: 'own, imported and generated secrets; another account or Region, a customer managed key, a partial ARN, a wrong name prefix and a literal token are refused',
      evidence: [unitTests('test/upstream/upstream-credential.test.ts', 'test/rule/upstream-secret.test.ts')],
      restsOn: ['placeholder-secret'],
    },
    {
      id: 'image-references',
      claim: 'An image name means what Docker takes it for, in every part, and what Docker refuses is refused',
      judges: [GO_REFERENCE, FAST_CHECK],
      tried: 'generated names of all sorts with a new seed each run, all short texts of the grammar\'s signs, our tables; a naive parser and single altered verdicts must be caught',
      evidence: [
        noted('oracles', 'image references', 'test/oracles/image-reference.test.ts'),
        oracles('test/oracles/image-reference.test.ts'),
      ],
    },
    {
      id: 'hostile-names',
      claim: 'A hostile name costs time that grows no faster than its length, and gets a short message',
      judges: [OURS, FAST_CHECK],
      tried: 'very long texts of many shapes, counted in characters looked at, not in seconds; a parser that starts again at each character must be told apart',
      evidence: [
        testsOfStep('npm test', ['test/upstream/image-reference.test.ts'], ['the work for a hostile text', 'any text']),
        testsOfStep('npm test', ['test/upstream/image-reference.test.ts'], ['an accepted image reference', 'a refused image reference', 'the complete form']),
      ],
    },
  ],
};
