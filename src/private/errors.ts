import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { tellWhereShown } from './outside-stacks';

/** What is wrong with an input: what came, what may come, and what the user can do. */
export interface Problem {
  /** The input as it came, named: `the repository prefix 'Echo'`. */
  readonly got: string;
  /** What is accepted instead. */
  readonly expected: string;
  /** The way out, an instruction. */
  readonly fix: string;
}

/** The one sentence form that all messages of this library have. */
export function sentence(problem: Problem): string {
  return withoutTokens(`got ${problem.got}, expected ${problem.expected}: ${problem.fix}`);
}

/** A message for people: a token in it prints as `${Token[TOKEN.13]}`, which nobody wrote. */
function withoutTokens(message: string): string {
  return message.replace(/[$#]\{Token\[[^\]]*\]\}/g, '<known at deployment>');
}

/** Where a construct is, by the ids that its user wrote: a `Default` or `Resource` at the end is a library's. */
export function place(construct: IConstruct): string {
  return construct.node.path.replace(/(\/(Default|Resource))+$/, '') || 'the app';
}

/** A problem that synthesis finds with a construct, for what reports problems as text. */
export function problemAt(construct: IConstruct, problem: Problem): string {
  return `${sentence(problem)} [at ${place(construct)}]`;
}

/** Thrown for every contradiction in what a user asked for. */
export class InvalidInputError extends Error {
  constructor(problem: Problem, scope?: IConstruct) {
    super(scope ? problemAt(scope, problem) : sentence(problem));
    this.name = 'InvalidInputError';
  }
}

const LONGEST = 80;

/** A text quoted for a message: what isn't printable ASCII as escapes, a long one cut with its length named. */
export function excerpt(written: string): string {
  // a cut through a token would leave a part of it that nobody wrote
  const text = withoutTokens(written);
  const printable = text.slice(0, LONGEST).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return text.length > LONGEST ? `'${printable}...' (${text.length} characters)` : `'${printable}'`;
}

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
  NO_CACHE_IN_USE = 'noCacheInUse',
  UPSTREAM_NOT_KNOWN = 'upstreamNotKnown',
  ENDPOINT_NOT_SCOPED = 'endpointNotScoped',
  FIRST_PULL_NEEDS_INTERNET = 'firstPullNeedsInternet',
  GRANT_WIDER_THAN_IMAGE = 'grantWiderThanImage',
  NOT_ON_DASHBOARD = 'notOnDashboard',
  BUILT_BEFORE_CACHE = 'builtBeforeCache',
  BUILD_IMAGE_NOT_KNOWN = 'buildImageNotKnown',
  BUILD_STAGE_NAMED = 'buildStageNamed',
  NOTHING_SCANNED = 'nothingScanned',
  REGION_SUPPORT = 'regionSupport',
  REPLICATED_DELETIONS = 'replicatedDeletions',
  REMOVAL_NOT_ORDERED = 'removalNotOrdered',
  SIBLING_NOT_TOLD = 'siblingNotTold',
  IPV6_NOT_KNOWN = 'ipv6NotKnown',
  ZONES_NOT_KNOWN = 'zonesNotKnown',
  CACHE_IN_OTHER_REGION = 'cacheInOtherRegion',
  CACHE_IN_OTHER_ACCOUNT = 'cacheInOtherAccount',
  CACHE_NOT_CERTAIN = 'cacheNotCertain',
  CACHE_REMOVED = 'cacheRemoved',
  NO_LOG_TO_QUERY = 'noLogToQuery',
  CREDENTIAL_NOT_FILLED = 'credentialNotFilled',
  REGISTRY_NOT_KNOWN = 'registryNotKnown',
  IMAGES_MENTIONED = 'imagesMentioned',
  SUBSTITUTED_IMAGES = 'substitutedImages',
  CHART_TAGS_LISTED = 'chartTagsListed',
  OFFICIAL_IMAGE = 'officialImage',
  BYPASSED = 'bypassed',
  OPEN_TO_EVERYBODY = 'openToEverybody',
  PLAIN_CREDENTIAL = 'plainCredential',
  SET_TOO_LATE = 'setTooLate',
  IMPORTS_DENIED = 'importsDenied',
  CREATION_ROLE_NOT_CUSTOMIZED = 'creationRoleNotCustomized',
  QUOTA = 'quota',
}

/**
 * The checks that rest on a limit or a list of AWS, by the ids with which users accept what AWS takes by now. Ids are a contract here too.
 * `docs/troubleshooting.md` lists them.
 */
export enum CheckId {
  REGION = 'region',
  PREFIX_LENGTH = 'prefixLength',
  RULE_COUNT = 'ruleCount',
  UPSTREAM_ROLE = 'upstreamRole',
  SECRET_NAME_LENGTH = 'secretNameLength',
  SECRET_KEY = 'secretKey',
  SECRET_VALUE = 'secretValue',
  REPOSITORY_NAME_LENGTH = 'repositoryNameLength',
  TEMPLATE_DESCRIPTION_LENGTH = 'templateDescriptionLength',
  TEMPLATE_KEY_ALIAS = 'templateKeyAlias',
  CREATION_ROLE_PATH = 'creationRolePath',
  TAG_COUNT = 'tagCount',
  TAG_LENGTH = 'tagLength',
  EXCLUSION_FILTERS = 'exclusionFilters',
  REPOSITORY_POLICY_LENGTH = 'repositoryPolicyLength',
  REGISTRY_POLICY_LENGTH = 'registryPolicyLength',
  SERVICE_CONTROL_POLICY_LENGTH = 'serviceControlPolicyLength',
  MANAGED_POLICY_LENGTH = 'managedPolicyLength',
  INLINE_POLICY_LENGTH = 'inlinePolicyLength',
  REPLICATION_RULES = 'replicationRules',
  REPLICATION_FILTERS = 'replicationFilters',
  REPLICATION_DESTINATIONS = 'replicationDestinations',
  SCAN_FILTERS = 'scanFilters',
  FILTER_LENGTH = 'filterLength',
  DASHBOARD_WIDGETS = 'dashboardWidgets',
  FUNCTION_TIMEOUT = 'functionTimeout',
  FUNCTION_SETTINGS = 'functionSettings',
  ALARM_ACTION_REGION = 'alarmActionRegion',
  USER_DATA_LENGTH = 'userDataLength',
}

/** Adds a warning that users acknowledge as `cdk-ecr-pull-through-cache:<id>`. */
export function warn(scope: IConstruct, id: WarningId, message: string): void {
  const text = withoutTokens(message);
  tellWhereShown(
    scope,
    at => Validations.of(at).addWarning(`cdk-ecr-pull-through-cache:${id}`, at === scope ? text : `${text} [of ${place(scope)}]`),
    () => scope.node.metadata.some(({ data }) => typeof data === 'string' && data.startsWith(text)),
  );
}
