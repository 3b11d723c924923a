import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { InvalidInputError } from './errors';

/** The prefix that stands for the whole registry. */
export const ROOT = 'ROOT';

const PREFIX = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const REGION = /^[a-z]{2,}(?:-[a-z]+)+-[0-9]{1,2}$/;
const ACCOUNT = /^[0-9]{12}$/;
// ECR User Guide, "Sync an upstream registry with an Amazon ECR private registry", considerations.
const WITHOUT_PULL_THROUGH_CACHE = ['cn-', 'us-gov-'];

/** Every check leaves unresolved tokens alone: their values exist only at deployment. */
function known(value: string | undefined): value is string {
  return value !== undefined && !Token.isUnresolved(value);
}

/** Refuses what `AWS::ECR::PullThroughCacheRule` refuses as a prefix, with 30 as the longest, or a template with 256. */
export function checkPrefix(name: string, prefix: string, scope?: IConstruct, longest = 30): void {
  if (!known(prefix) || prefix === ROOT) {
    return;
  }
  const got = `the ${name} '${prefix}'`;
  const shortest = longest === 30 ? 2 : 1;
  if (prefix.length < shortest || prefix.length > longest) {
    throw new InvalidInputError({
      got: `${got} with ${prefix.length} characters`,
      expected: `${shortest} to ${longest} characters`,
      fix: 'choose a prefix of that length',
    }, scope);
  }
  if (prefix.endsWith('/') && PREFIX.test(prefix.slice(0, -1))) {
    throw new InvalidInputError({
      got,
      expected: 'no slash at the end, since ECR assumes one',
      fix: `write '${prefix.slice(0, -1)}'`,
    }, scope);
  }
  if (!PREFIX.test(prefix)) {
    const suggestion = prefix.toLowerCase();
    throw new InvalidInputError({
      got,
      expected: "lower-case letters and digits, joined by single '.', '_', '__', '-' or '/', or ROOT for the whole registry",
      fix: PREFIX.test(suggestion) ? `write '${suggestion}'` : "choose one such as 'echo' or 'team-a/echo'",
    }, scope);
  }
}

/** Refuses an account that is not twelve digits. */
export function checkAccount(account: string | undefined, scope?: IConstruct): void {
  if (known(account) && !ACCOUNT.test(account)) {
    throw new InvalidInputError({
      got: `the account '${account}'`,
      expected: 'the 12 digits of an AWS account id',
      fix: "write it as a string and keep leading zeros, for example '012345678901'",
    }, scope);
  }
}

/** Refuses what cannot be the name of a Region, and Regions in which ECR has no pull-through cache. */
export function checkRegion(region: string | undefined, scope?: IConstruct): void {
  if (!known(region)) {
    return;
  }
  if (!REGION.test(region)) {
    throw new InvalidInputError({
      got: `the Region '${region}'`,
      expected: "the name of an AWS Region such as 'us-east-1'",
      fix: 'write the name of the Region, not of a zone or a place',
    }, scope);
  }
  if (WITHOUT_PULL_THROUGH_CACHE.some(start => region.startsWith(start))) {
    throw new InvalidInputError({
      got: `the Region '${region}'`,
      expected: 'a Region with pull-through caches, which China and AWS GovCloud (US) have not',
      fix: 'put the cache into another Region, or copy the images with a pipeline there',
    }, scope);
  }
}

/** Refuses a text that is longer than AWS takes. */
export function checkLength(name: string, text: string | undefined, longest: number, fix: string, scope?: IConstruct): void {
  if (known(text) && text.length > longest) {
    throw new InvalidInputError({
      got: `a ${name} of ${text.length} characters`,
      expected: `at most ${longest}`,
      fix,
    }, scope);
  }
}
