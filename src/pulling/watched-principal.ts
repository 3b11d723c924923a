import * as iam from 'aws-cdk-lib/aws-iam';
import { DependencyGroup } from 'constructs';

/**
 * A principal of which can be told, after a grant, whether the statements got into a policy of this app. aws-cdk reports success also for
 * roles that it leaves alone; what it hands back to depend on is then no policy but an empty group.
 */
export class WatchedPrincipal implements iam.IPrincipal {
  public readonly grantPrincipal = this;
  public readonly assumeRoleAction: string;
  public readonly principalAccount?: string;
  /** Whether every statement so far is in a policy. */
  public written = true;

  constructor(private readonly principal: iam.IPrincipal) {
    this.assumeRoleAction = principal.assumeRoleAction;
    this.principalAccount = principal.principalAccount;
  }

  public get policyFragment(): iam.PrincipalPolicyFragment {
    return this.principal.policyFragment;
  }

  public addToPrincipalPolicy(statement: iam.PolicyStatement): iam.AddToPrincipalPolicyResult {
    const result = this.principal.addToPrincipalPolicy(statement);
    const reported = iam.Role.isRole(this.principal) || this.principal instanceof iam.UnknownPrincipal;
    this.written &&= result.statementAdded && (reported || !(result.policyDependable instanceof DependencyGroup));
    return result;
  }

  public toString(): string {
    return String(this.principal);
  }
}
