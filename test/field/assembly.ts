import { readFileSync } from 'fs';
import { join } from 'path';
import type { CloudAssembly, CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';

/** A resource of a template. */
export interface Resource {
  readonly Type: string;
  readonly Properties?: Record<string, any>;
  readonly DependsOn?: string | string[];
  readonly Condition?: string;
  readonly Metadata?: Record<string, any>;
}

export interface TemplateText {
  readonly Resources?: Record<string, Resource>;
  readonly Parameters?: Record<string, { readonly Default?: unknown; readonly Type?: string }>;
  readonly Outputs?: Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>;
  readonly Conditions?: Record<string, unknown>;
  readonly Mappings?: Record<string, unknown>;
}

/** What an account or Region is filled with when the app doesn't say it. */
const ANY = { account: '123123123123', region: 'eu-north-1' };

/** A template as it would be deployed, with what CloudFormation would fill in. */
export class Deployment {
  public readonly account: string;
  public readonly region: string;
  /** The templates of nested stacks by the logical id of their resource. */
  public readonly nested = new Map<string, Deployment>();

  constructor(
    public readonly name: string,
    public readonly template: TemplateText,
    env: { readonly account?: string; readonly region?: string },
    public readonly warnings: readonly string[],
    private readonly world: World,
    public readonly parent?: { readonly deployment: Deployment; readonly logicalId: string },
  ) {
    this.account = known(env.account) ?? ANY.account;
    this.region = known(env.region) ?? ANY.region;
  }

  public get resources(): [logicalId: string, resource: Resource][] {
    return Object.entries(this.template.Resources ?? {});
  }

  public ofType(...types: string[]): { readonly id: string; readonly properties: Record<string, any> }[] {
    const found = this.resources.filter(([, { Type }]) => types.includes(Type));
    return found.map(([id, { Properties = {} }]) => ({ id, properties: this.fill(Properties) as Record<string, any> }));
  }

  /** A value with every intrinsic function evaluated. */
  public fill(value: any): any {
    if (Array.isArray(value)) {
      return value.map(one => this.fill(one) as unknown).filter(one => one !== NO_VALUE);
    }
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    const [key] = Object.keys(value as object);
    const argument: any = (value as Record<string, unknown>)[key];
    switch (key) {
      case 'Ref': return this.ref(argument as string);
      case 'Fn::GetAtt': return this.attribute(...(typeof argument === 'string' ? argument.split(/\.(.*)/s, 2) : argument) as [string, string]);
      case 'Fn::Join': return (this.fill(argument[1]) as unknown[]).join(argument[0] as string);
      case 'Fn::Split': return String(this.fill(argument[1])).split(argument[0] as string);
      case 'Fn::Select': return this.fill(argument[1])[Number(argument[0])];
      case 'Fn::ImportValue': return this.world.exported(this, String(this.fill(argument)));
      case 'Fn::Sub': return this.substitute(argument);
      case 'Fn::If': return this.fill(argument[1]);
      case 'Fn::GetAZs': return ['a', 'b'].map(zone => `${this.region}${zone}`);
      default: {
        const filled = Object.entries(value as object).map(([name, inner]) => [name, this.fill(inner) as unknown]);
        return Object.fromEntries(filled.filter(([, inner]) => inner !== NO_VALUE));
      }
    }
  }

  public arnOfRole(logicalId: string): string {
    const { RoleName: name, Path: path } = (this.template.Resources?.[logicalId]?.Properties ?? {}) as { RoleName?: unknown; Path?: string };
    return `arn:aws:iam::${this.account}:role${path ?? '/'}${name === undefined ? this.physical(logicalId) : String(this.fill(name))}`;
  }

  private ref(id: string): unknown {
    const pseudo: Record<string, string | symbol> = {
      'AWS::Partition': 'aws',
      'AWS::AccountId': this.account,
      'AWS::Region': this.region,
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': this.name,
      'AWS::StackId': `arn:aws:cloudformation:${this.region}:${this.account}:stack/${this.name}/1`,
      'AWS::NoValue': NO_VALUE,
    };
    if (id in pseudo) { return pseudo[id]; }
    const parameter = this.template.Parameters?.[id];
    if (parameter) {
      const given = this.parent?.deployment.template.Resources?.[this.parent.logicalId].Properties?.Parameters?.[id] as unknown;
      return given === undefined ? parameter.Default ?? `value-of-${id}` : this.parent!.deployment.fill(given);
    }
    const { Type, Properties } = this.template.Resources?.[id] ?? {};
    if (Type === 'AWS::ECS::TaskDefinition') {
      return `arn:aws:ecs:${this.region}:${this.account}:task-definition/${String(this.fill(Properties?.Family) ?? id)}:1`;
    }
    return Type === 'AWS::IAM::Role' ? this.arnOfRole(id).split('/').pop() : this.physical(id);
  }

  private attribute(id: string, name: string): unknown {
    const nested = this.nested.get(id);
    if (nested && name.startsWith('Outputs.')) { return nested.fill(nested.template.Outputs?.[name.slice('Outputs.'.length)]?.Value); }
    if (name !== 'Arn') { return `${this.physical(id)}.${name}`; }
    return this.template.Resources?.[id]?.Type === 'AWS::IAM::Role' ? this.arnOfRole(id) : `arn:aws:any:${this.region}:${this.account}:${this.physical(id)}`;
  }

  private substitute(argument: string | [string, Record<string, unknown>]): string {
    const [text, variables] = typeof argument === 'string' ? [argument, {}] : argument;
    return text.replace(/\$\{([^!}][^}]*)\}/g, (_, name: string) => String(name in variables
      ? this.fill((variables as Record<string, unknown>)[name])
      : name.includes('.') ? this.fill({ 'Fn::GetAtt': name }) : this.ref(name)));
  }

  private physical(logicalId: string): string {
    return `${this.name}-${logicalId}`;
  }
}

