import { App } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { findings, PACKS, reasonsOf } from './nag';
import { ObservabilityStack } from '../../examples/observability/observability-stack';

/** The example with everything that watches; all the others take longer and are in `slow/`. */
const fullExample = () => new ObservabilityStack(new App(), 'Full', { echoAccount: '123456789012' });

test.each(PACKS.map((pack) => [pack.constructor.name, pack] as const))('%s finds nothing without a written reason', (_, pack) => {
  const found = findings(pack, 'observability', fullExample());

  expect(found).not.toEqual([]);
  expect(found.filter((finding) => reasonsOf(finding).length === 0)).toEqual([]);
});

test('fails for a role that may do everything', () => {
  const stack = fullExample();
  new iam.Role(stack, 'Admin', {
    assumedBy: new iam.ServicePrincipal('ecr.amazonaws.com'),
    inlinePolicies: { All: new iam.PolicyDocument({ statements: [new iam.PolicyStatement({ actions: ['*'], resources: ['*'] })] }) },
  });

  expect(findings(new AwsSolutionsChecks(), 'observability', stack).filter((finding) => reasonsOf(finding).length === 0)).toEqual(expect.arrayContaining([
    { rule: 'AwsSolutions-IAM5[Action::*]', where: 'observability Full/Admin/Resource' },
    { rule: 'AwsSolutions-IAM5[Resource::*]', where: 'observability Full/Admin/Resource' },
  ]));
});
