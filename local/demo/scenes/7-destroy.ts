import { ListStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  DescribePullThroughCacheRulesCommand, DescribeRepositoriesCommand, DescribeRepositoryCreationTemplatesCommand, ListImagesCommand,
} from '@aws-sdk/client-ecr';
import { statusOf } from '../../harness/stack';
import { STACK, VENDOR } from '../world';
import type { World } from '../world';

export async function destroy(world: World): Promise<void> {
  const { cdk, customer, report } = world;
  report.progress('cdk destroy');
  const destroyed = await cdk.destroy(STACK, { context: { echoAccount: VENDOR } });
  const status = await statusOf(customer, STACK);
  report.claim('the CDK CLI destroys the stack', destroyed.code === 0 && (status === undefined || status === 'DELETE_COMPLETE'), destroyed.output);

  const { pullThroughCacheRules: rules } = await customer.ecr.send(new DescribePullThroughCacheRulesCommand({}));
  const { repositoryCreationTemplates: templates } = await customer.ecr.send(new DescribeRepositoryCreationTemplatesCommand({}));
  report.claim('rule and template are gone', rules?.length === 0 && templates?.length === 0, JSON.stringify({ rules, templates }));

  const { repositories = [] } = await customer.ecr.send(new DescribeRepositoriesCommand({}));
  const cached = repositories.map(({ repositoryName }) => repositoryName!).filter(name => name.startsWith('echo/')).sort();
  report.claim('the cached repositories remain: ECR made them, not the stack', cached.includes('echo/nginx'), cached.join(', '));
  for (const repositoryName of cached) {
    const { imageIds = [] } = await customer.ecr.send(new ListImagesCommand({ repositoryName, filter: { tagStatus: 'TAGGED' } }));
    report.quote(`${repositoryName}: ${imageIds.map(({ imageTag }) => imageTag).sort().join(', ')}`);
  }
  const { StackSummaries: stacks = [] } = await customer.cloudFormation.send(new ListStacksCommand({}));
  const live = stacks.filter(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE').map(({ StackName }) => StackName);
  report.quote(`stack ${live.join(', ')}: what cdk bootstrap made`);
  report.progress('they cost storage until they are removed: aws ecr delete-repository --force --repository-name echo/nginx');
}
