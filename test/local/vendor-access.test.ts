import { GetRegistryPolicyCommand } from '@aws-sdk/client-ecr';
import { Ground, pullAs, refused, REGION } from './ground';
import { CustomerStack } from '../../examples/vendor-and-customer/customer-stack';
import { VendorStack } from '../../examples/vendor-and-customer/vendor-stack';
import type { Aws } from '../../local/harness/aws';

const VENDOR = '123456789012', ONE = '111122223333', TWO = '444455556666';

let ground: Ground;
let pullers: Record<string, { developer: Aws; role: string }>;

beforeAll(async () => {
  ground = await Ground.prepare([VENDOR, ONE, TWO]);
  await deployVendor([ONE, TWO]);
  pullers = { [ONE]: await deployCustomer(ONE), [TWO]: await deployCustomer(TWO) };
});

afterAll(async () => ground?.end());

async function deployVendor(customers: string[]): Promise<void> {
  const app = ground.synth(scope => new VendorStack(scope, 'Vendor', { env: { account: VENDOR, region: REGION }, customers }));
  const { code, output } = await ground.cdk(VENDOR).deploy('Vendor', { app });
  expect([code, output]).toEqual([0, expect.anything()]);
}

async function deployCustomer(customer: string) {
  const app = ground.synth(scope => new CustomerStack(scope, 'Customer', { env: { account: customer, region: REGION }, vendor: VENDOR }));
  const cdk = ground.cdk(customer);
  const { code, output } = await cdk.deploy('Customer', { app });
  expect([code, output]).toEqual([0, expect.anything()]);
  return { developer: await ground.developer(customer), role: cdk.outputs('Customer').PullerArn };
}

async function publish(name: string, tag: string): Promise<string> {
  const { layout } = await ground.image(name, tag);
  return ground.engine.seed({ layout, account: VENDOR, region: REGION, repository: `hardened/${name}`, tag });
}

const pull = async (customer: string, name: string, tag: string) =>
  pullAs(pullers[customer].developer, pullers[customer].role, `hardened/${name}`, tag);

async function statements(): Promise<Record<string, unknown>[]> {
  const { policyText } = await ground.aws(VENDOR).ecr.send(new GetRegistryPolicyCommand({}));
  return (JSON.parse(policyText!) as { Statement: Record<string, unknown>[] }).Statement;
}

describe('a vendor and two customers', () => {
  test('each customer pulls for the first time what the vendor pushed', async () => {
    // given
    const digest = await publish('nginx', '1.27');
    // then
    expect((await pull(ONE, 'nginx', '1.27')).digest).toBe(digest);
    expect((await pull(TWO, 'nginx', '1.27')).digest).toBe(digest);
    expect(await ground.engine.denials()).toEqual([]);
  });

  test('a customer who is taken out keeps what is cached, and is refused the rest with an event that says so', async () => {
    // given
    const before = await statements();
    // when
    await deployVendor([TWO]);
    // then
    expect(await statements()).toEqual(before.filter(({ Sid }) => Sid !== `UpstreamOf${ONE}`));
    await publish('redis', '7');
    const earlier = (await ground.engine.events()).length;
    await expect(pull(ONE, 'nginx', '1.27')).resolves.toMatchObject({ platforms: ['linux/amd64', 'linux/arm64'] });
    expect((await refused(pull(ONE, 'redis', '7'))).message).toMatch(/403|404/);

    const sent = (await ground.engine.events()).slice(earlier).filter(event => event['detail-type'] === 'ECR Pull Through Cache Action');
    expect(sent).toEqual([expect.objectContaining({
      account: ONE,
      detail: expect.objectContaining({
        'ecr-repository-prefix': 'hardened', 'repository-name': 'hardened/redis', 'sync-status': 'FAILURE', 'failure-reason': expect.stringContaining('ecr:'),
      }),
    })]);
    const [denial] = await ground.engine.denials();
    expect(denial).toMatchObject({ principal: expect.stringContaining(`:${ONE}:`), resource: `arn:aws:ecr:${REGION}:${VENDOR}:repository/hardened/redis` });
  });

  test('the other customer notices nothing', async () => {
    expect((await pull(TWO, 'redis', '7')).platforms).toEqual(['linux/amd64', 'linux/arm64']);
  });

  test('a tag of the one that was taken out is served, stale, when the vendor moves it', async () => {
    // given
    const { digest: cached } = await pull(ONE, 'nginx', '1.27');
    const { layout } = await ground.image('nginx', '1.27', 'a newer one');
    const moved = await ground.engine.seed({ layout, account: VENDOR, region: REGION, repository: 'hardened/nginx', tag: '1.27' });
    // when
    await ground.engine.advance({ hours: 25 });
    // then
    expect((await pull(ONE, 'nginx', '1.27')).digest).toBe(cached);
    expect((await pull(TWO, 'nginx', '1.27')).digest).toBe(moved);
  });

  test('a customer who comes back gets everything again', async () => {
    // when
    await deployVendor([ONE, TWO]);
    // then
    expect((await pull(ONE, 'redis', '7')).platforms).toEqual(['linux/amd64', 'linux/arm64']);
  });
});
