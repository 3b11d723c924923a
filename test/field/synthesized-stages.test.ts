import { App, Stack, Stage, Tags } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { CachedImages, CachePullers, PullThroughCache, RegistryPolicy, RegistryReplication, RegistryScanning, UpstreamRegistry } from '../../src';
import { ENV } from '../app';

/** A Stage with a stack. */
function staged(app: App, name: string) {
  const stage = new Stage(app, name, { env: ENV });
  return { stage, stack: new Stack(stage, 'Stack') };
}

const cacheIn = (stack: Stack, upstream = UpstreamRegistry.QUAY) => new PullThroughCache(stack, 'Cache', { upstream });
const messagesOf = (stage: Stage) => stage.synth().stacks.flatMap(({ messages }) => messages).map(({ entry }) => String(entry.data));

test('a role that gets no grant is warned of where the CLI prints it, also when the Stage of the cache is written before', () => {
  const app = new App();
  const [platform, work] = [staged(app, 'Platform'), staged(app, 'Work')];
  const quay = cacheIn(platform.stack);
  const executionRole = iam.Role.fromRoleArn(work.stack, 'Role', `arn:aws:iam::${ENV.account}:role/exec`, { mutable: false });
  new ecs.FargateTaskDefinition(work.stack, 'Task', { executionRole }).addContainer('app', { image: ecs.ContainerImage.fromRegistry('quay.io/a/b:1') });
  CachedImages.of(app).use(quay);
  platform.stage.synth();

  expect(messagesOf(work.stage)).toContainEqual(expect.stringMatching(/^the grant for .* wrote nothing: .*\[of Platform\/Stack\/Cache\] \[ack: .*grantHalfMissing\]$/));
});

describe('after a Stage was synthesized', () => {
  const { stage, stack } = staged(new App(), 'Prod');
  const quay = cacheIn(stack);
  const policy = new RegistryPolicy(stack, 'Policy', {
    existingStatements: [new iam.PolicyStatement({ actions: ['ecr:ReplicateImage'], principals: [new iam.AccountPrincipal('222222222222')], resources: ['*'] })],
  });
  const replication = new RegistryReplication(stack, 'Replication');
  const scanning = new RegistryScanning(stack, 'Scanning');
  replication.replicate(quay, { region: 'us-east-1' });
  stage.synth();

  test.each<[string, () => void]>([
    ['allowFirstPull()', () => policy.allowFirstPull(quay, { pullers: [CachePullers.account('222222222222')] })],
    ['quarantine()', () => policy.quarantine(quay, { images: ['bad/image'] })],
    ['allowOnlyImports()', () => policy.allowOnlyImports({ caches: [{ cache: quay, images: ['a/b'] }], prefixesMadeElsewhere: [] })],
    ['addStatements()', () => policy.addStatements(new iam.PolicyStatement())],
    ['replicate()', () => replication.replicate(quay, { region: 'us-west-2' })],
    ['scanOnPush() or scanContinuously()', () => scanning.scanOnPush(quay)],
  ])('%s is refused, since it would change nothing', (call, late) => {
    expect(late).toThrow(`got ${call} after Prod was synthesized, expected it before, since the templates of a Stage are written once`);
  });
});

describe('what alone may be imported', () => {
  function narrowed(app: App) {
    const one = staged(app, 'One');
    new RegistryPolicy(one.stack, 'Policy').allowOnlyImports({ caches: [{ cache: cacheIn(one.stack), images: ['a/b'] }], prefixesMadeElsewhere: [] });
    return one.stage;
  }

  test('has caches of other Stages that are there', () => {
    const app = new App();
    const stage = narrowed(app);
    cacheIn(staged(app, 'Two').stack, UpstreamRegistry.KUBERNETES);

    expect(JSON.stringify(stage.synth().stacks[0].template)).toContain('repository/kubernetes/*');
    expect(() => app.synth()).not.toThrow();
  });

  test('fails for a cache that comes after its Stage was written, and could import nothing', () => {
    const app = new App();
    narrowed(app).synth();
    cacheIn(staged(app, 'Two').stack, UpstreamRegistry.KUBERNETES);

    expect(() => app.synth()).toThrow("got the cache 'kubernetes', which was made after allowOnlyImports() was synthesized and may import nothing");
  });
});

describe('who pulls in a Stage from a cache of the app around it', () => {
  function pullerOf(tagged: boolean) {
    const app = new App();
    const caches = new Stack(app, 'Caches', { env: ENV });
    const quay = new PullThroughCache(caches, 'Cache', { upstream: UpstreamRegistry.QUAY, repositoryTemplate: { inheritTags: tagged } });
    Tags.of(caches).add('team', 'x');
    const { stack } = staged(app, 'Work');
    new ecs.FargateTaskDefinition(stack, 'Task').addContainer('app', { image: quay.image('a/b:1').toContainerImage() });
    return JSON.stringify(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
  }

  test('may tag, since the tags of Tags.of() come after the Stage was written', () => {
    expect(pullerOf(true)).toContain('ecr:TagResource');
  });

  test('may not where repositories inherit none', () => {
    expect(pullerOf(false)).not.toContain('ecr:TagResource');
  });
});
