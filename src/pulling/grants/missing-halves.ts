import { Stage } from 'aws-cdk-lib';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import { roleNameOf } from './principals';
import { warn, WarningId } from '../../private/errors';
import { isLookedUpArn } from '../../private/later';
import { differ } from '../../private/places';
import { OwnerHalf, PullerRegister } from '../../repository/puller-register';

/** Says what to write where, when a grant could write nothing at all. */
export function warnOfNothingWritten(rule: IPullThroughCacheRuleRef, principal: iam.IPrincipal): void {
  const { roleArn } = principal as Partial<iam.IRole>;
  // what stands in for a role that is looked up says nothing of the role
  if (roleArn !== undefined && isLookedUpArn(roleArn)) {
    return;
  }
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
export function warnOfMissingOwnerHalf(
  rule: IPullThroughCacheRuleRef & { readonly _accountNamed?: boolean }, principal: iam.IPrincipal, names: readonly string[], imports: boolean,
): void {
  const pullers = principal.principalAccount;
  const { account, region } = rule.env;
  // an import that names its account says that the owner knows of it
  if (pullers === undefined || !differ(pullers, account) || rule._accountNamed) {
    return;
  }
  const puller = { account: pullers, roleName: roleNameOf(principal) };
  const register = PullerRegister.of(rule);
  const place = placeOfWarning(rule, principal);
  const halves = imports ? [OwnerHalf.READ, OwnerHalf.IMPORT] : [OwnerHalf.READ];
  const validate = () => {
    const lacking = halves.map(half => ({ half, names: register.lacking(half, { account, region }, names, puller) }))
      .filter(one => one.names.length > 0);
    if (lacking.length > 0) {
      const all = lacking.every(one => one.names.length === names.length);
      warn(place, WarningId.GRANT_HALF_MISSING,
        `the grant for ${principal} of the account ${pullers} is one half: the owner of the cache, ${account}, has to allow that account `
        + `${lacking.map(one => one.half).join(' and ')}${all ? '' : ` in ${[...new Set(lacking.flatMap(one => one.names))].join(', ')}`}. ${wayIn(pullers, imports)}; `
        + 'when that is done elsewhere, acknowledge this warning.');
    }
    return [];
  };
  place.node.addValidation({ validate });
}

/** Where the warning is seen: at the cache, unless its Stage may have been synthesized before the grant was made in another. */
function placeOfWarning(rule: IPullThroughCacheRuleRef, principal: iam.IPrincipal): IConstruct {
  return Construct.isConstruct(principal) && Stage.of(principal) !== Stage.of(rule) ? principal : rule;
}

function wayIn(account: string, imports: boolean): string {
  return imports
    ? `There, name CachePullers.account('${account}') in RegistryPolicy.allowFirstPull(), which allows reading too`
    : `There, set CachePullers.account('${account}') in the repositoryTemplate of the cache`;
}
