import {
  CreateChangeSetCommand, DescribeChangeSetCommand, DescribeStackEventsCommand, DescribeStacksCommand, ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreatePullThroughCacheRuleCommand, CreateRepositoryCreationTemplateCommand, DescribePullThroughCacheRulesCommand } from '@aws-sdk/client-ecr';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule, CfnRepositoryCreationTemplate } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import { PullThroughCache, RepositoryAdoption, RepositoryRemoval, UpstreamRegistry } from '../../src';
import { decided, undecided } from '../runner/check';
import type { Group } from '../runner/check';
import type { Session } from '../runner/session';

const RULE = 'IntegRule', ROLE = 'IntegRole', OPERATIONS = 'IntegOperations', IMPORTED = 'IntegImported';
const BUSYBOX = 'docker/library/busybox';

const ruleOf = (app: App, id: string, url: string) =>
  new CfnPullThroughCacheRule(new Stack(app, RULE), id, { ecrRepositoryPrefix: 'integ-rule', upstreamRegistryUrl: url });

async function ruleReplacement(session: Session) {
  const deploy = async (id: string, url: string) => session.deploy(RULE, app => { ruleOf(app, id, url); });
  const first = await deploy('Rule', 'public.ecr.aws');
  if (first.code !== 0) { return undecided(first.output.slice(-300)); }
  const property = await deploy('Rule', 'quay.io');
  const id = await deploy('Other', 'public.ecr.aws');
  const { pullThroughCacheRules: [rule] = [] } = await session.account.ecr.send(new DescribePullThroughCacheRulesCommand({ ecrRepositoryPrefixes: ['integ-rule'] }));
  const collides = [property, id].every(({ code, output }) => code !== 0 && /already ?exists/i.test(output));
  const seen = { otherUrl: property.code, otherLogicalId: id.code, url: rule.upstreamRegistryUrl, said: /[^\n]*already ?exists[^\n]*/i.exec(property.output)?.[0].trim() };
  return decided(collides && rule.upstreamRegistryUrl === 'public.ecr.aws', seen);
}

/** A rule whose role changes in place when it may do more. */
function roleAndRule(app: App, wider: boolean): void {
  const stack = new Stack(app, ROLE);
  const role = new iam.Role(stack, 'Role', {
    assumedBy: new iam.ServicePrincipal('pullthroughcache.ecr.amazonaws.com'),
    inlinePolicies: { Read: new iam.PolicyDocument({ statements: [new iam.PolicyStatement({ actions: ['ecr:BatchGetImage', ...wider ? ['ecr:PutImage'] : []], resources: ['*'] })] }) },
  });
  new CfnPullThroughCacheRule(stack, 'Rule', {
    ecrRepositoryPrefix: 'integ-role', upstreamRegistry: 'ecr', upstreamRegistryUrl: '123456789012.dkr.ecr.us-east-1.amazonaws.com', customRoleArn: role.roleArn,
  });
}

