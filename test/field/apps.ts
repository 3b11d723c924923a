import { CfnParameter, Fn, NestedStack, Size, Stack, Stage, Tags } from 'aws-cdk-lib';
import type { App, Environment } from 'aws-cdk-lib';
import * as batch from 'aws-cdk-lib/aws-batch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as ecsPatterns from 'aws-cdk-lib/aws-ecs-patterns';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { CodePipeline, CodePipelineSource, ShellStep } from 'aws-cdk-lib/pipelines';
import {
  CacheAlarm, CacheAlerting, CachedImages, CacheFunctionDefaults, CacheMonitoring, CachePullers, CacheRule, CacheStatistics, Customer, CustomerAccess,
  PullPolicy, PullThroughCache, RegistryPolicy, RegistryReplication, RepositoryTemplate, TemplateUse, UpstreamRegistry, UpstreamRole,
} from '../../src';
import type { PullThroughCacheProps } from '../../src';

/** An app as somebody might write it. */
export type AppOf = (app: App, env: Environment) => void;

const quayIn = (scope: Stack | NestedStack, props: Partial<PullThroughCacheProps> = {}) =>
  new PullThroughCache(scope, 'Quay', { upstream: UpstreamRegistry.QUAY, ...props });
const networkIn = (stack: Stack) => ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
  vpcId: 'vpc-1',
  availabilityZones: ['a', 'b'],
  publicSubnetIds: ['subnet-1', 'subnet-2'],
  publicSubnetRouteTableIds: ['rtb-1', 'rtb-2'],
  privateSubnetIds: ['subnet-3', 'subnet-4'],
  privateSubnetRouteTableIds: ['rtb-3', 'rtb-4'],
});
const clusterIn = (stack: Stack) => new ecs.Cluster(stack, 'Cluster', { vpc: networkIn(stack) });

function taskWith(stack: Stack, image: ecs.ContainerImage, props: ecs.FargateTaskDefinitionProps = {}, id = 'Task'): ecs.FargateTaskDefinition {
  const task = new ecs.FargateTaskDefinition(stack, id, props);
  task.addContainer('Main', { image, logging: ecs.LogDriver.awsLogs({ streamPrefix: 'main' }) });
  return task;
}

/** What names public images and knows nothing of caches. */
function plainWorkload(stack: Stack): void {
  const task = taskWith(stack, ecs.ContainerImage.fromRegistry('quay.io/team/web:1'));
  new ecs.FargateService(stack, 'Service', { cluster: clusterIn(stack), taskDefinition: task, minHealthyPercent: 100, circuitBreaker: { rollback: true } });
  new batch.EcsJobDefinition(stack, 'Job', {
    container: new batch.EcsFargateContainerDefinition(stack, 'JobContainer', {
      image: ecs.ContainerImage.fromRegistry('quay.io/team/job:1'), cpu: 1, memory: Size.gibibytes(2),
    }),
  });
  new codebuild.Project(stack, 'Build', {
    buildSpec: codebuild.BuildSpec.fromObject({ version: '0.2' }), environment: { buildImage: codebuild.LinuxBuildImage.fromDockerRegistry('quay.io/team/build:1') },
  });
}

