import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { withoutTokens } from './errors';

/** Ids are a contract: users acknowledge warnings by them, so one is never renamed. */
export enum WarningId {
  OVERLAPPING_PREFIXES = 'overlappingPrefixes',
  POSSIBLY_SAME_PREFIX = 'possiblySamePrefix',
  IMMUTABLE_TEMPLATE = 'immutableTemplate',
  WHOLE_REGISTRY_GRANT = 'wholeRegistryGrant',
  UPSTREAM_IS_OWN_REGISTRY = 'upstreamIsOwnRegistry',
  GRANT_HALF_MISSING = 'grantHalfMissing',
  REPEATED_PREFIX = 'repeatedPrefix',
  TAGGED_FOR_OTHER_ACCOUNTS = 'taggedForOtherAccounts',
  POSSIBLY_SAME_REGISTRY = 'possiblySameRegistry',
  DIGEST_FIRST_PULL = 'digestFirstPull',
  DIGEST_NOT_CACHED = 'digestNotCached',
  PULLER_NOT_FOUND = 'pullerNotFound',
  ENDPOINT_NOT_SCOPED = 'endpointNotScoped',
  FIRST_PULL_NEEDS_INTERNET = 'firstPullNeedsInternet',
}

/** Adds a warning that users acknowledge as `cdk-ecr-pull-through-cache:<id>`. */
export function warn(scope: IConstruct, id: WarningId, message: string): void {
  Validations.of(scope).addWarning(`cdk-ecr-pull-through-cache:${id}`, withoutTokens(message));
}
