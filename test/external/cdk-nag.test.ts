import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks } from 'cdk-nag';
import type { NagPack } from 'cdk-nag';
import acknowledged from './acknowledged.json';
import { ObservabilityStack } from '../../examples/observability/observability-stack';

interface Finding {
  readonly rule: string;
  readonly where: string;
}

const PACKS: NagPack[] = [new AwsSolutionsChecks(), new NIST80053R5Checks(), new HIPAASecurityChecks(), new PCIDSS321Checks()];

/** The example with everything on. */
const fullExample = () => new ObservabilityStack(new App(), 'Full', { echoAccount: '123456789012' });

/** What a pack finds, its rules without the pack's name where all packs but AwsSolutions share them. */
function findings(pack: NagPack, stack: Stack): Finding[] {
  return pack.validateScope(stack).violations.flatMap(({ ruleName, violatingResources }) => violatingResources.map(({ constructPath }) => (
    { rule: ruleName.replace(/^(NIST\.800\.53\.R5|HIPAA\.Security|PCI\.DSS\.321)-/, ''), where: constructPath! })));
}

const isAcknowledged = ({ rule, where }: Finding) => acknowledged['cdk-nag'].some((one) => one.rules.includes(rule) && new RegExp(one.where).test(where));

test.each(PACKS.map((pack) => [pack.constructor.name, pack] as const))('%s finds nothing without a written reason', (_, pack) => {
  const found = findings(pack, fullExample());

  expect(found).not.toEqual([]);
  expect(found.filter((finding) => !isAcknowledged(finding))).toEqual([]);
});

test('every acknowledged rule is still found, so that no reason outlives its finding', () => {
  const stack = fullExample();
  const found = new Set(PACKS.flatMap((pack) => findings(pack, stack)).map(({ rule }) => rule));
  const rules = acknowledged['cdk-nag'].flatMap((one) => one.rules);

  expect(rules.filter((rule) => !found.has(rule))).toEqual([]);
});

test('fails for a role that may do everything', () => {
  const stack = fullExample();
  new iam.Role(stack, 'Admin', {
    assumedBy: new iam.ServicePrincipal('ecr.amazonaws.com'),
    inlinePolicies: { All: new iam.PolicyDocument({ statements: [new iam.PolicyStatement({ actions: ['*'], resources: ['*'] })] }) },
  });

  expect(findings(new AwsSolutionsChecks(), stack).filter((finding) => !isAcknowledged(finding))).toEqual(expect.arrayContaining([
    { rule: 'AwsSolutions-IAM5[Action::*]', where: 'Full/Admin/Resource' },
    { rule: 'AwsSolutions-IAM5[Resource::*]', where: 'Full/Admin/Resource' },
  ]));
});