const NO_VALUE = Symbol('AWS::NoValue');

function known(value: string | undefined): string | undefined {
  return value === undefined || value.startsWith('unknown-') ? undefined : value;
}

/** All that an app deploys. */
export class World {
  public readonly deployments: Deployment[] = [];

  public add(deployment: Deployment): Deployment {
    this.deployments.push(deployment);
    return deployment;
  }

  /** The value that a stack of the same account and Region exports. */
  public exported(importer: Deployment, name: string): unknown {
    const exporter = this.exporterOf(importer, name);
    const output = Object.values(exporter?.template.Outputs ?? {}).find(one => one.Export && exporter!.fill(one.Export.Name) === name);
    return exporter?.fill(output?.Value);
  }

  public exporterOf({ account, region }: Deployment, name: string): Deployment | undefined {
    return this.deployments.find(one => one.account === account && one.region === region
      && Object.values(one.template.Outputs ?? {}).some(output => output.Export && one.fill(output.Export.Name) === name));
  }
}

/** What an app was synthesized to, the stacks of its Stages and nested stacks too. */
export function worldOf(assembly: CloudAssembly): World {
  const world = new World();
  addAssembly(world, assembly);
  return world;
}

function addAssembly(world: World, assembly: CloudAssembly): void {
  assembly.stacks.forEach(stack => addStack(world, stack, assembly.directory));
  assembly.nestedAssemblies.forEach(({ nestedAssembly }) => addAssembly(world, nestedAssembly));
}

function addStack(world: World, stack: CloudFormationStackArtifact, directory: string): void {
  const warnings = stack.messages.filter(({ level }) => level === 'warning').map(({ entry }) => String(entry.data));
  const deployment = world.add(new Deployment(stack.stackName, stack.template as TemplateText, stack.environment, warnings, world));
  addNested(world, deployment, directory);
}

function addNested(world: World, parent: Deployment, directory: string): void {
  for (const [logicalId, { Type, Metadata }] of parent.resources) {
    const file = Type === 'AWS::CloudFormation::Stack' ? Metadata?.['aws:asset:path'] as string | undefined : undefined;
    if (file !== undefined) {
      const template = JSON.parse(readFileSync(join(directory, file), 'utf8')) as TemplateText;
      const { account, region, warnings } = parent;
      const nested = world.add(new Deployment(`${parent.name}-${logicalId}`, template, { account, region }, warnings, world, { deployment: parent, logicalId }));
      parent.nested.set(logicalId, nested);
      addNested(world, nested, directory);
    }
  }
}
