import type * as iam from 'aws-cdk-lib/aws-iam';
import { PullThroughCacheGrants } from '../pulling/cache-grants';
import type { ICacheRule } from '../rule/cache-rule';

/** What is pulled from a cache: an image, or with a `*` at its end all that begins so. */
export interface Pulled {
  readonly rule: ICacheRule;
  readonly image: { readonly path: string };
}

/** Lets principals pull, each of them each image once. */
export class Allowed {
  private readonly grants = new Map<ICacheRule, PullThroughCacheGrants>();
  private readonly paths = new Map<iam.IPrincipal, Map<ICacheRule, Set<string>>>();

  public allow(images: readonly Pulled[], pullers: readonly iam.IGrantable[]): void {
    for (const [rule, paths] of pathsByRule(images)) {
      for (const puller of pullers) {
        const known = this.pathsOf(puller.grantPrincipal, rule);
        const more = paths.filter(path => !known.has(path));
        more.forEach(path => known.add(path));
        if (more.length > 0) { this.grantsOf(rule)._pullPathsTogether(puller, more); }
      }
    }
  }

  private pathsOf(principal: iam.IPrincipal, rule: ICacheRule): Set<string> {
    const byRule = this.paths.get(principal) ?? new Map<ICacheRule, Set<string>>();
    this.paths.set(principal, byRule);
    const paths = byRule.get(rule) ?? new Set<string>();
    byRule.set(rule, paths);
    return paths;
  }

  private grantsOf(rule: ICacheRule): PullThroughCacheGrants {
    const grants = this.grants.get(rule) ?? PullThroughCacheGrants.fromRule(rule);
    this.grants.set(rule, grants);
    return grants;
  }
}

export function pathsByRule(images: readonly Pulled[]): Map<ICacheRule, string[]> {
  const byRule = new Map<ICacheRule, Set<string>>();
  images.forEach(({ rule, image }) => byRule.set(rule, (byRule.get(rule) ?? new Set()).add(image.path)));
  return new Map([...byRule].map(([rule, paths]) => [rule, [...paths]]));
}
