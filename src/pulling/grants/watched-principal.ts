import * as iam from 'aws-cdk-lib/aws-iam';
import { DependencyGroup } from 'constructs';
import type { IConstruct } from 'constructs';
import { PolicyRoom } from './policy-room';

/**
 * A principal of which can be told, after a grant, whether the statements got into a policy of this app. aws-cdk reports success also for
 * roles that it leaves alone.
 */
export class WatchedPrincipal implements iam.IPrincipal {
  public readonly grantPrincipal = this;
  /** Whether every statement so far is in a policy. */
  public written = true;

  constructor(private readonly principal: iam.IPrincipal, private readonly scope?: IConstruct) {}

  // read late, since the principal of a managed policy has neither this nor the fragment and throws
  public get assumeRoleAction(): string {
    return this.principal.assumeRoleAction;
  }

  public get policyFragment(): iam.PrincipalPolicyFragment {
    return this.principal.policyFragment;
  }

  public get principalAccount(): string | undefined {
    return this.principal.principalAccount;
  }

  public addToPrincipalPolicy(statement: iam.PolicyStatement): iam.AddToPrincipalPolicyResult {
    const result = this.scope
      ? PolicyRoom.of(this.principal, this.scope).add(statement)
      : this.principal.addToPrincipalPolicy(statement);
    this.written &&= result.statementAdded && !this.leftAlone(result);
    return result;
  }

  public toString(): string {
    return String(this.principal);
  }

  /** Users, groups and the like hand back their policy, roles that are left alone an empty group; so do ordinary roles, for now. */
  private leftAlone({ policyDependable }: iam.AddToPrincipalPolicyResult): boolean {
    return policyDependable instanceof DependencyGroup
      && !iam.Role.isRole(this.principal) && !(this.principal instanceof iam.UnknownPrincipal) && !(this.principal instanceof iam.LazyRole);
  }
}
