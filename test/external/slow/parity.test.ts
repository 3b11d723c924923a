import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromConstruct } from './parity/from-construct';
import { fromPulumi } from './parity/from-pulumi';
import { fromTemplate } from './parity/from-template';
import { fromTerraform } from './parity/from-terraform';
import { INPUTS } from './parity/inputs';
import type { Tool } from './parity/inputs';
import { compared } from './parity/rendering';
import type { Compared, Rendering } from './parity/rendering';
import { Tools } from './parity/tools';

const TEMPLATE = join(__dirname, '..', '..', '..', 'cloudformation', 'ecr-pullthrough-cache', 'template.yaml');

let tools: Tools;
/** By tool and input, with the error in place of a rendering where the tool can't. */
const renderings: { [tool in Tool]?: { [name: string]: Rendering | Error } } = {};

beforeAll(() => {
  tools = Tools.build();
  const rows = Object.entries(INPUTS);
  const able = (tool: Tool) => Object.fromEntries(rows.filter(([, { cant }]) => !cant?.[tool]).map(([name, { input }]) => [name, input]));
  const yaml = readFileSync(TEMPLATE, 'utf8');
  renderings.construct = Object.fromEntries(rows.map(([name, { input }]) => [name, fromConstruct(input)]));
  renderings['CloudFormation template'] = Object.fromEntries(rows.map(([name, { input }]) => [name, attempt(() => fromTemplate(yaml, input))]));
  renderings['Terraform module'] = fromTerraform(tools.tofu, tools.terraformModule, able('Terraform module'));
  renderings['Pulumi component'] = fromPulumi(tools.pulumiComponent, able('Pulumi component'));
}, 900_000);

afterAll(() => tools?.remove());

function attempt<T>(make: () => T): T | Error {
  try {
    return make();
  } catch (error) {
    return error as Error;
  }
}

function renderingOf(tool: Tool, name: string): Compared {
  const rendering = renderings[tool]![name];
  if (rendering instanceof Error) {
    throw rendering;
  }
  return compared(rendering);
}

const others: Tool[] = ['CloudFormation template', 'Terraform module', 'Pulumi component'];

describe.each(Object.entries(INPUTS))('a cache with %s', (name, { cant = {} }) => {
  test.each(others.filter(tool => !cant[tool]))('is to the %s what it is to the construct', tool => {
    expect(renderingOf(tool, name)).toStrictEqual(renderingOf('construct', name));
  });

  if (Object.keys(cant).length > 0) {
    test.each(Object.entries(cant))('fails in the %s, which says so', (tool, message) => {
      expect(() => renderingOf(tool as Tool, name)).toThrow(message);
    });
  }
});

test('no two inputs are the same cache', () => {
  const all = Object.keys(INPUTS).map(name => JSON.stringify(renderingOf('construct', name)));

  expect(new Set(all).size).toBe(all.length);
});

describe('a drift is seen', () => {
  const name = 'pullers of other accounts';
  const { input } = INPUTS[name];
  const constructs = compared(fromConstruct(input));

  test.each(others)('and none is there before, in the %s', tool => {
    expect(renderingOf(tool, name)).toEqual(constructs);
  });

  function changed(file: string, from: string, to: string): string {
    const text = readFileSync(file, 'utf8');
    expect(text).toContain(from);
    return text.replace(from, to);
  }

  test.each([
    ['the resource of the upstream role', "Action: ecr:GetAuthorizationToken\n                  Effect: Allow\n                  Resource: '*'",
      'Action: ecr:GetAuthorizationToken\n                  Effect: Deny\n                  Resource: !Ref AWS::AccountId'],
    ['a lifecycle rule', '"countType":"sinceImagePushed"', '"countType":"imageCountMoreThan"'],
    ['what the alarm reads', 'Value: !Ref FailedPulls\n', 'Value: !Ref FailedPullsLog\n'],
    ['what pullers may', '              - ecr:CreateRepository\n              - ecr:GetDownloadUrlForLayer\n', '              - ecr:GetDownloadUrlForLayer\n'],
  ])('in the CloudFormation template: %s', (_, from, to) => {
    expect(compared(fromTemplate(changed(TEMPLATE, from, to), input))).not.toEqual(constructs);
  });

  test.each([
    ['main.tf', 'an action of the upstream role', ', "ecr:GetImageCopyStatus"', ''],
    ['repositories.tf', 'a lifecycle rule', 'countType = "sinceImagePushed"', 'countType = "sinceImagePulled"'],
    ['monitoring.tf', 'the alarm', '= "notBreaching"', '= "missing"'],
    ['pullers.tf', 'what the registry policy is told', 'concat(local.pull_cached, local.import)', 'local.import'],
  ])('in the Terraform module, %s: %s', (file, _, from, to) => {
    const path = join(tools.terraformModule, file);
    const kept = readFileSync(path, 'utf8');
    writeFileSync(path, changed(path, from, to));
    try {
      expect(compared(fromTerraform(tools.tofu, tools.terraformModule, { input }).input)).not.toEqual(constructs);
    } finally {
      writeFileSync(path, kept);
    }
  });

  test.each([
    ['policies.ts', 'the trust of a role', 'Principal: { Service: service }', "Principal: { Service: 'ec2.amazonaws.com' }"],
    ['policies.ts', 'a lifecycle rule', "countType: 'sinceImagePushed'", "countType: 'sinceImagePulled'"],
    ['monitoring.ts', 'the alarm', "metricName: 'TriggeredRules'", "metricName: 'Invocations'"],
    ['policies.ts', 'what pullers may', '...PULL_CACHED, ...IMPORT, ...(', '...PULL_CACHED, ...('],
  ])('in the Pulumi component, %s: %s', (file, _, from, to) => {
    const path = join(tools.pulumiComponent, file);
    const kept = readFileSync(path, 'utf8');
    writeFileSync(path, changed(path, from, to));
    try {
      expect(compared(fromPulumi(tools.pulumiComponent, { input }).input)).not.toEqual(constructs);
    } finally {
      writeFileSync(path, kept);
    }
  });
});
