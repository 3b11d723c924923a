export { PullThroughCache } from './pull-through-cache';
export type { PullThroughCacheAttributes, PullThroughCacheProps } from './pull-through-cache';
export type { IPullThroughCache } from './pull-through-cache-base';

export { UpstreamRegistry } from './upstream/upstream-registry';
export { UpstreamCredential } from './upstream/upstream-credential';
export type { EchoUpstreamOptions, EcrUpstreamOptions, UpstreamRegistryOptions } from './upstream/upstream-registry';
export { ImageReference } from './upstream/image-reference';

export { CacheAddress } from './rule/cache-address';
export { CacheRule } from './rule/cache-rule';
export type { CacheRuleProps, ICacheRule } from './rule/cache-rule';
export { UpstreamAccessRole, UpstreamAccessScope } from './rule/upstream-access-role';
export type { UpstreamAccessRoleProps, UpstreamRoleOptions } from './rule/upstream-access-role';
export { UpstreamRole } from './rule/upstream-role';
export { UpstreamSecret } from './rule/upstream-secret';
export type { UpstreamSecretProps } from './rule/upstream-secret';

export { CacheLifecycleRule } from './repository/cache-lifecycle';
export type { CacheLifecycleRuleOptions, CacheLifecycleSelectionOptions } from './repository/cache-lifecycle';
export { RepositoryTemplate, TemplateUse } from './repository/repository-template';
export type { IRepositoryTemplate, RepositoryTemplateOptions, RepositoryTemplateProps } from './repository/repository-template';

export { PullThroughCacheGrants } from './pulling/cache-grants';
export { CachedImage } from './pulling/cached-image';

export { CacheEventLog } from './monitoring/cache-event-log';
export type { CacheEventLogProps } from './monitoring/cache-event-log';
export { CacheEvents } from './monitoring/cache-events';
export { CacheMonitoring } from './monitoring/cache-monitoring';
export type { StandardMonitoringOptions } from './monitoring/cache-monitoring';
