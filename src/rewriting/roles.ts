import { CfnElement, Reference, Stack, Token, Tokenization } from 'aws-cdk-lib';
import type { CfnResource } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/** The id below an L1 role of the import that lets policies be attached to it. */
const IMPORT = 'CachedImages';

type Role = iam.IRole & IConstruct;

/** Finds the construct behind the ARN of a role in a template: a role that the app makes or imports. */
export class RoleFinder {
  private known: Map<string, Namesakes> | undefined;
  private readonly elements = new Map<Stack, Map<unknown, IConstruct>>();

  /** Looks at the tree again when it is asked next: what was made since then is unknown. */
  public forget(): void {
    this.known = undefined;
    this.elements.clear();
  }

  /**
   * The principal that pulls for a resource. What the resource's own L2 was given goes first. A role that somebody asked to leave alone, by
   * `withoutPolicyUpdates()` or `mutable: false`, is left alone by whoever names no more than its ARN.
   */
  public behind(arn: unknown, user: CfnResource): iam.IGrantable | undefined {
    const key = this.keyOf(arn, user);
    if (key === undefined) {
      return undefined;
    }
    const target = this.targetOf(arn, user);
    const own = rolesOf(user.node.scope).find(role => this.keyOf(role.roleArn, role) === key);
    // what is around an L1 may have been made since the tree was looked at
    return own ?? this.named(key, user) ?? roleAround(target) ?? roleOfL1(target);
  }

  private named(key: string, user: CfnResource): Role | undefined {
    // once for all, since most apps have as many users of roles as roles
    this.known ??= this.indexed(user.node.root);
    const roles = this.known.get(key);
    return roles?.leftAlone ?? roles?.made ?? roles?.byStack.get(Stack.of(user)) ?? roles?.first;
  }

  private indexed(root: IConstruct): Map<string, Namesakes> {
    const index = new Map<string, Namesakes>();
    for (const role of root.node.findAll().filter(isRole)) {
      const key = this.keyOf(role.roleArn, role);
      if (key !== undefined) {
        const namesakes: Namesakes = index.get(key) ?? { first: role, byStack: new Map() };
        index.set(key, namesakes);
        if (isLeftAlone(role)) { namesakes.leftAlone ??= role; }
        if (iam.Role.isRole(role)) { namesakes.made ??= role; }
        const stack = Stack.of(role);
        if (!namesakes.byStack.has(stack)) { namesakes.byStack.set(stack, role); }
      }
    }
    return index;
  }

  /** One text for each role, however its ARN is written: a reference by what it points at, pseudo parameters by what is known of them. */
  private keyOf(arn: unknown, scope: IConstruct): string | undefined {
    const target = this.targetOf(arn, scope);
    if (target) {
      return `@${target.node.addr}`;
    }
    if (typeof arn !== 'string' && !Token.isUnresolved(arn)) {
      return undefined;
    }
    const stack = Stack.of(scope);
    return flat(stack.resolve(arn), stack).replace(/^arn:[^:]*:/, 'arn::');
  }

  private targetOf(arn: unknown, scope: IConstruct): IConstruct | undefined {
    return referenceTarget(arn) ?? this.attributeTarget(arn, scope);
  }

  /** What `Fn::GetAtt` names, in the stack of its user. */
  private attributeTarget(arn: unknown, scope: IConstruct): IConstruct | undefined {
    if (!Token.isUnresolved(arn) && typeof arn !== 'object') { return undefined; }
    const stack = Stack.of(scope);
    const attribute: unknown = (stack.resolve(arn) as { 'Fn::GetAtt'?: string[] } | undefined)?.['Fn::GetAtt']?.[0];
    return attribute === undefined ? undefined : this.elementsOf(stack).get(attribute);
  }

  private elementsOf(stack: Stack): ReadonlyMap<unknown, IConstruct> {
    const known = this.elements.get(stack) ?? new Map<unknown, IConstruct>(
      stack.node.findAll().filter(one => CfnElement.isCfnElement(one) && Stack.of(one) === stack)
        .map(one => [stack.resolve((one as CfnElement).logicalId), one]));
    this.elements.set(stack, known);
    return known;
  }
}

/** The constructs that stand for one role, and which of them goes first. */
interface Namesakes {
  readonly first: Role;
  leftAlone?: Role;
  made?: Role;
  readonly byStack: Map<Stack, Role>;
}

function isRole(construct: IConstruct): construct is Role {
  // the ARN of a LazyRole makes the role; when somebody else has made it, it is below
  return 'grantPrincipal' in construct && !(construct instanceof iam.LazyRole) && typeof (construct as Partial<Role>).roleArn === 'string';
}

/** The roles that an L2 was given, by the names that L2s have for them. */
function rolesOf(l2: IConstruct | undefined): Role[] {
  const { role, executionRole, container, containers } = (l2 ?? {}) as {
    role?: Role; executionRole?: Role; container?: { executionRole?: Role }; containers?: { container?: { executionRole?: Role } }[];
  };
  const several = Array.isArray(containers) ? containers.map(one => one.container?.executionRole) : [];
  return [role, executionRole, container?.executionRole, ...several].filter(one => typeof one === 'object' && isRole(one)) as Role[];
}

function roleAround(target: IConstruct | undefined): Role | undefined {
  const around = target?.node.scope;
  return iam.CfnRole.isCfnRole(target) && around && isRole(around) ? around : undefined;
}

/** aws-cdk doesn't export the class, and reports success for what it leaves out. */
export function isLeftAlone(role: Role): boolean {
  return (role.constructor as { PROPERTY_INJECTION_ID?: string }).PROPERTY_INJECTION_ID?.endsWith('.ImmutableRole') ?? false;
}

function roleOfL1(target: IConstruct | undefined): iam.IGrantable | undefined {
  if (!target || !iam.CfnRole.isCfnRole(target)) {
    return undefined;
  }
  return target.node.tryFindChild(IMPORT) as iam.IRole | undefined ?? iam.Role.fromRoleName(target, IMPORT, target.ref);
}

function flat(value: unknown, stack: Stack): string {
  if (typeof value === 'string') {
    return value;
  }
  const { Ref: ref, 'Fn::Join': join } = Object(value) as { 'Ref'?: string; 'Fn::Join'?: [string, unknown[]] };
  if (join) {
    return join[1].map(part => flat(part, stack)).join(join[0]);
  }
  if (ref === 'AWS::AccountId') {
    return Token.isUnresolved(stack.account) ? '<account>' : stack.account;
  }
  // a name means another thing in each stack
  return ref === 'AWS::Partition' ? 'aws' : `${JSON.stringify(value)}@${stack.node.addr}`;
}

/** What a reference made by aws-cdk points at, in whichever stack it is. */
function referenceTarget(arn: unknown): IConstruct | undefined {
  const tokens = typeof arn === 'string' ? Tokenization.reverseString(arn) : undefined;
  const token = tokens ? tokens.length === 1 ? tokens.firstToken : undefined : arn;
  return Reference.isReference(token) && iam.CfnRole.isCfnRole(token.target) ? token.target : undefined;
}
