import type * as pulumi from '@pulumi/pulumi';
import type { EcrPullThroughCacheArgs } from './args';

/** Where a cache is. */
export interface Place {
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  /** What the names of AWS's hosts end in. */
  readonly suffix: string;
}

/** What the parts of a component know of the whole. */
export interface Context {
  readonly name: string;
  readonly args: EcrPullThroughCacheArgs;
  readonly options: { readonly parent: pulumi.ComponentResource };
  readonly place: pulumi.Output<Place>;
  readonly cacheNamespace: pulumi.Output<string>;
  /** The ARN of all repositories of the cache. */
  readonly cachedImages: pulumi.Output<string>;
}
