import { DeleteRepositoryCommand, DeleteRepositoryCreationTemplateCommand } from '@aws-sdk/client-ecr';
import { DisableRuleCommand, EnableRuleCommand } from '@aws-sdk/client-eventbridge';
import {
  DeleteRolePolicyCommand, GetRolePolicyCommand, ListRolePoliciesCommand, PutRolePolicyCommand, UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { Report } from '../../local/demo/report';
import { deploy, letCustomerIn } from '../../local/demo/scenes/1-deploy';
import { firstPull } from '../../local/demo/scenes/2-first-pull';
import { outage } from '../../local/demo/scenes/3-outage';
import { grant } from '../../local/demo/scenes/4-grant';
import { alarm } from '../../local/demo/scenes/5-alarm';
import { STACK, World } from '../../local/demo/world';
import { policy } from '../../local/harness/aws';
import { Processes } from '../../local/harness/processes';
import { preparedPython } from '../../local/harness/python';
import { resourcesOf } from '../../local/harness/stack';

jest.setTimeout(180_000);

const processes = new Processes();
let world: World;
let lines: string[] = [];

beforeAll(async () => {
  world = await World.begin(processes, await preparedPython(processes), new Report(line => lines.push(line)));
  await world.report.scene('deploy', async () => deploy(world));
});

// so that each first pull is one
afterEach(async () => {
  await world.customer.ecr.send(new DeleteRepositoryCommand({ repositoryName: 'echo/nginx', force: true })).catch((problem: Error) => {
    expect(problem.name).toBe('RepositoryNotFoundException');
  });
});

afterAll(async () => {
  await world?.end();
  await processes.stopAll();
});

/** Plays a scene. The claims that failed. */
async function failuresOf(scene: (world: World) => Promise<void>): Promise<string[]> {
  lines = [];
  await world.report.scene('scene', async () => scene(world)).catch(() => undefined);
  return lines.filter(line => line.includes('FAIL')).map(line => line.trim());
}

const pullerName = () => world.cdk.outputs(STACK).PullerRole.split('/')[1];

async function trust(role: string, service: string): Promise<void> {
  await world.customer.iam.send(new UpdateAssumeRolePolicyCommand({
    RoleName: role, PolicyDocument: policy({ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }),
  }));
}

test('fails when the upstream is not down at all', async () => {
  expect(await failuresOf(firstPull)).toEqual([]);
  expect(world.report.allHeld).toBe(true);
  const upstream = jest.spyOn(world.engine, 'upstream').mockResolvedValue();
  // then
  expect(await failuresOf(outage)).toEqual([
    expect.stringContaining('although ECR did look, and the upstream was down'),
    expect.stringContaining('an image that nobody pulled before is not'),
  ]);
  expect(world.report.allHeld).toBe(false);
  upstream.mockRestore();
});

test('fails when the puller may pull everything', async () => {
  const everything = { RoleName: pullerName(), PolicyName: 'Everything' };
  await world.customer.iam.send(new PutRolePolicyCommand({ ...everything, PolicyDocument: policy({ Effect: 'Allow', Action: '*', Resource: '*' }) }));
  // then
  expect(await failuresOf(grant)).toEqual([expect.stringContaining('and refused outside of the prefix')]);
  await world.customer.iam.send(new DeleteRolePolicyCommand(everything));
});

test('fails when the role that ECR assumes trusts it no longer', async () => {
  const upstreamRole = (await resourcesOf(world.customer, STACK))['AWS::IAM::Role'].find(name => name.includes('UpstreamRole'))!;
  await trust(upstreamRole, 'ecr.amazonaws.com');
  // then
  expect(await failuresOf(firstPull)).toEqual([expect.stringContaining("pullthroughcache.ecr.amazonaws.com can't assume")]);
  await trust(upstreamRole, 'pullthroughcache.ecr.amazonaws.com');
  expect(await failuresOf(firstPull)).toEqual([]);
});

test('fails when the grant of the puller is dropped', async () => {
  const { PolicyNames: [name] = [] } = await world.customer.iam.send(new ListRolePoliciesCommand({ RoleName: pullerName() }));
  const dropped = { RoleName: pullerName(), PolicyName: name };
  const { PolicyDocument: document } = await world.customer.iam.send(new GetRolePolicyCommand(dropped));
  await world.customer.iam.send(new DeleteRolePolicyCommand(dropped));
  // then
  expect(await failuresOf(firstPull)).toEqual([expect.stringContaining('not authorized to perform: ecr:GetAuthorizationToken')]);
  await world.customer.iam.send(new PutRolePolicyCommand({ ...dropped, PolicyDocument: decodeURIComponent(document!) }));
  expect(await failuresOf(firstPull)).toEqual([]);
});

test("fails when the alarm's rule is disabled", async () => {
  expect(await failuresOf(firstPull)).toEqual([]);
  const [rule] = (await resourcesOf(world.customer, STACK))['AWS::Events::Rule'];
  await world.customer.eventBridge.send(new DisableRuleCommand({ Name: rule }));
  // then
  expect(await failuresOf(alarm)).toEqual([expect.stringContaining('the event is in the log: not within 20 s')]);
  await world.customer.eventBridge.send(new EnableRuleCommand({ Name: rule }));
});

test('fails when the template of the cache is gone', async () => {
  // what the scene before had withdrawn
  await letCustomerIn(world);
  await world.customer.ecr.send(new DeleteRepositoryCreationTemplateCommand({ prefix: 'echo' }));
  // then
  expect(await failuresOf(firstPull)).toEqual([expect.stringContaining('Lifecycle policy does not exist')]);
});
