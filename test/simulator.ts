import { runSimulation } from '@cloud-copilot/iam-simulate';
import { Stack, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';

/** A statement as a template has it, with what CloudFormation would fill in. */
interface Statement {
  Effect: string;
  Action: string | string[];
  Resource?: string | string[];
  Principal?: unknown;
  Condition?: unknown;
}

export interface Policy {
  Version: string;
  Statement: Statement[];
}

/** Who asks, with what they were given. */
export interface Caller {
  readonly arn: string;
  readonly policies: Policy[];
  readonly context?: Record<string, string | string[]>;
}

/** One row of a decision table. */
export interface Row {
  readonly who: string;
  readonly action: string;
  /** The ARN of the resource, or `*`. */
  readonly resource: string;
  readonly allowed: boolean;
}

/** What is decided upon: callers by their names in the rows, and the policies of resources, merged as ECR merges them. */
export interface World {
  readonly callers: Record<string, Caller>;
  readonly resourcePolicies?: { readonly resource: RegExp; readonly policy: Policy }[];
}

/** Decides one request with a simulator of IAM's evaluation that others wrote. */
export async function isAllowed(world: World, row: Omit<Row, 'allowed'>): Promise<boolean> {
  const caller = world.callers[row.who];
  const matching = (world.resourcePolicies ?? []).filter(({ resource }) => resource.test(row.resource));
  const statements = matching.flatMap(({ policy }) => policy.Statement.map(statement => 'NotResource' in statement ? statement : { Resource: row.resource, ...statement }));
  const callersAccount = caller.arn.split(':')[4];
  const simulation = await runSimulation({
    request: {
      principal: caller.arn,
      action: row.action,
      resource: { resource: row.resource, accountId: row.resource.split(':')[4] ?? callersAccount },
      contextVariables: caller.context ?? {},
    },
    identityPolicies: caller.policies.map((policy, index) => ({ name: `policy${index}`, policy })),
    resourcePolicy: statements.length > 0 ? { Version: '2012-10-17', Statement: statements } : undefined,
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  }, {});
  if (simulation.resultType === 'error') {
    throw new Error(`${row.action} on ${row.resource}: ${JSON.stringify(simulation.errors)}`);
  }
  return simulation.overallResult === 'Allowed';
}

/** The rows that are decided otherwise than they say. */
export async function wrongRows(world: World, rows: Row[]): Promise<string[]> {
  const verdicts = await Promise.all(rows.map(row => isAllowed(world, row)));
  return rows.filter((row, index) => row.allowed !== verdicts[index])
    .map(({ who, action, resource, allowed }) => `${who} ${action} ${resource}: expected ${allowed ? 'allowed' : 'denied'}`);
}

/**
 * The actions that no row would miss: each is taken out of its statement in turn, and then some row has to be wrong. So a table that passes
 * has a row for every action of every statement.
 */
export async function untestedActions(world: World, rows: Row[]): Promise<string[]> {
  const untested: string[] = [];
  for (const policy of policiesOf(world)) {
    for (const statement of policy.Statement) {
      const actions = [statement.Action].flat();
      for (const action of actions) {
        statement.Action = actions.filter(other => other !== action).concat('none:None');
        if ((await wrongRows(world, rows)).length === 0) {
          untested.push(`${action} on ${JSON.stringify(statement.Resource)}`);
        }
      }
      statement.Action = actions;
    }
  }
  return untested;
}

function policiesOf(world: World): Policy[] {
  return [...new Set([
    ...Object.values(world.callers).flatMap(({ policies }) => policies),
    ...(world.resourcePolicies ?? []).map(({ policy }) => policy),
  ])];
}

/** A template with what CloudFormation fills in. */
export class Deployed {
  private readonly resources: Record<string, { Type: string; Properties: any }>;
  private readonly outputs: Record<string, { Value: string }>;
  private readonly account: string;
  private readonly region: string;

  constructor(stack: Stack) {
    const or = (value: string, other: string) => Token.isUnresolved(value) ? other : value;
    this.account = or(stack.account, '111122223333');
    this.region = or(stack.region, 'eu-central-1');
    const template = Template.fromStack(stack).toJSON();
    this.resources = this.fill(template.Resources);
    this.outputs = this.fill(template.Outputs ?? {});
  }

  /** The policies of a principal whose logical id begins so: inline ones and those that name it. */
  public policiesOf(id: string): Policy[] {
    const logicalId = this.idOf(id);
    const name = nameOf(logicalId);
    const attached = Object.values(this.resources).filter(({ Type, Properties }) => /^AWS::IAM::(Managed)?Policy$/.test(Type)
      && ['Roles', 'Users', 'Groups'].some(kind => Properties[kind]?.includes(name)));
    const inline: { PolicyDocument: Policy }[] = this.resources[logicalId].Properties.Policies ?? [];
    return [...inline, ...attached.map(({ Properties }) => Properties)].map(({ PolicyDocument }) => PolicyDocument);
  }

  /** A role as a caller. */
  public role(id: string, context: Caller['context'] = {}): Caller {
    const arn = this.arnOf(this.idOf(id));
    return {
      arn: `arn:aws:sts::${this.account}:assumed-role/${nameOf(this.idOf(id))}/session`,
      policies: this.policiesOf(id),
      context: { 'aws:PrincipalArn': arn, ...context },
    };
  }

  /** The role that the only resource of a type names at a path of its properties, itself or by an instance profile. */
  public roleAt(type: string, path: string): Caller {
    const named: string = path.split('.').reduce((inner, key) => inner[key], this.only(type));
    const id = named.slice(named.lastIndexOf('/') + 1);
    const profile = this.resources[id]?.Type === 'AWS::IAM::InstanceProfile' ? this.resources[id].Properties : undefined;
    return this.role(profile ? profile.Roles[0] : id);
  }

  /** The value of an output. */
  public output(id: string): string {
    return this.outputs[id].Value;
  }

  /** Who may assume a role. */
  public trustOf(id: string): Policy {
    return this.resources[this.idOf(id)].Properties.AssumeRolePolicyDocument;
  }

  /** The properties of the only resource of a type. */
  public only(type: string): any {
    const found = Object.values(this.resources).filter(({ Type }) => Type === type);
    expect(found).toHaveLength(1);
    return found[0].Properties;
  }

  private idOf(start: string): string {
    const ids = Object.keys(this.resources).filter(id => id.startsWith(start) && /^AWS::IAM::(Role|User|Group)$/.test(this.resources[id].Type));
    expect(ids).toHaveLength(1);
    return ids[0];
  }

  private arnOf(logicalId: string): string {
    return `arn:aws:iam::${this.account}:role/${nameOf(logicalId)}`;
  }

  private fill(value: any): any {
    if (Array.isArray(value)) {
      return value.map(one => this.fill(one));
    }
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    const [key] = Object.keys(value);
    const pseudo: Record<string, string> = {
      'AWS::Partition': 'aws', 'AWS::AccountId': this.account, 'AWS::Region': this.region, 'AWS::URLSuffix': 'amazonaws.com',
    };
    switch (key) {
      case 'Ref': return pseudo[value.Ref] ?? nameOf(value.Ref);
      case 'Fn::GetAtt': return this.arnOf(value[key][0]);
      case 'Fn::Join': return this.fill(value[key][1]).join(value[key][0]);
      default: return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, this.fill(inner)]));
    }
  }
}

/** Roles have no name in a template; any will do that tells them apart. */
function nameOf(logicalId: string): string {
  return logicalId;
}
