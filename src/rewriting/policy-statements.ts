import { CfnResource, Stack, Tokenization } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/* What of a statement decides who may do what, as it is rendered. */
interface Rendered {
  readonly Effect?: string;
  readonly Action?: string | string[];
  readonly Resource?: unknown;
  readonly Condition?: iam.Conditions;
}

/** A document as an L1 takes it, beside that of aws-cdk. */
interface Written {
  readonly Statement?: Rendered | Rendered[];
}

/** A policy of an app, and what it allows. */
export class Held {
  constructor(
    /** What has the policy. */
    public readonly resource: CfnResource,
    private readonly document: iam.PolicyDocument | Written,
    private readonly write: (document: Written) => void,
  ) {}

  /** What is allowed by one of some actions. */
  public allowing(actions: readonly string[]): Rendered[] {
    const { Statement: statements = [] } = this.document instanceof iam.PolicyDocument
      ? (this.document.isEmpty ? {} : this.document.toJSON() as Written) : this.document;
    return [statements].flat().filter(({ Effect: effect, Action: action }) =>
      effect === 'Allow' && [action].flat().some(one => actions.includes(one ?? '')));
  }

  /** The statements that let a role be passed. */
  public passing(roleArn: string): Rendered[] {
    return this.allowing(['iam:PassRole', 'iam:*', '*']).filter(({ Resource: resources }) => [resources].flat().some(one => this.isSame(one, roleArn)));
  }

  public passes(roleArn: string): boolean {
    return this.passing(roleArn).length > 0;
  }

  /** In another stack only the same token is known to be the same. */
  public isSame(one: unknown, arn: string): boolean {
    const [target] = Tokenization.reverseString(arn).tokens.map(token => (token as { target?: IConstruct }).target);
    const stack = Stack.of(this.resource);
    if (one === arn) { return true; }
    return target !== undefined && Stack.of(target) === stack && JSON.stringify(stack.resolve(one)) === JSON.stringify(stack.resolve(arn));
  }

  public add(statement: iam.PolicyStatement): void {
    if (this.document instanceof iam.PolicyDocument) {
      this.document.addStatements(statement);
    } else {
      this.write({ ...this.document, Statement: [...[this.document.Statement ?? []].flat(), statement.toStatementJson() as Rendered] });
    }
  }
}

/** All policies of an app, whether an L2 made them or they are written out. */
export function policiesAround(construct: IConstruct): Held[] {
  return construct.node.root.node.findAll().filter(one => CfnResource.isCfnResource(one)).flatMap(resource => {
    const holder = resource as unknown as { policyDocument?: unknown; policies?: unknown };
    const own = isDocument(holder.policyDocument)
      ? [new Held(resource, holder.policyDocument, document => { holder.policyDocument = document; })]
      : [];
    const inline = Array.isArray(holder.policies) ? holder.policies as { policyDocument?: unknown }[] : [];
    return [...own, ...inline.flatMap((policy, at) => isDocument(policy.policyDocument)
      ? [new Held(resource, policy.policyDocument, policyDocument => {
        holder.policies = (holder.policies as unknown[]).map((one, index) => index === at ? { ...policy, policyDocument } : one);
      })] : [])];
  });
}

function isDocument(value: unknown): value is iam.PolicyDocument | Written {
  return value instanceof iam.PolicyDocument
    || typeof value === 'object' && value !== null && !Tokenization.isResolvable(value) && typeof (value as Written).Statement === 'object';
}

/** Whether a policy is one of a role, as far as it can be told before synthesis, where resolving would close what is still open. */
export function isOf({ resource }: Held, role: iam.IRole): boolean {
  const l1 = role.node.defaultChild as iam.CfnRole | undefined;
  const named = [resource, resource.node.scope].map(one => (one as { roles?: unknown } | undefined)?.roles).filter(one => Array.isArray(one)).flat();
  return resource === l1 || resource.node.scopes.includes(role) || named.some(one => one === role || one === role.roleName || one === l1?.ref);
}
