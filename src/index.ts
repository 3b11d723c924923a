export { PullThroughCache } from './pull-through-cache';
export type { PullThroughCacheAttributes, PullThroughCacheProps } from './pull-through-cache';
export { PullThroughCacheBase } from './pull-through-cache-base';
export type { IPullThroughCache } from './pull-through-cache-base';

export { UpstreamRegistry } from './upstream/upstream-registry';
export { UpstreamCredential } from './upstream/upstream-credential';
export type { EchoUpstreamOptions, EcrUpstreamOptions, UpstreamRegistryOptions } from './upstream/upstream-registry';

export { CacheRule } from './rule/cache-rule';
export type { CacheRuleProps, ICacheRule } from './rule/cache-rule';
export { UpstreamRole } from './rule/upstream-role';
export type { UpstreamRoleOptions } from './rule/upstream-role';
export { UpstreamSecret } from './rule/upstream-secret';
export type { UpstreamSecretProps } from './rule/upstream-secret';

export { CacheLifecycleRule } from './lifecycle/cache-lifecycle-rule';
export type { CacheLifecycleRuleOptions, CacheLifecycleSelectionOptions } from './lifecycle/cache-lifecycle-rule';
export { RepositoryTemplate, TemplateUse } from './repository/repository-template';
export { CachePullers } from './repository/cache-pullers';
export type { AccountPullersOptions, OrganizationPullersOptions } from './repository/cache-pullers';
export type { RepositoryTemplateOptions, RepositoryTemplateProps } from './repository/repository-template';

export { RegistryPolicy } from './registry/registry-policy';
export type { FirstPullOptions, QuarantineOptions, RegistryPolicyProps } from './registry/registry-policy';
export { OnlyImports } from './registry/only-imports';
export type { CacheImports, OnlyImportsOptions } from './registry/only-imports';
export { RegistryReplication } from './registry/registry-replication';
export type { ReplicationSourceOptions } from './registry/registry-replication';
export type { ReplicaDestination } from './registry/replication-rules';
export { RegistryScanning, RegistryScanType } from './registry/registry-scanning';
export type { RegistryScanningProps } from './registry/registry-scanning';
export { CustomerAccess } from './registry/customer-access';
export { Customer } from './registry/customer';
export type { CustomerOptions } from './registry/customer';
export type { CustomerAccessOptions, CustomerPolicyTextOptions } from './registry/customer-access';

export { PullThroughCacheGrants } from './pulling/cache-grants';
export { PullPolicy } from './pulling/pull-policy';
export type { PullPolicyOptions, PullPolicyProps } from './pulling/pull-policy';
export { ImageInCache } from './pulling/image-in-cache';
export { CachedImages } from './rewriting/cached-images';
export type { CacheUseOptions } from './rewriting/cached-images';
export { AdmissionFailurePolicy } from './rewriting/admission/options';
export type { AdmissionPolicyOptions, MutatingPolicyOptions, ValidatingPolicyOptions } from './rewriting/admission/options';
export { ImageOutcome } from './rewriting/lookup';
export type { HelmValuesJsonOptions, HelmValuesOptions } from './rewriting/helm-options';
export type { ImageProperty } from './rewriting/known-properties';
export type { CachedImagesOptions } from './rewriting/options';
export type { FoundImage } from './rewriting/report';

export { NodeMirrors } from './mirrors/node-mirrors';
export { NodeLogin } from './mirrors/options';
export type { NodeMirrorsOptions } from './mirrors/options';
export { BuildImages } from './mirrors/build-images';
export type { DockerfileOptions } from './mirrors/dockerfile-images';

export { CacheAlarm } from './monitoring/cache-alarm';
export { AlarmSeverity } from './monitoring/alarm-options';
export type {
  CacheAlarmOptions, CallsNearQuotaOptions, CountAlarmOptions, EvaluatedAlarmOptions, HitRateAlarmOptions, MissingRunsAlarmOptions,
} from './monitoring/alarm-options';
export { CacheAlarmActions } from './monitoring/alarm-actions';
export type { AlarmActionsOptions } from './monitoring/alarm-actions';
export { CacheAlerting } from './monitoring/cache-alerting';
export type { CacheAlertingProps } from './monitoring/cache-alerting';
export { CacheDashboard } from './monitoring/cache-dashboard';
export type { CacheDashboardProps } from './monitoring/cache-dashboard';
export { CacheEventLog } from './monitoring/cache-event-log';
export type { CacheEventLogProps } from './monitoring/cache-event-log';
export { CacheEvents } from './monitoring/cache-events';
export type { ImageScannedOptions } from './monitoring/cache-events';
export { CacheFindings } from './monitoring/cache-findings';
export type { CacheFindingsProps } from './monitoring/cache-findings';
export { CacheFunctionDefaults } from './monitoring/cache-function-defaults';
export type { CacheFunctionOptions } from './monitoring/cache-function-options';
export { CacheIntegrity } from './monitoring/cache-integrity';
export type { CacheIntegrityProps } from './monitoring/cache-integrity';
export { CacheMetrics } from './monitoring/cache-metrics';
export type { CacheMetricProducers } from './monitoring/metric-producers';
export { FindingSeverity } from './monitoring/cache-events';
export { CacheMonitoring, LoggedEvents } from './monitoring/cache-monitoring';
export type { LoggedMonitoringOptions, StandardMonitoringOptions } from './monitoring/cache-monitoring';
export { CacheProbe } from './monitoring/cache-probe';
export type { CacheProbeProps } from './monitoring/cache-probe';
export { CacheQueries } from './monitoring/cache-queries';
export type { CacheQueriesProps } from './monitoring/cache-queries';
export { CacheStatistics } from './monitoring/cache-statistics';
export type { CacheStatisticsProps } from './monitoring/cache-statistics';
export type { ScheduledFunctionOptions } from './monitoring/schedule';

export { CacheVerification } from './operations/cache-verification';
export type { CacheVerificationProps, VerifyOnDeployOptions } from './operations/cache-verification';

export { EndpointPolicies } from './network/endpoint-policies';
export type { ScopedEndpointOptions } from './network/endpoint-policies';
export { CacheVpcAccess } from './network/vpc-access';
export type { CacheVpcAccessProps } from './network/vpc-access';

export { RepositoryAdoption } from './operations/repository-adoption';
export type { RepositoryAdoptionProps } from './operations/repository-adoption';
export { RepositoryRemoval } from './operations/repository-removal';
export type { RepositoryRemovalProps } from './operations/repository-removal';
export { ReplacementCheck, ReplacementDanger } from './operations/replacement-check';
export type { ReplacementFinding } from './operations/replacement-check';

export { CacheCosts } from './costs/cache-costs';
export type { CacheCostsOptions } from './costs/cost-usage';
export type { CachePrices } from './costs/prices';
