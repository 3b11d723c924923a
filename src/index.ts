export { PullThroughCache, PullThroughCacheAttributes, PullThroughCacheProps } from './pull-through-cache';
export { IPullThroughCache } from './pull-through-cache-base';

export { EchoUpstreamOptions, EcrUpstreamOptions, UpstreamRegistry } from './upstream/upstream-registry';
export { ImageReference } from './upstream/image-reference';

export { CacheAddress } from './rule/cache-address';
export { CacheRule, CacheRuleProps, ICacheRule } from './rule/cache-rule';
export {
  UpstreamAccessRole, UpstreamAccessRoleProps, UpstreamAccessScope, UpstreamRoleOptions,
} from './rule/upstream-access-role';
export { UpstreamRole } from './rule/upstream-role';

export { CacheLifecycleRule, CacheLifecycleRuleOptions, CacheLifecycleSelectionOptions } from './repository/cache-lifecycle';
export {
  IRepositoryTemplate, RepositoryTemplate, RepositoryTemplateOptions, RepositoryTemplateProps, TemplateUse,
} from './repository/repository-template';

export { PullThroughCacheGrants } from './pulling/cache-grants';
export { CachedImage } from './pulling/cached-image';

export { CacheEventLog, CacheEventLogProps } from './monitoring/cache-event-log';
export { CacheEvents } from './monitoring/cache-events';
export { CacheMonitoring, StandardMonitoringOptions } from './monitoring/cache-monitoring';
