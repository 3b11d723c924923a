import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateChangeSetCommand, DeleteChangeSetCommand, DescribeChangeSetCommand, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribePullThroughCacheRulesCommand, DescribeRepositoryCreationTemplatesCommand } from '@aws-sdk/client-ecr';
import { ListRolesCommand } from '@aws-sdk/client-iam';
import type { App } from 'aws-cdk-lib';
import { ACCOUNT, deployedApp, EARLIER, STACK } from './earlier-release/app';
import { Ground } from './ground';
import { tool } from '../../local/harness/paths';
import { eventually } from '../../local/harness/wait';
import { ReplacementCheck } from '../../src';

interface Template {
  readonly Resources: Record<string, { readonly Type: string; readonly Properties: Record<string, unknown> }>;
}

const earlier = JSON.parse(readFileSync(EARLIER, 'utf8')) as Template;

let ground: Ground;

beforeAll(async () => {
  ground = await Ground.prepare([ACCOUNT], { args: ['--node-path', tool()] });
});

afterAll(async () => ground?.end());

const templateFile = (assembly: string) => join(assembly, `${STACK}.template.json`);
const read = (assembly: string) => JSON.parse(readFileSync(templateFile(assembly), 'utf8')) as Template;
const today = () => ground.synth(app => void deployedApp(app));

/** The assembly of the earlier release, but for the functions' code: it is not kept here, and CloudFormation replaces no function for it. */
function before(): string {
  const assembly = today();
  const now = read(assembly);
  const resources = Object.entries(earlier.Resources).map(([id, resource]) => {
    const Code = now.Resources[id]?.Properties.Code;
    return [id, Code ? { ...resource, Properties: { ...resource.Properties, Code } } : resource];
  });
  writeFileSync(templateFile(assembly), JSON.stringify({ ...earlier, Resources: Object.fromEntries(resources) as object }));
  // what is published under the same hash is not published again
  const assets = join(assembly, `${STACK}.assets.json`);
  const { files } = JSON.parse(readFileSync(assets, 'utf8')) as { files: Record<string, { source: { path: string } }> };
  const [hash] = Object.entries(files).find(([, { source }]) => source.path === `${STACK}.template.json`)!;
  for (const file of [assets, join(assembly, 'manifest.json')]) {
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(hash, '0'.repeat(hash.length)));
  }
  return assembly;
}

async function deploy(app: string): Promise<string> {
  const { code, output } = await ground.cdk(ACCOUNT).deploy(STACK, { app });
  expect([code, code === 0 ? '' : output]).toEqual([0, '']);
  return output;
}

/** An alarm holds nothing, so a release may part or join alarms. */
const ALARM = 'AWS::CloudWatch::Alarm';

function kept({ Resources }: Template): string[] {
  return Object.entries(Resources).filter(([, { Type }]) => Type !== ALARM).map(([id]) => id).sort();
}

/** What each resource is, and when those were made that say so: one that was replaced under the same name is younger. */
async function standing() {
  const { cloudFormation, ecr, iam, logs } = ground.aws(ACCOUNT);
  const { StackResources = [] } = await cloudFormation.send(new DescribeStackResourcesCommand({ StackName: STACK }));
  const { pullThroughCacheRules: rules = [] } = await ecr.send(new DescribePullThroughCacheRulesCommand({}));
  const { repositoryCreationTemplates: templates = [] } = await ecr.send(new DescribeRepositoryCreationTemplatesCommand({}));
  const { Roles: roles = [] } = await iam.send(new ListRolesCommand({}));
  const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
  return {
    resources: Object.fromEntries(StackResources.filter(one => one.ResourceType !== ALARM)
      .map(one => [one.LogicalResourceId!, one.PhysicalResourceId])),
    births: {
      ...Object.fromEntries(rules.map(one => [`rule ${one.ecrRepositoryPrefix}`, one.createdAt])),
      ...Object.fromEntries(templates.map(one => [`template ${one.prefix}`, one.createdAt])),
      ...Object.fromEntries(roles.map(one => [`role ${one.RoleId}`, one.CreateDate])),
      ...Object.fromEntries(logGroups.map(one => [`log ${one.logGroupName}`, one.creationTime])),
    },
  };
}

/** What an update by a template would replace or take away, and what the library's own check says of it. */
async function lossesBy(assembly: string) {
  const { cloudFormation } = ground.aws(ACCOUNT);
  const named = { StackName: STACK, ChangeSetName: 'check' };
  const TemplateBody = readFileSync(templateFile(assembly), 'utf8');
  await cloudFormation.send(new CreateChangeSetCommand({ ...named, TemplateBody, Capabilities: ['CAPABILITY_NAMED_IAM'] }));
  const described = await eventually('the change set is made', async () => {
    const answer = await cloudFormation.send(new DescribeChangeSetCommand({ ...named, IncludePropertyValues: true }));
    return /(COMPLETE|FAILED)$/.test(answer.Status!) && answer;
  });
  await cloudFormation.send(new DeleteChangeSetCommand(named));
  const lost = (described.Changes ?? []).flatMap(({ ResourceChange: change }) =>
    change!.ResourceType !== ALARM && (change!.Action === 'Remove' || change!.Replacement === 'True') ? [change!.LogicalResourceId!] : []);
  return { lost, findings: ReplacementCheck.ofChangeSet([JSON.stringify(described)]).map(({ danger }) => danger) };
}

describe('a stack that an earlier release of the library made', () => {
  test('is deployed, with a rule, a template, roles and logs to be kept', async () => {
    await deploy(before());

    const { resources, births } = await standing();
    expect(Object.keys(resources).sort()).toEqual(kept(earlier));
    expect(Object.keys(births)).toEqual(expect.arrayContaining([
      'rule echo', 'rule quay', 'template echo', 'template quay', expect.stringMatching(/^role /), expect.stringMatching(/^log /),
    ]));
  });

  test('is updated by this one, which replaces nothing and takes nothing away', async () => {
    const was = await standing();
    const assembly = today();

    expect(await lossesBy(assembly)).toEqual({ lost: [], findings: [] });
    expect(await deploy(assembly)).not.toContain('no changes');

    const is = await standing();
    expect(Object.keys(is.resources).sort()).toEqual(kept(read(assembly)));
    expect(is.resources).toMatchObject(was.resources);
    expect(is.births).toMatchObject(was.births);
  });

  test('would lose its rules to a release with other logical ids, which is seen', async () => {
    const { lost, findings } = await lossesBy(ground.synth((app: App) => {
      deployedApp(app).renameLogicalId('Quay', 'QuayRule');
    }));

    expect(lost).toContain('Quay');
    expect(findings).not.toEqual([]);
  });
});
