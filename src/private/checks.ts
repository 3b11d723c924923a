import { Stack, Token } from 'aws-cdk-lib';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { refuse } from './accepted';
import { isMissing, kindOf } from './access';
import { CheckId, InvalidInputError, place } from './errors';
import { checkAround, checkWhenKnown, isLater, isLookedUpArn } from './later';
import { checkArnPartition, inOtherPartition, partitionOf } from './partitions';
import { differ } from './places';

/** The prefix that stands for the whole registry. */
export const ROOT = 'ROOT';

/** What may be in a prefix beside what is known only at deployment. */
const AROUND_PREFIX = /^[a-z0-9._/-]*$|^ROOT$/;
/** The path of a repository, which a prefix begins. */
export const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const REGION = /^[a-z]{2,}(?:-[a-z]+)+-[0-9]{1,2}$/;
// Every Region's name ends in a point of the compass and a number: "AWS Regions" in the General Reference.
const COMPASS = /-(?:central|(?:north|south)?(?:east|west)|north|south)-[0-9]+$/;
const ACCOUNT = /^[0-9]{12}$/;

/*
 * Every check leaves unresolved tokens alone: their values exist only at deployment. What is missing is no token: an unset
 * environment variable or context value arrives as undefined, whatever the types say.
 */

/** Refuses what `AWS::ECR::PullThroughCacheRule` refuses as a prefix, with 30 as the longest, or a template with 256. */
export function checkPrefix(name: string, prefix: string, scope: IConstruct, longest = 30): void {
  if (isLater(prefix) || prefix === ROOT) {
    checkAround(name, prefix, AROUND_PREFIX, scope);
    checkWhenKnown(name, scope, prefix, known => checkPrefix(name, known, scope, longest));
    return;
  }
  checkText(name, prefix, "'echo'", scope);
  const got = `the ${name} '${prefix}'`;
  const shortest = longest === 30 ? 2 : 1;
  if (prefix.length < shortest || prefix.length > longest) {
    refuse(scope, CheckId.PREFIX_LENGTH, {
      got: `${got} of length ${prefix.length}`,
      expected: `${shortest} to ${longest} characters`,
      fix: 'choose a prefix of that length',
    });
  }
  if (prefix.endsWith('/') && PATH.test(prefix.slice(0, -1))) {
    throw new InvalidInputError({
      got,
      expected: 'no slash at the end, since ECR assumes one',
      fix: `write '${prefix.slice(0, -1)}'`,
    }, scope);
  }
  if (!PATH.test(prefix)) {
    throw new InvalidInputError({
      got,
      expected: "lower-case letters and digits, joined by '.', '_', '__', hyphens or '/', or ROOT for the whole registry",
      fix: insteadOf(prefix),
    }, scope);
  }
}

function insteadOf(prefix: string): string {
  const lowerCase = prefix.toLowerCase();
  if (lowerCase === 'root') {
    return "write 'ROOT' for the whole registry, or 'root' for a prefix of that name";
  }
  return PATH.test(lowerCase) ? `write '${lowerCase}'` : "choose one such as 'echo' or 'team-a/echo'";
}

/** Refuses an upstream repository prefix that ECR refuses: one of the wrong form, or one beside the prefix `ROOT`. */
export function checkUpstreamPrefix(upstreamPrefix: string | undefined, prefix: string, scope: IConstruct): void {
  if (upstreamPrefix === undefined) {
    return;
  }
  checkPrefix('upstream repository prefix', upstreamPrefix, scope);
  if (prefix === ROOT && upstreamPrefix !== ROOT && !isLater(upstreamPrefix)) {
    throw new InvalidInputError({
      got: `the upstream repository prefix '${upstreamPrefix}' for a cache with the prefix ROOT`,
      expected: 'an upstream repository prefix beside a repository prefix other than ROOT only',
      fix: 'leave the upstream repository prefix out, or give the cache a prefix of its own',
    }, scope);
  }
}

/** Refuses an account that is not twelve digits. */
export function checkAccount(account: string | undefined, scope?: IConstruct): asserts account is string {
  if (isLater(account)) {
    checkAround('account', account!, /^[0-9]*$/, scope);
    if (scope) { checkWhenKnown('account', scope, account!, known => checkAccount(known, scope)); }
    return;
  }
  if (typeof account !== 'string' || !ACCOUNT.test(account)) {
    throw new InvalidInputError({
      got: isMissing(account) ? 'no account' : typeof account === 'string' ? `the account '${account}'` : `${kindOf(account)} as account`,
      expected: 'the 12 digits of an AWS account id',
      fix: "write it as a string and keep leading zeros, for example '012345678901'",
    }, scope);
  }
}

/** Refuses what cannot be the name of a Region. */
export function checkRegionName(region: string | undefined, scope?: IConstruct): asserts region is string {
  if (isLater(region)) {
    checkAround('Region', region!, /^[a-z0-9-]*$/, scope);
    if (scope) { checkWhenKnown('Region', scope, region!, known => checkRegionName(known, scope)); }
    return;
  }
  if (typeof region !== 'string' || !REGION.test(region)) {
    throw new InvalidInputError({
      got: isMissing(region) ? 'no Region' : typeof region === 'string' ? `the Region '${region}'` : `${kindOf(region)} as Region`,
      expected: "the name of an AWS Region such as 'us-east-1'",
      fix: 'write the name of the Region, not of a zone or a place',
    }, scope);
  }
}

