import type { Area } from '../claim';
import { checks, noted, said, unitTests } from '../evidence';
import { CDK_NAG, CFN_LINT, CHECKOV } from '../judges';

export const REVIEWS: Area = {
  title: 'Reviewers that others wrote',
  claims: [
    {
      id: 'cfn-lint',
      claim: 'cfn-lint finds nothing in any example',
      judges: [CFN_LINT],
      tried: 'the templates of every example app; a prefix that ECR refuses must be found',
      evidence: [said('examples', 'templates', 'ok   cfn-lint * (# templates)'), checks('examples', ['synth', 'cfn-lint'])],
    },
    {
      id: 'cdk-nag',
      claim: 'What the rule packs of cdk-nag find has a written reason, and no reason outlives its finding',
      judges: [CDK_NAG],
      tried: 'AWS Solutions, NIST 800-53, HIPAA and PCI DSS on the example with everything on; a role that may do everything must be found',
      evidence: [noted('npm test', 'acknowledged findings', 'test/judges/cdk-nag.test.ts'), unitTests('test/judges/')],
    },
    {
      id: 'checkov',
      claim: 'What checkov finds has a written reason, and no reason outlives its finding',
      judges: [CHECKOV],
      tried: 'every example and the published template; a role that everyone may assume must be found',
      evidence: [
        said('judges', 'passed rules', '* resources, # checks passed, * findings, of * rules with a reason', { first: true }),
        checks('judges', ['checkov', 'synth']),
      ],
    },
  ],
};
