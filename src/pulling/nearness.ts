import { Stack, Stage } from 'aws-cdk-lib';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import type { IConstruct } from 'constructs';
import { InvalidInputError, place, warn, WarningId } from '../private/errors';
import { inOtherPartition } from '../private/partitions';
import { compare, outermostStack, Placement } from '../private/places';
import { OwnerHalf, PullerRegister } from '../repository/puller-register';
import { prefixOf } from '../rule/cache-address';
import { checkKnownFrom, isOfTemplate, unknownFrom } from '../rule/own-place';

/** How near a cache is to what pulls, the nearest first. */
export enum Nearness {
  /** In its account and Region. */
  HERE,
  /** In its Region, in an account that lets it pull: this app has the grant, or an import names the account. */
  SHARED,
  /** One of the two is known at deployment only. */
  UNKNOWN,
  /** In its account, in another Region. */
  OTHER_REGION,
  /** Its address would be that of whoever uses it. */
  NOWHERE,
  /** In an account that nothing here lets it pull from. */
  FOREIGN,
}

interface Imported {
  readonly _accountNamed?: boolean;
}

/** How near a cache is to a construct that pulls. */
export function nearnessOf(rule: IPullThroughCacheRuleRef & Imported, user: IConstruct): Nearness {
  if (unknownFrom(rule, user)) {
    return Nearness.NOWHERE;
  }
  const at = whereIs(user);
  const region = compareWith(rule, 'region', at);
  const account = compareWith(rule, 'account', at);
  if (account === Placement.DIFFERENT) {
    return region !== Placement.DIFFERENT && isShared(rule, at.account!)
      ? region === Placement.SAME ? Nearness.SHARED : Nearness.UNKNOWN
      : Nearness.FOREIGN;
  }
  if (region === Placement.DIFFERENT) {
    if (inOtherPartition(rule.env.region, at.region!)) { return Nearness.FOREIGN; }
    return Nearness.OTHER_REGION;
  }
  return region === Placement.SAME && account === Placement.SAME ? Nearness.HERE : Nearness.UNKNOWN;
}

/** Where something is deployed, as far as anything around it says so. */
interface Whereabouts {
  readonly stack?: Stack;
  readonly account?: string;
  readonly region?: string;
}

function whereIs(user: IConstruct): Whereabouts {
  const stack = user.node.scopes.reverse().find(one => Stack.isStack(one));
  if (stack) {
    const { account, region } = outermostStack(stack);
    return { stack: outermostStack(stack), account, region };
  }
  const stage = Stage.of(user);
  return { account: stage?.account, region: stage?.region };
}

function compareWith(rule: IPullThroughCacheRuleRef, part: 'account' | 'region', at: Whereabouts): Placement {
  // what neither stack names is one place as far as anybody can see
  return isOfTemplate(rule, part) ? Placement.SAME : compare(rule.env[part], at[part]);
}

function isShared(rule: IPullThroughCacheRuleRef & Imported, account: string): boolean {
  const { account: owner, region } = rule.env;
  return rule._accountNamed === true || PullerRegister.of(rule).has(OwnerHalf.READ, { prefix: prefixOf(rule), account: owner, region }, account);
}

/** Refuses who pulls from a cache of another partition of AWS, as far as both are known. */
export function checkSamePartition(rule: IPullThroughCacheRuleRef, user: IConstruct, what: string): void {
  const { region } = whereIs(user);
  if (region !== undefined && inOtherPartition(rule.env.region, region)) {
    throw new InvalidInputError({
      got: `a cache in ${rule.env.region} for ${what} in ${region}, which is another partition of AWS`,
      expected: 'a cache of the same partition, since neither roles nor logins go from one to another',
      fix: `make a cache in ${region}`,
    }, user);
  }
}

/** Refuses to pull from a cache whose place is not known there, and warns of one in another Region. */
export function checkNear(rule: IPullThroughCacheRuleRef, user: IConstruct, image: string): void {
  checkKnownFrom(rule, user);
  checkSamePartition(rule, user, `'${image}'`);
  const { region } = whereIs(user);
  if (!isOfTemplate(rule, 'region') && compare(rule.env.region, region) === Placement.DIFFERENT) {
    warn(user, WarningId.CACHE_IN_OTHER_REGION,
      `'${image}' is pulled in ${region} from the cache '${prefixOf(rule)}' (${place(rule)}) in ${rule.env.region}: each pull crosses Regions, takes `
      + `longer, costs data transfer, and fails when ${rule.env.region} does. Make a cache in ${region}, or acknowledge this warning.`);
  }
}