/** Refuses what is no name of a Region, and names that no Region has. */
export function checkRegion(region: string, scope: IConstruct): void {
  checkRegionName(region, scope);
  if (isLater(region)) {
    return;
  }
  if (!COMPASS.test(region)) {
    refuse(scope, CheckId.REGION, {
      got: `the Region '${region}'`,
      expected: 'a name that ends in a point of the compass and a number, as all of them do',
      fix: "write it such as 'us-east-1'",
    });
  }
}

/**
 * Refuses a Region of another partition than a construct's own.
 *
 * @param name what is there: `an upstream`
 */
export function checkPartition(name: string, region: string, scope: IConstruct): void {
  const own = Stack.of(scope).region;
  if (inOtherPartition(own, region)) {
    refuse(scope, CheckId.REGION, {
      got: `${name} in the Region '${region}', which belongs to the partition ${partitionOf(region).name}`,
      expected: `one of the partition ${partitionOf(own).name}, to which ${own} belongs, since nothing goes from one to the other`,
      fix: 'choose a Region of the same partition, or copy the images with a pipeline',
    });
  }
}

/** Refuses a text that is longer than AWS takes. */
export function checkLength(id: CheckId, name: string, text: string, longest: number, scope: IConstruct): void {
  if (!isLater(text) && text.length > longest) {
    refuse(scope, id, { got: `a ${name} of ${text.length} characters`, expected: `at most ${longest}`, fix: 'shorten it' });
  }
}

/** The shortest values of what CloudFormation fills in by itself: `aws`, 12 digits, `us-east-1`. */
const SHORTEST: { [parameter: string]: number } = { 'AWS::Partition': 3, 'AWS::AccountId': 12, 'AWS::Region': 9 };

/** How long the JSON of a document is at least, once its references are filled in. */
export function jsonLength(document: unknown, scope: IConstruct): number {
  const stack = Stack.of(scope);
  return knownLength(stack.resolve(stack.toJsonString(document)));
}

/** How long a resolved text is at least: of what is known at deployment only, nothing is counted but the above. */
export function knownLength(text: unknown): number {
  if (typeof text !== 'object' || text === null) {
    return typeof text === 'string' ? text.length : 0;
  }
  const { Ref: parameter, 'Fn::Join': join } = text as { 'Ref'?: string; 'Fn::Join'?: [string, unknown[]] };
  return parameter !== undefined ? SHORTEST[parameter] ?? 0 : (join?.[1] ?? []).reduce<number>((sum, part) => sum + knownLength(part), 0);
}

/** Refuses a role of another account: ECR gets its roles passed, and `iam:PassRole` doesn't cross accounts. */
export function checkRoleAccount(name: string, role: IRole | undefined, scope: IConstruct): void {
  if (!role) {
    return;
  }
  checkArnPartition(`the ${name} role`, role.roleArn, scope);
  const own = Stack.of(scope).account;
  const others = role.env.account;
  if (!differ(others, own) || isLookedUpArn(role.roleArn)) {
    return;
  }
  throw new InvalidInputError({
    got: `the ${name} role ${named(role)} of the account ${others}`,
    expected: `a role of the account ${own}, to which this stack goes`,
    fix: 'create the role in this account',
  }, scope);
}

/** Refuses a role that is known to have a path: the pattern of a template's `CustomRoleArn` has no place for one. */
export function checkRoleWithoutPath(name: string, role: IRole | undefined, scope: IConstruct): void {
  const path = role && pathOf(role);
  if (!role || path === undefined || isLater(path) || path === '/') {
    return;
  }
  refuse(scope, CheckId.CREATION_ROLE_PATH, {
    got: `the ${name} role ${named(role)} with the path '${path}'`,
    expected: 'a role without a path, since ECR refuses others in a template',
    fix: 'create the role without a path',
  });
}

/** From an L1 in the tree, or from an ARN whose end is written out; partition and account in it may be tokens. */
function pathOf(role: IRole): string | undefined {
  const l1 = role.node.defaultChild;
  if (CfnRole.isCfnRole(l1)) {
    return l1.path;
  }
  return /:role(\/.*\/)/.exec(role.roleArn)?.[1];
}

function named(role: IRole): string {
  return `'${Token.isUnresolved(role.roleName) ? place(role) : role.roleName}'`;
}

/**
 * Refuses what is no text. TypeScript and Java see to it, JavaScript doesn't, and every language can pass what isn't set.
 *
 * @param name what it is: `image`
 * @param example one of those that are meant, quoted
 */
export function checkText(name: string, value: unknown, example: string, scope?: IConstruct): asserts value is string {
  if (typeof value !== 'string') {
    throw new InvalidInputError({ got: isMissing(value) ? `no ${name}` : `${kindOf(value)} as ${name}`, expected: 'a text', fix: `write it such as ${example}` }, scope);
  }
}
