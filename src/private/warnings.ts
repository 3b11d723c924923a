import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Ids are a contract: users acknowledge warnings by them, so one is never renamed. */
export enum WarningId {
  OVERLAPPING_PREFIXES = 'overlappingPrefixes',
  POSSIBLY_SAME_PREFIX = 'possiblySamePrefix',
  IMMUTABLE_TEMPLATE = 'immutableTemplate',
  WHOLE_REGISTRY_GRANT = 'wholeRegistryGrant',
  UPSTREAM_IS_OWN_REGISTRY = 'upstreamIsOwnRegistry',
  GRANT_HALF_MISSING = 'grantHalfMissing',
  DIGEST_FIRST_PULL = 'digestFirstPull',
}

/** Adds a warning that users acknowledge as `cdk-ecr-pull-through-cache:<id>`. */
export function warn(scope: IConstruct, id: WarningId, message: string): void {
  Validations.of(scope).addWarning(`cdk-ecr-pull-through-cache:${id}`, message);
}
