export type { EcrPullThroughCacheArgs } from './args';
export { EcrPullThroughCache } from './cache';
