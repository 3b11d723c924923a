import { DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { DescribePullThroughCacheRulesCommand, PutRegistryPolicyCommand } from '@aws-sdk/client-ecr';
import { policy } from '../../harness/aws';
import { CUSTOMER, REGION, STACK, UPSTREAM, VENDOR } from '../world';
import type { World } from '../world';

/** What the vendor allows its customer: ECR User Guide, "IAM permissions required to sync an upstream registry ...". */
export async function letCustomerIn(world: World): Promise<void> {
  await world.vendor.ecr.send(new PutRegistryPolicyCommand({
    policyText: policy({
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${CUSTOMER}:root` },
      Action: ['ecr:BatchGetImage', 'ecr:BatchImportUpstreamImage', 'ecr:GetDownloadUrlForLayer', 'ecr:GetImageCopyStatus'],
      Resource: `arn:aws:ecr:${REGION}:${VENDOR}:repository/*`,
    }),
  }));
}

export async function deploy(world: World): Promise<void> {
  const { cdk, customer, report } = world;
  report.progress(`account ${VENDOR} plays Echo, account ${CUSTOMER} is its customer`);
  await letCustomerIn(world);

  report.progress('cdk bootstrap');
  const bootstrapped = await cdk.bootstrap(CUSTOMER);
  report.claim('the CDK CLI bootstraps the account', bootstrapped.code === 0, bootstrapped.output);

  report.progress(`cdk deploy -c echoAccount=${VENDOR}`);
  const deployed = await cdk.deploy(STACK, { context: { echoAccount: VENDOR } });
  report.claim('the CDK CLI deploys the sample app', deployed.code === 0, deployed.output);

  const { StackResources: resources = [] } = await customer.cloudFormation.send(new DescribeStackResourcesCommand({ StackName: STACK }));
  const incomplete = resources.filter(({ ResourceStatus }) => ResourceStatus !== 'CREATE_COMPLETE');
  report.claim(`its ${resources.length} resources are complete`, resources.length > 0 && incomplete.length === 0,
    incomplete.map(({ LogicalResourceId }) => LogicalResourceId).join(', '));

  const { pullThroughCacheRules: [rule] = [] } = await customer.ecr.send(new DescribePullThroughCacheRulesCommand({}));
  report.claim(`the rule 'echo' caches ${UPSTREAM} by the role of the stack`,
    rule?.ecrRepositoryPrefix === 'echo' && rule.upstreamRegistryUrl === UPSTREAM && rule.customRoleArn?.includes(`role/${STACK}-`) === true,
    JSON.stringify(rule));
}
