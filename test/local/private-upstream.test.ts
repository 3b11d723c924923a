import { CreateRepositoryCommand, DescribePullThroughCacheRulesCommand, PutRegistryPolicyCommand } from '@aws-sdk/client-ecr';
import { DeleteRolePolicyCommand, GetRolePolicyCommand, PutRolePolicyCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { Ground, pullAs, refused, REGION } from './ground';
import { Skopeo } from './skopeo';
import { EchoStack } from '../../examples/echo/typescript/echo-stack';
import type { Aws } from '../../local/harness/aws';
import { policy } from '../../local/harness/aws';
import { RegistryClient } from '../../local/harness/registry-client';

const VENDOR = '123456789012', CUSTOMER = '111122223333', STACK = 'EchoCache', POLICY = 'PullThroughCache';
const CACHE_SERVICE = 'pullthroughcache.ecr.amazonaws.com';

let ground: Ground;
let skopeo: Skopeo;
let customer: Aws;
let developer: Aws;
let puller: string;
let upstreamRole: string;

beforeAll(async () => {
  ground = await Ground.prepare([CUSTOMER]);
  skopeo = new Skopeo(ground);
  customer = ground.aws(CUSTOMER);
  developer = await ground.developer(CUSTOMER);
  await ground.aws(VENDOR).ecr.send(new PutRegistryPolicyCommand({
    policyText: policy({
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${CUSTOMER}:root` },
      Action: ['ecr:BatchGetImage', 'ecr:BatchImportUpstreamImage', 'ecr:GetDownloadUrlForLayer', 'ecr:GetImageCopyStatus'],
      Resource: `arn:aws:ecr:${REGION}:${VENDOR}:repository/*`,
    }),
  }));
  const app = ground.synth(scope => new EchoStack(scope, STACK, { echoAccount: VENDOR }));
  const { code, output } = await ground.cdk(CUSTOMER).deploy(STACK, { app });
  expect([code, output]).toEqual([0, expect.anything()]);
  puller = ground.cdk(CUSTOMER).outputs(STACK).PullerRole;
  const { pullThroughCacheRules: [rule] = [] } = await customer.ecr.send(new DescribePullThroughCacheRulesCommand({}));
  upstreamRole = rule.customRoleArn!.split('/')[1];
});

beforeEach(async () => ground.engine.forgetDenials());

afterAll(async () => ground?.end());

/** The vendor pushes an image for two platforms to its registry, with skopeo. The digest that its registry has for it. */
async function publish(name: string): Promise<string> {
  const { layout } = await ground.image(name, '1.0');
  const vendor = ground.aws(VENDOR);
  await vendor.ecr.send(new CreateRepositoryCommand({ repositoryName: name }));
  const registry = `127.0.0.1:${ground.engine.port}`;
  await skopeo.push(layout, '1.0', `${registry}/${name}:1.0`, (await RegistryClient.login(vendor)).userAndPassword);
  return (await (await RegistryClient.login(vendor)).pull(name, '1.0')).digest;
}

const pull = async (name: string) => pullAs(developer, puller, `echo/${name}`, '1.0');

async function trust(service: string): Promise<void> {
  await customer.iam.send(new UpdateAssumeRolePolicyCommand({
    RoleName: upstreamRole, PolicyDocument: policy({ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }),
  }));
}

async function denied(): Promise<string[]> {
  return (await ground.engine.denials()).map(({ action }) => action);
}

describe("a cache of a vendor's private registry", () => {
  test('pulls by the role of the rule, with the digest of the vendor', async () => {
    const digest = await publish('nginx');
    // when
    const image = await pull('nginx');
    // then
    expect(image).toEqual({ digest, platforms: ['linux/amd64', 'linux/arm64'], contents: 7 });
    expect(await denied()).toEqual([]);
  });

  test('fails when the trust of the role is broken, and pulls when it is mended', async () => {
    const digest = await publish('redis');
    await trust('ecr.amazonaws.com');
    // when
    const refusal = await refused(pull('redis'));
    // then
    expect(refusal).toMatchObject({ status: 403, code: 'DENIED', reason: expect.stringContaining(`${CACHE_SERVICE} can't assume`) });
    expect(await denied()).toContain('sts:AssumeRole');

    // when
    await trust(CACHE_SERVICE);
    // then
    expect((await pull('redis')).digest).toBe(digest);
  });

  test('fails when the role has lost its policy, and pulls when it has it again', async () => {
    const digest = await publish('postgres');
    const { PolicyDocument: document } = await customer.iam.send(new GetRolePolicyCommand({ RoleName: upstreamRole, PolicyName: POLICY }));
    await customer.iam.send(new DeleteRolePolicyCommand({ RoleName: upstreamRole, PolicyName: POLICY }));
    // when
    const refusal = await refused(pull('postgres'));
    // then
    expect(refusal).toMatchObject({ status: 403, code: 'DENIED', reason: expect.stringContaining('may not perform ecr:') });
    expect((await denied()).some(action => action.startsWith('ecr:'))).toBe(true);

    // when
    await customer.iam.send(new PutRolePolicyCommand({ RoleName: upstreamRole, PolicyName: POLICY, PolicyDocument: decodeURIComponent(document!) }));
    // then
    expect((await pull('postgres')).digest).toBe(digest);
  });

  test('fails for an image that the vendor lacks', async () => {
    expect(await refused(pull('nothing'))).toMatchObject({ status: 404, code: 'NAME_UNKNOWN' });
  });
});
