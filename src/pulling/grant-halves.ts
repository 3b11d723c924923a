import { Token } from 'aws-cdk-lib';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { warn, WarningId } from '../private/warnings';
import { OwnerHalf, PullerRegister } from '../repository/puller-register';
import { prefixOf } from '../rule/rule-prefix';

/** Says what to write where, when a grant could write nothing at all. */
export function warnOfNothingWritten(rule: IPullThroughCacheRuleRef, principal: iam.IPrincipal): void {
  warn(rule, WarningId.GRANT_HALF_MISSING, `the grant for ${principal} wrote nothing: ${wayOut(principal)}.`);
}

function wayOut(principal: iam.IPrincipal): string {
  if ('roleName' in principal) {
    return 'the policies of this role are not managed here. Give it those of a PullPolicy, or what PullPolicy.toPolicyText() prints, '
      + 'where it is made, then acknowledge this warning';
  }
  const { principalJson } = principal.policyFragment;
  if ('Service' in principalJson || 'Federated' in principalJson) {
    return 'services and federated identities pull with a role. Grant the role that they assume';
  }
  return 'accounts, organisations and ARNs have no policies here. Allow them by CachePullers in the repositoryTemplate of the cache and in '
    + 'RegistryPolicy.allowFirstPull(), and give them what PullPolicy.toPolicyText() prints in their own account';
}

/**
 * Across accounts both sides have to allow: IAM User Guide, "Cross account resource access in IAM". Warns at synthesis when the cache's side
 * doesn't, as far as this app shows it.
 */
export function warnOfMissingOwnerHalf(rule: IPullThroughCacheRuleRef, principal: iam.IPrincipal, imports: boolean): void {
  const pullers = principal.principalAccount;
  const { account, region } = rule.env;
  if (pullers === undefined || Token.isUnresolved(pullers) || Token.isUnresolved(account) || pullers === account) {
    return;
  }
  const prefix = prefixOf(rule);
  const register = PullerRegister.of(rule);
  const halves = imports ? [OwnerHalf.READ, OwnerHalf.IMPORT] : [OwnerHalf.READ];
  const validate = () => {
    const missing = halves.filter(half => !register.has(half, { prefix, account, region }, pullers));
    if (missing.length > 0) {
      warn(rule, WarningId.GRANT_HALF_MISSING,
        `the grant for ${principal} of the account ${pullers} is one half: the owner of the cache, ${account}, has to allow that account `
        + `${missing.join(' and ')}. There, set CachePullers.account('${pullers}') in the repositoryTemplate of the cache`
        + `${imports ? ' and in RegistryPolicy.allowFirstPull()' : ''}; when that is done elsewhere, acknowledge this warning.`);
    }
    return [];
  };
  rule.node.addValidation({ validate });
}
