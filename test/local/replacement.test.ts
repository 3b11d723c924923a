import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateChangeSetCommand, DeleteChangeSetCommand, DescribeChangeSetCommand } from '@aws-sdk/client-cloudformation';
import { Stack } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Ground, REGION } from './ground';
import { eventually } from '../../local/harness/wait';
import { CacheLifecycleRule, PullThroughCache, ReplacementCheck, UpstreamRegistry, UpstreamRole } from '../../src';
import type { PullThroughCacheProps, ReplacementFinding } from '../../src';

const ACCOUNT = '111122223333', VENDOR = '123456789012', STACK = 'Cache';

let ground: Ground;

beforeAll(async () => {
  ground = await Ground.prepare([ACCOUNT]);
  expect((await deploy({})).code).toBe(0);
});

afterAll(async () => ground?.end());

/** What may change of the app. */
interface Version {
  readonly props?: Partial<PullThroughCacheProps>;
  /** Another construct around the cache, and so other logical ids. */
  readonly below?: string;
}

function synth({ props, below }: Version): string {
  return ground.synth((scope: App) => {
    const stack = new Stack(scope, STACK, { env: { account: ACCOUNT, region: REGION } });
    new PullThroughCache(below ? new Construct(stack, below) : stack, 'Echo', { upstream: UpstreamRegistry.echo({ account: VENDOR }), ...props });
  });
}

async function deploy(version: Version) {
  return ground.cdk(ACCOUNT).deploy(STACK, { app: synth(version) });
}

/** What the check says of the change set that a version would be deployed by. */
async function check(version: Version): Promise<ReplacementFinding[]> {
  const { cloudFormation } = ground.aws(ACCOUNT);
  const TemplateBody = readFileSync(join(synth(version), `${STACK}.template.json`), 'utf8');
  const named = { StackName: STACK, ChangeSetName: 'check' };
  await cloudFormation.send(new CreateChangeSetCommand({ ...named, TemplateBody, Capabilities: ['CAPABILITY_IAM'] }));
  const described = await eventually('the change set is made', async () => {
    const answer = await cloudFormation.send(new DescribeChangeSetCommand({ ...named, IncludePropertyValues: true }));
    return /(COMPLETE|FAILED)$/.test(answer.Status!) && answer;
  });
  await cloudFormation.send(new DeleteChangeSetCommand(named));
  return ReplacementCheck.ofChangeSet([JSON.stringify(described)]);
}

describe('what the check finds nothing about', () => {
  test.each<[string, Version]>([
    ['no change', {}],
    ['another lifecycle', { props: { repositoryTemplate: { lifecycleRules: [CacheLifecycleRule.keepNewest(3)] } } }],
    ['other permissions of the upstream role', { props: { upstreamRole: UpstreamRole.asInAwsExample() } }],
  ])('is deployed: %s', async (_, version) => {
    expect(await check(version)).toEqual([]);
    expect((await deploy(version)).code).toBe(0);
  });
});

describe('what the check finds', () => {
  test.each<[string, Version]>([
    ['another upstream', { props: { upstream: UpstreamRegistry.QUAY, repositoryPrefix: 'echo' } }],
    ['another logical id', { below: 'Caches' }],
  ])('fails when it is deployed: %s', async (_, version) => {
    const findings = await check(version);
    expect(findings).not.toEqual([]);
    expect(findings.every(({ reason, wayOut }) => reason !== '' && wayOut !== '')).toBe(true);

    const { code, output } = await deploy(version);
    expect(code).not.toBe(0);
    expect(output).toMatch(/already exists/);
  });

  test('takes the cache from its pullers when it is deployed: another prefix', async () => {
    const findings = await check({ props: { repositoryPrefix: 'other' } });

    expect(findings.map(({ danger, repositoryPrefix }) => [danger, repositoryPrefix])).toEqual(
      expect.arrayContaining([['PREFIX_LOST', 'echo']]));
  });
});
