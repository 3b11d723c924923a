import type { IConstruct } from 'constructs';
import { ImageOutcome } from './lookup';
import type { Finding } from './lookup';
import { excerpt, place, warn, WarningId } from '../private/errors';
import { checkNear } from '../pulling/nearness';
import type { ICacheRule } from '../rule/cache-rule';

/** An image of a cache. */
export type Cached = NonNullable<Finding['cached']>;

/** An image of a cache whose pullers are granted, and what it is called now where its name changes. */
export interface Judged {
  readonly cached: Cached;
  readonly after?: string;
}

/** Where a name stands, and what is written instead of it. */
export interface Written {
  /** How names begin that the service itself understands. */
  readonly ownImages?: string;
  /** Whether names stay here. */
  readonly kept?: boolean;
  /** What is written for an image of a cache. */
  readonly written?: (cached: Cached) => string;
}

/** Warns where the cache of an image is not the one of its account and Region, or may not be. */
export function warnOfPlace(node: IConstruct, name: string, { outcome, cached, others = [] }: Finding): void {
  if (cached) {
    checkNear(cached.rule, node, name);
  }
  if (outcome === ImageOutcome.CACHED_ELSEWHERE) {
    warn(node, WarningId.CACHE_IN_OTHER_ACCOUNT,
      `${excerpt(name)} stays, since only caches of other accounts serve it: ${others.map(placed).join(', ')}. Call use() with a cache of this account, `
      + 'let this account pull from one in this Region by RegistryPolicy.allowFirstPull(), or by CachePullers in its repositoryTemplate what is cached already, '
      + 'or import that one with its account in the attributes.');
  } else if (cached && others.length > 0) {
    warn(node, WarningId.CACHE_NOT_CERTAIN,
      `${excerpt(name)} is pulled from ${placed(cached.rule)}, which may be in another account or Region, since the stack says nothing of either: `
      + `${others.map(placed).join(', ')} may be nearer. Give the stack an env, call use() with one of them, or acknowledge this warning.`);
  }
}

function placed(rule: ICacheRule): string {
  return `'${rule.repositoryPrefix}' (${place(rule)}) in ${rule.env.account} and ${rule.env.region}`;
}
