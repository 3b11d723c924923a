import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import type { IConstruct } from 'constructs';
import { refuse } from '../private/accepted';
import { kindOf } from '../private/access';
import { ROOT } from '../private/checks';
import { CheckId, excerpt, InvalidInputError } from '../private/errors';
import type { Problem } from '../private/errors';
import { checkWhenKnown, isLater } from '../private/later';
import { prefixOf } from '../rule/cache-address';

/** CloudFormation reference of `AWS::ECR::RegistryScanningConfiguration`; its pattern without nested repetition. */
const SCAN_FILTER = /^[a-z0-9*]+(?:[._/-][a-z0-9*]+)*$/;
const LONGEST_SCAN_FILTER = 255;
/** CloudFormation reference of `AWS::ECR::ReplicationConfiguration`. */
const REPLICATION_FILTER = /^(?=..)(?:[a-z0-9][a-z0-9._-]*\/)*[a-z0-9._-]*$/;
const LONGEST_REPLICATION_FILTER = 256;

/**
 * What of a registry's names belongs to a cache, for scanning: `echo/*`. A filter without wildcard matches all names that contain it: ECR User
 * Guide, "Filters to choose which repositories are scanned in Amazon ECR".
 */
export function scanFilterOf(rule: IPullThroughCacheRuleRef): string {
  const prefix = prefixOf(rule);
  if (prefix === ROOT) {
    return '*';
  }
  const filter = `${prefix}/*`;
  if (!isLater(prefix) && !SCAN_FILTER.test(filter)) {
    throw new InvalidInputError({
      got: `a cache with the prefix '${prefix}'`,
      expected: 'a prefix with single signs between letters and digits, since a scan filter of ECR takes no others',
      fix: `write a filter with a wildcard in the place of several signs, such as '${prefix.replace(/[._-]{2,}/g, '*')}/*', which may match other names too`,
    }, rule);
  }
  return filter;
}

/** Refuses what ECR refuses as a filter for scanning. */
export function checkScanFilter(filter: string, scope: IConstruct): void {
  checkFilter(filter, SCAN_FILTER, LONGEST_SCAN_FILTER, {
    got: typeof filter === 'string' ? `the scan filter ${excerpt(filter)}` : `${kindOf(filter)} as a scan filter`,
    expected: `1 to ${LONGEST_SCAN_FILTER} lower-case letters, digits and '*', joined by single '.', '_', '-' or '/'`,
    fix: "write one such as 'team/*'; without '*' it matches all names that contain it",
  }, scope);
}

function checkFilter(filter: string, form: RegExp, longest: number, problem: Problem, scope: IConstruct): void {
  if (isLater(filter)) {
    checkWhenKnown('filter', scope, filter, known => checkFilter(known, form, longest, problem, scope));
    return;
  }
  // a pattern takes what is missing for its text
  if (typeof filter !== 'string' || !form.test(filter)) {
    throw new InvalidInputError(problem, scope);
  }
  if (filter.length > longest) {
    refuse(scope, CheckId.FILTER_LENGTH, problem);
  }
}

/**
 * What of a registry's names belongs to a cache, for replication: `echo/`, since a filter matches all names that start with it and `echo` would
 * match `echo-2/nginx`. Undefined for all of them.
 */
export function replicationFilterOf(rule: IPullThroughCacheRuleRef): string | undefined {
  const prefix = prefixOf(rule);
  return prefix === ROOT ? undefined : `${prefix}/`;
}

/** Refuses what ECR refuses as the start of names for replication. */
export function checkReplicationFilter(filter: string, scope: IConstruct): void {
  checkFilter(filter, REPLICATION_FILTER, LONGEST_REPLICATION_FILTER, {
    got: typeof filter === 'string' ? `the start of names ${excerpt(filter)}` : `${kindOf(filter)} as the start of names`,
    expected: `2 to ${LONGEST_REPLICATION_FILTER} lower-case letters, digits, '.', '_', '-' and '/'`,
    fix: typeof filter === 'string' && filter.includes('*') ? "leave '*' out: all names that start so are replicated" : "write it such as 'services/'",
  }, scope);
}
