import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

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
export function excerpt(text: string): string {
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
  ENDPOINT_NOT_SCOPED = 'endpointNotScoped',
  FIRST_PULL_NEEDS_INTERNET = 'firstPullNeedsInternet',
}

/** Adds a warning that users acknowledge as `cdk-ecr-pull-through-cache:<id>`. */
export function warn(scope: IConstruct, id: WarningId, message: string): void {
  Validations.of(scope).addWarning(`cdk-ecr-pull-through-cache:${id}`, withoutTokens(message));
}