export const APPS: Record<string, AppOf> = {
  'a scheduled Fargate task': (app, env) => {
    const stack = new Stack(app, 'Nightly', { env });
    const cache = quayIn(stack);
    const cluster = clusterIn(stack);
    const schedule = events.Schedule.expression('rate(1 day)');
    new ecsPatterns.ScheduledFargateTask(stack, 'Scheduled', {
      cluster, schedule, scheduledFargateTaskImageOptions: { image: cache.image('team/nightly:1').toContainerImage() },
    });
    const other = taskWith(stack, ecs.ContainerImage.fromEcrRepository(cache.image('team/hourly:1').toRepository(), '1'));
    new events.Rule(stack, 'Hourly', { schedule, targets: [new targets.EcsTask({ cluster, taskDefinition: other })] });
  },

  'tasks of public images, run by a schedule, a rule and a state machine': (app, env) => {
    const stack = new Stack(app, 'Runs', { env });
    const cluster = clusterIn(stack);
    const schedule = events.Schedule.expression('rate(1 day)');
    new ecsPatterns.ScheduledFargateTask(stack, 'Scheduled', {
      cluster, schedule, scheduledFargateTaskImageOptions: { image: ecs.ContainerImage.fromRegistry('quay.io/team/nightly:1') },
    });
    const plain = (id: string, image: string) => {
      const task = new ecs.FargateTaskDefinition(stack, id);
      // without logs aws-cdk makes no execution role before the image names are rewritten
      task.addContainer('Main', { image: ecs.ContainerImage.fromRegistry(image) });
      return task;
    };
    new events.Rule(stack, 'Hourly', { schedule, targets: [new targets.EcsTask({ cluster, taskDefinition: plain('HourlyTask', 'quay.io/team/hourly:1') })] });
    new sfn.StateMachine(stack, 'Machine', {
      definitionBody: sfn.DefinitionBody.fromChainable(new tasks.EcsRunTask(stack, 'Run', {
        cluster,
        taskDefinition: plain('StepTask', 'quay.io/team/step:1'),
        launchTarget: new tasks.EcsFargateLaunchTarget(),
        integrationPattern: sfn.IntegrationPattern.RUN_JOB,
      })),
    });
    plain('GrantedTask', 'quay.io/team/granted:1').grantRun(new iam.Role(stack, 'Deployer', { assumedBy: new iam.ServicePrincipal('codebuild.amazonaws.com') }));
    CachedImages.of(app).use(quayIn(stack, { repositoryTemplate: { tags: { team: 'runs' } } }));
  },

  'a state machine that runs tasks': (app, env) => {
    const caches = new Stack(app, 'Caches', { env });
    const stack = new Stack(app, 'Flow', { env });
    const cache = quayIn(caches, { repositoryTemplate: { tags: { team: 'flow' } } });
    const taskDefinition = taskWith(stack, cache.image('team/step:1').toContainerImage());
    new sfn.StateMachine(stack, 'Machine', {
      definitionBody: sfn.DefinitionBody.fromChainable(new tasks.EcsRunTask(stack, 'Run', {
        cluster: clusterIn(stack),
        taskDefinition,
        launchTarget: new tasks.EcsFargateLaunchTarget(),
        integrationPattern: sfn.IntegrationPattern.RUN_JOB,
      })),
    });
    stack.addDependency(caches);
  },

  'a pipeline with Stages, each with a cache of its own': (app, env) => {
    const pipelineStack = new Stack(app, 'Pipeline', { env });
    const stages = ['111122223333', '444455556666'].map((account, index) =>
      new Stage(pipelineStack, ['Dev', 'Prod'][index], { env: env.account === undefined ? {} : { ...env, account } }));
    const caches = stages.map(stage => {
      const cacheStack = new Stack(stage, 'Caches');
      const workload = new Stack(stage, 'Workload');
      plainWorkload(workload);
      workload.addDependency(cacheStack);
      return quayIn(cacheStack);
    });
    CachedImages.of(app).use(...caches);
    const pipeline = new CodePipeline(pipelineStack, 'Pipeline', {
      crossAccountKeys: true,
      synth: new ShellStep('Synth', { input: CodePipelineSource.connection('team/app', 'main', { connectionArn: 'arn:aws:codeconnections:::connection/1' }), commands: ['npx cdk synth'] }),
    });
    // it synthesizes the Stage
    stages.forEach(stage => pipeline.addStage(stage));
  },

  'nested stacks': (app, env) => {
    const parent = new Stack(app, 'Parent', { env });
    const account = new CfnParameter(parent, 'Account', { default: '444455556666' }).valueAsString;
    const inner = new NestedStack(parent, 'Inner');
    const pullers = [CachePullers.account(account)];
    const cache = quayIn(inner, { repositoryTemplate: { pullers } });
    const policy = new RegistryPolicy(new NestedStack(inner, 'Innermost'), 'Policy');
    policy.allowFirstPull(cache, { pullers });
    CustomerAccess.forCustomers([Customer.account(account)]).allowOnRegistry(policy);
    const task = taskWith(parent, cache.image('team/outer:1').toContainerImage());
    policy.addStatements(new iam.PolicyStatement({ sid: 'Tasks', actions: ['ecr:BatchGetImage'], principals: [task.taskRole], resources: ['*'] }));
    taskWith(new NestedStack(parent, 'Beside'), cache.image('team/beside:1').toContainerImage());
  },

  'everything by parameters': (app, env) => {
    const stack = new Stack(app, 'Parameters', { env });
    const parameter = (id: string, value: string) => new CfnParameter(stack, id, { default: value }).valueAsString;
    const [account, tag] = [parameter('Owner', '444455556666'), parameter('Tag', '1.27')];
    const own = quayIn(stack, {
      repositoryPrefix: parameter('Prefix', 'mirror'), repositoryTemplate: { pullers: [CachePullers.account(account)], tags: { owner: account } },
    });
    new RegistryPolicy(stack, 'Policy').allowFirstPull(own, { pullers: [CachePullers.account(account)] });
    const role = iam.Role.fromRoleArn(stack, 'Given', parameter('RoleArn', 'arn:aws:iam::111122223333:role/given'));
    own.grants.pull(role);
    taskWith(stack, own.image(`team/app:${tag}`).toContainerImage());
    new PullThroughCache(stack, 'Vendor', {
      upstream: UpstreamRegistry.ecr({ account, region: 'us-east-1' }), repositoryPrefix: 'vendor', upstreamRole: UpstreamRole.scopedToRepositories(),
    });
  },

  'everything imported': (app, env) => {
    const stack = new Stack(app, 'Imports', { env });
    const cache = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Quay', { repositoryPrefix: 'quay', upstream: UpstreamRegistry.QUAY });
    const role = iam.Role.fromRoleName(stack, 'Execution', 'task-execution');
    taskWith(stack, cache.image('team/app:1').toContainerImage(), { executionRole: role });
    cache.grants.pull(iam.Role.fromRoleName(stack, 'Nodes', Fn.importValue('NodeRoleName')));
    const exporter = new Stack(app, 'Exporter', { env });
    exporter.exportValue('eks-nodes', { name: 'NodeRoleName' });
    new PullPolicy(stack, 'People', { caches: [cache], roles: [iam.Role.fromRoleName(stack, 'Person', 'person')] });
    plainWorkload(new Stack(app, 'Workload', { env }));
    CachedImages.of(app).use(cache);
  },

  'two Regions with replication': (app, { account = '111122223333' }) => {
    const regions = ['eu-central-1', 'us-east-1'];
    const caches = regions.map((region, index) => {
      const stack = new Stack(app, `Caches-${region}`, { env: { account, region } });
      const cache = quayIn(stack, { repositoryTemplate: { appliedFor: [TemplateUse.PULL_THROUGH_CACHE, TemplateUse.REPLICATION] } });
      new RegistryReplication(stack, 'Replication').replicate(cache, { region: regions[1 - index] });
      return cache;
    });
    [...regions, 'eu-west-1'].forEach(region => plainWorkload(new Stack(app, `Workload-${region}`, { env: { account, region } })));
    CachedImages.of(app).use(...caches);
  },

  'a cache that other accounts share': (app, env) => {
    const [owner, user] = ['111122223333', '444455556666'].map((account, index) =>
      new Stack(app, ['Owner', 'User'][index], { env: { account, region: env.region ?? 'eu-central-1' } }));
    const pullers = [CachePullers.account('444455556666')];
    const cache = quayIn(owner, { repositoryTemplate: { pullers } });
    new RegistryPolicy(owner, 'Policy').allowFirstPull(cache, { pullers });
    plainWorkload(user);
    CachedImages.of(app).use(cache);
  },

  'what one stack makes, handed to others': (app, env) => {
    const base = new Stack(app, 'Base', { env });
    const role = (id: string, service: string) =>
      new iam.Role(base, id, { assumedBy: new iam.ServicePrincipal(service), roleName: id.toLowerCase() });
    const key = new kms.Key(base, 'Key', { alias: 'base' });
    const topic = new sns.Topic(base, 'Topic', { topicName: 'alarms' });
    const account = new CfnParameter(base, 'Account', { default: '444455556666' }).valueAsString;
    const puller = role('Puller', 'ecs-tasks.amazonaws.com');
    const make = (stack: Stack, prefix: string) => {
      const pullers = [CachePullers.account(account, { roles: ['ci'] }), CachePullers.organization('o-a1b2c3d4e5', { accounts: [account] })];
      const cache = quayIn(stack, {
        repositoryPrefix: prefix,
        repositoryTemplate: {
          pullers,
          encryptionKey: key,
          creationRole: iam.Role.fromRoleName(stack, 'Creation', 'creation'),
          repositoryPolicy: new iam.PolicyDocument({
            statements: [new iam.PolicyStatement({ actions: ['ecr:BatchGetImage'], principals: [puller] })],
          }),
        },
        monitoring: CacheMonitoring.standard({ alarmActions: [new SnsAction(topic)] }),
      });
      cache.grants.pull(puller);
      new CacheRule(stack, 'Rule', {
        upstream: UpstreamRegistry.ecr({ account: '123456789012', region: 'us-east-1' }),
        repositoryPrefix: `${prefix}-vendor`,
        upstreamRole: UpstreamRole.fromRole(role(`Upstream-${prefix}`, 'pullthroughcache.ecr.amazonaws.com')),
      });
      CacheFunctionDefaults.of(stack).set({ logEncryptionKey: key });
      new CacheStatistics(stack, 'Statistics', { caches: [cache] });
      new CacheAlerting(stack, 'Alerting', { caches: [cache], alarms: [CacheAlarm.statisticsMissing()], alarmActions: [new SnsAction(topic)], pageActions: [new SnsAction(topic)] });
      new PullPolicy(stack, 'PullPolicy', { caches: [cache], roles: [puller] });
      cache.onImageCached('Cached', { target: new targets.SnsTopic(topic) });
      return { cache, pullers };
    };
    const beside = new Stack(app, 'Beside', { env });
    const { cache, pullers } = make(beside, 'beside');
    const policy = new RegistryPolicy(beside, 'Policy', {
      existingStatements: [new iam.PolicyStatement({ sid: 'Existing', actions: ['ecr:BatchGetImage'], principals: [puller], resources: ['*'] })],
    });
    policy.allowFirstPull(cache, { pullers });
    policy.addStatements(new iam.PolicyStatement({ sid: 'Own', actions: ['ecr:PutImage'], principals: [new iam.ArnPrincipal(puller.roleArn)], resources: ['*'] }));
    RegistryReplication.allowSource(policy, { account, caches: [cache] });
    CustomerAccess.forCustomers([Customer.account(account, { roles: ['mirror'] })]).allowOnRegistryByName(policy, ['hardened/*']);
    make(new NestedStack(beside, 'Nested'), 'nested');
    new RepositoryTemplate(new NestedStack(beside, 'Template'), 'Fallback', { prefix: 'ROOT', encryptionKey: key, tags: { owner: account } });
    Tags.of(beside).add('team', 'platform');
  },
};
