import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct, IConstruct } from 'constructs';
import { LONGEST_INLINE, LONGEST_MANAGED_POLICY, measurePolicy } from './policy-length';
import { jsonLength } from '../../private/checks';
import { oncePerTree } from '../../private/tree';

/** What this library writes into a policy: the rest is for statements of others, and for references, which are longer than can be known. */
const SHARE = 0.6;

type Named = keyof typeof LONGEST_INLINE;

/** A policy that statements go into, and how much of it they take. */
interface Place {
  readonly most: number;
  used: number;
  readonly overflow?: iam.ManagedPolicy;
}

/**
 * Where the next statement for a grantee goes: into its policy and, when that is full, into managed policies. aws-cdk does so by itself for
 * roles that an app makes, and for nobody else.
 */
export class PolicyRoom {
  public static of(principal: iam.IPrincipal, scope: IConstruct): PolicyRoom {
    const rooms = oncePerTree(scope, 'PolicyRooms', () => new WeakMap<object, PolicyRoom>());
    const room = rooms.get(principal) ?? new PolicyRoom(principal, scope);
    rooms.set(principal, room);
    return room;
  }

  private place?: Place;
  private overflows = 0;

  private constructor(private readonly principal: iam.IPrincipal, private readonly scope: IConstruct) {}

  public add(statement: iam.PolicyStatement): iam.AddToPrincipalPolicyResult {
    const length = jsonLength(statement.toStatementJson(), this.scope);
    if (this.place && !this.takes(length)) {
      this.place = this.newOverflow();
    }
    if (this.place) {
      this.place.used += length;
    }
    if (this.place?.overflow) {
      this.place.overflow.addStatements(statement);
      return { statementAdded: true, policyDependable: this.place.overflow };
    }
    const result = this.principal.addToPrincipalPolicy(statement);
    this.noteWhere(result, length);
    return result;
  }

  /** Whether so much has a place beside what went in last. */
  public takes(length: number): boolean {
    return !this.place || this.place.used + length <= this.place.most;
  }

  /** Counts what was added to a statement that is there. */
  public count(length: number): void {
    if (this.place) {
      this.place.used += length;
    }
  }

  private noteWhere({ policyDependable: policy }: iam.AddToPrincipalPolicyResult, used: number): void {
    if (iam.Role.isRole(this.principal)) {
      measurePolicy(this.principal.node.tryFindChild('DefaultPolicy'), LONGEST_INLINE.roleName);
    } else if (policy instanceof iam.ManagedPolicy) {
      measurePolicy(policy, LONGEST_MANAGED_POLICY);
    } else if (policy instanceof iam.Policy) {
      const kind = (Object.keys(LONGEST_INLINE) as Named[]).find(name => name in this.principal);
      measurePolicy(policy, LONGEST_INLINE[kind ?? 'roleName']);
      // a policy that was granted itself is nobody's yet, so nothing can go beside it
      this.place ??= kind && { most: LONGEST_INLINE[kind] * SHARE, used };
    }
  }

  private newOverflow(): Place {
    const { principal } = this;
    const overflow = new iam.ManagedPolicy(principal as iam.IPrincipal & Construct, `PullThroughCaches${++this.overflows}`, {
      description: 'Pulls through ECR pull-through caches: what the inline policy has no room for',
      roles: 'roleName' in principal ? [principal as unknown as iam.IRole] : undefined,
      groups: 'groupName' in principal ? [principal as unknown as iam.IGroup] : undefined,
      users: 'userName' in principal ? [principal as unknown as iam.IUser] : undefined,
    });
    measurePolicy(overflow, LONGEST_MANAGED_POLICY);
    return { most: LONGEST_MANAGED_POLICY * SHARE, used: 0, overflow };
  }
}