async function conditionalReplacement(session: Session) {
  const first = await session.deploy(ROLE, one => roleAndRule(one, false));
  if (first.code !== 0) { return undecided(first.output.slice(-300)); }
  const app = new App();
  roleAndRule(app, true);
  const TemplateBody = JSON.stringify(app.synth().getStackByName(ROLE).template);
  const named = { StackName: ROLE, ChangeSetName: 'wider' };
  await session.account.cloudFormation.send(new CreateChangeSetCommand({ ...named, TemplateBody, Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'] }));
  const changes = await session.until(async () => {
    const set = await session.account.cloudFormation.send(new DescribeChangeSetCommand(named));
    return set.Status === 'CREATE_COMPLETE' ? set.Changes ?? [] : undefined;
  });
  const rule = changes?.find(({ ResourceChange }) => ResourceChange?.ResourceType === 'AWS::ECR::PullThroughCacheRule')?.ResourceChange;
  const second = await session.deploy(ROLE, one => roleAndRule(one, true));
  const causes = rule?.Details?.map(({ CausingEntity, Evaluation }) => `${Evaluation} ${CausingEntity}`);
  const harmless = rule === undefined || rule.Replacement === 'Conditional' && causes!.every(cause => /^Dynamic .*\.Arn$/.test(cause));
  return changes === undefined ? undecided('the change set was not created') : decided(harmless && second.code === 0, { rule: rule?.Replacement ?? 'not in it', causes, update: second.code });
}

/** A cache that is verified, adopted and removed by functions. An update that is broken fails after adoption and removal were updated. */
function operations(app: App, broken: boolean): void {
  const stack = new Stack(app, OPERATIONS);
  const cache = new PullThroughCache(stack, 'Cache', { upstream: UpstreamRegistry.ECR_PUBLIC, repositoryPrefix: 'integ-ops' });
  const proof = cache.verifyOnDeploy({ images: [`${BUSYBOX}:stable`, ...broken ? [`${BUSYBOX}:no-such-tag`] : []] });
  const adoption = new RepositoryAdoption(stack, 'Adoption', { template: cache.repositoryTemplate, dryRun: true, trigger: String(broken) });
  const removal = new RepositoryRemoval(stack, 'Removal', { cache, confirmedPrefix: 'integ-ops', leaveOut: broken ? ['integ-ops/kept'] : undefined });
  // the verification fails last, so that the others are updated before, and again when the stack goes back
  proof.node.addDependency(adoption, removal);
  new CfnOutput(stack, 'ProofLog', { value: proof.logGroup.logGroupName });
}

async function verifyRollback(session: Session) {
  const first = await session.deploy(OPERATIONS, app => operations(app, false));
  if (first.code !== 0) { return undecided(first.output.slice(-300)); }
  const broken = await session.deploy(OPERATIONS, app => operations(app, true));
  const { Stacks: [stack] = [] } = await session.account.cloudFormation.send(new DescribeStacksCommand({ StackName: OPERATIONS }));
  const logGroupName = await session.output(OPERATIONS, 'ProofLog');
  const leftOut = await session.until(async () => {
    const { events = [] } = await session.account.logs.send(new FilterLogEventsCommand({ logGroupName }));
    return events.find(({ message }) => message!.includes('"left out"'))?.message;
  }, 5);
  const wentBack = broken.code !== 0 && stack.StackStatus === 'UPDATE_ROLLBACK_COMPLETE';
  return decided(wentBack && leftOut?.includes('UPDATE_ROLLBACK_IN_PROGRESS') === true, { status: stack.StackStatus, verification: leftOut ?? 'worked while the stack went back' });
}

async function successReason(session: Session) {
  const { StackEvents: events = [] } = await session.account.cloudFormation.send(new DescribeStackEventsCommand({ StackName: OPERATIONS }));
  const made = events.find(event => event.ResourceType === 'Custom::PullThroughCacheRemoval' && event.ResourceStatus === 'CREATE_COMPLETE');
  const reason = made?.ResourceStatusReason;
  return made === undefined ? undecided('the removal was not created') : decided(reason?.includes('a removal would delete') === true, { reason: reason ?? 'none' });
}

/** The rule of another logical id was made and deleted again when its stack went back. */
async function removalResources(session: Session) {
  // fewer than a page of the list
  const asked = async (StackName: string, logicalId: string) => {
    const { StackResourceSummaries: all = [] } = await session.account.cloudFormation.send(new ListStackResourcesCommand({ StackName }));
    const found = all.find(({ LogicalResourceId }) => LogicalResourceId === logicalId);
    return found && { id: found.PhysicalResourceId, status: found.ResourceStatus as string | undefined };
  };
  const { StackEvents: events = [] } = await session.account.cloudFormation.send(new DescribeStackEventsCommand({ StackName: OPERATIONS }));
  const removal = events.find(({ ResourceType }) => ResourceType === 'Custom::PullThroughCacheRemoval')?.LogicalResourceId;
  if (removal === undefined) { return undecided('the removal was not created'); }
  const live = await asked(OPERATIONS, removal);
  const gone = await asked(RULE, 'Other');
  const isGone = gone === undefined || gone.status === 'DELETE_COMPLETE';
  return decided(live?.id?.startsWith('integ-ops@') === true && isGone, { live: live?.id ?? 'not listed', gone: gone?.status ?? 'not listed' });
}

async function importTypes(session: Session) {
  await session.account.ecr.send(new CreatePullThroughCacheRuleCommand({ ecrRepositoryPrefix: 'integ-import', upstreamRegistryUrl: 'quay.io', upstreamRegistry: 'quay' }));
  await session.account.ecr.send(new CreateRepositoryCreationTemplateCommand({ prefix: 'integ-import', appliedFor: ['PULL_THROUGH_CACHE'] }));
  const { code, output } = await session.deploy(IMPORTED, app => {
    const stack = new Stack(app, IMPORTED);
    new CfnPullThroughCacheRule(stack, 'Rule', { ecrRepositoryPrefix: 'integ-import', upstreamRegistryUrl: 'quay.io', upstreamRegistry: 'quay' });
    new CfnRepositoryCreationTemplate(stack, 'Template', { prefix: 'integ-import', appliedFor: ['PULL_THROUGH_CACHE'] });
  }, session.account, ['--import-existing-resources']);
  return decided(code === 0, code === 0 ? 'imported' : output.slice(-300));
}

export const CLOUDFORMATION: Group = {
  name: 'cloudformation',
  creates: 'rules, roles and a cache with three functions, in four stacks; one small image',
  minutes: 40,
  dollars: 0.5,
  images: { 'public.ecr.aws': [`${BUSYBOX}:stable`] },
  checks: [
    { id: 'rule-replacement', run: ruleReplacement },
    { id: 'conditional-replacement', notOnEngine: 'its change sets tell no causes', run: conditionalReplacement },
    { id: 'verify-rollback', run: verifyRollback },
    { id: 'success-reason', notOnEngine: 'its events keep no reason of what succeeds', run: successReason },
    { id: 'removal-resources', notOnEngine: 'it may forget what was deleted', run: removalResources },
    { id: 'import-types', notOnEngine: 'its CloudFormation imports nothing', run: importTypes },
  ],
};
