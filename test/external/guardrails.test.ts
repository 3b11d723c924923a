import { CfnGuardValidator } from '@cdklabs/cdk-validator-cfnguard';
import { App } from 'aws-cdk-lib';
import { GuardedStack } from '../../examples/guardrails/guarded-stack';
import { ObservabilityStack } from '../../examples/observability/observability-stack';

// the validator takes some seconds a template
jest.setTimeout(120_000);

interface Finding {
  readonly rule: string;
  readonly where: string;
}

const ENV = { account: '111122223333', region: 'eu-central-1' };

const guarded = () => synthesized(app => new GuardedStack(app, 'Guarded', { env: ENV, echoAccount: '123456789012' }));

function synthesized(make: (app: App) => { readonly stackName: string }) {
  const app = new App();
  const { stackName } = make(app);
  return app.synth().getStackByName(stackName);
}

/** What the rules of Control Tower's proactive controls find in a template. */
function findings({ templateFullPath }: { readonly templateFullPath: string }): Finding[] {
  const { violations } = new CfnGuardValidator().validate({ templatePaths: [templateFullPath] } as Parameters<CfnGuardValidator['validate']>[0]);
  return violations.flatMap(({ ruleName, violatingResources }) => violatingResources.map(
    ({ resourceLogicalId }) => ({ rule: ruleName, where: resourceLogicalId })));
}

test('the rules of Control Tower find nothing in the recipe', () => {
  const stack = guarded();
  const types = Object.values(stack.template.Resources as Record<string, { Type: string }>).map(({ Type }) => Type);

  expect(types).toEqual(expect.arrayContaining(['AWS::Lambda::Function', 'AWS::Logs::LogGroup', 'AWS::CloudWatch::Alarm', 'AWS::IAM::Role']));
  expect(findings(stack)).toEqual([]);
});

test('they find in an app without it what the guide says that it answers', () => {
  const found = findings(synthesized(app => new ObservabilityStack(app, 'Observed', { env: ENV, echoAccount: '123456789012' })));

  expect([...new Set(found.map(({ rule }) => rule))].sort()).toEqual([
    'cloudwatch_log_group_encrypted_check', 'cloudwatch_log_group_retention_period_check', 'lambda_inside_vpc_check',
  ]);
});
