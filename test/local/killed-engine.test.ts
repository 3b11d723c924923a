import { DescribePullThroughCacheRulesCommand } from '@aws-sdk/client-ecr';
import { CustomResource, Duration, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Ground } from './ground';
import { statusOf } from '../../local/harness/stack';
import { eventually } from '../../local/harness/wait';
import { PullThroughCache, UpstreamRegistry } from '../../src';

const ACCOUNT = '111122223333', STACK = 'Cache';

let ground: Ground;

beforeAll(async () => {
  ground = await Ground.prepare([ACCOUNT]);
});

afterAll(async () => ground?.end());

/** How long the function of the slow resource runs; it outlives the engine that was killed, and ends by itself. */
const SLOW_SECONDS = 20;

/** The app; `slow` adds a resource that never gets ready, so that the deployment has a middle. */
function app({ slow }: { slow: boolean }): string {
  return ground.synth(scope => {
    const stack = new Stack(scope, STACK);
    const cache = new PullThroughCache(stack, 'Images', { upstream: UpstreamRegistry.QUAY, repositoryPrefix: 'images' });
    if (slow) {
      const never = new lambda.Function(stack, 'Never', {
        runtime: lambda.Runtime.NODEJS_20_X,
        handler: 'index.handler',
        code: lambda.Code.fromInline(`exports.handler = () => new Promise(done => setTimeout(done, ${SLOW_SECONDS * 1000}));`),
        timeout: Duration.minutes(5),
      });
      new CustomResource(stack, 'NeverReady', { serviceToken: never.functionArn }).node.addDependency(cache);
    }
  });
}

async function prefixes(): Promise<string[]> {
  const { pullThroughCacheRules = [] } = await ground.aws(ACCOUNT).ecr.send(new DescribePullThroughCacheRulesCommand({}));
  return pullThroughCacheRules.map(({ ecrRepositoryPrefix }) => ecrRepositoryPrefix!);
}

describe('an engine that is killed in the middle of a deployment', () => {
  test('fails the deployment, starts again on its port, and takes the same app', async () => {
    const port = ground.engine.port;
    const deployment = ground.cdk(ACCOUNT).deploy(STACK, { app: app({ slow: true }) });
    await eventually('the rule is there and the stack not complete', async () =>
      (await prefixes()).includes('images') && await statusOf(ground.aws(ACCOUNT), STACK) === 'CREATE_IN_PROGRESS', 60);

    // when
    await ground.engine.kill();
    await ground.startAgain();
    // then
    const { code, output } = await deployment;
    expect(code).not.toBe(0);
    expect(output).toContain('Cache failed to deploy');
    expect(ground.engine.port).toBe(port);
    expect(ground.engine.said).toContain('left by an engine that was killed');
    expect(await prefixes()).toEqual([]);

    // when: what a user does then
    await ground.cdk(ACCOUNT).expectBootstrap(ACCOUNT);
    const again = await ground.cdk(ACCOUNT).deploy(STACK, { app: app({ slow: false }) });
    // then
    expect([again.code, again.output]).toEqual([0, expect.anything()]);
    expect(await statusOf(ground.aws(ACCOUNT), STACK)).toBe('CREATE_COMPLETE');
    expect(await prefixes()).toEqual(['images']);
  });
});
