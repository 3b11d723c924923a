import { Aws, CfnResource, Lazy, Stack, Token } from 'aws-cdk-lib';
import type { IResource } from 'aws-cdk-lib';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import type { IConstruct } from 'constructs';
import { InvalidInputError, place } from '../private/errors';
import { outermostStack } from '../private/places';
import { accessorOf } from '../private/tree';

/** An account and a Region, perhaps as tokens. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

type Part = keyof Place;

/** What stands for the account and Region of a stack that names none: those of whichever template it gets into. */
const OF_TEMPLATE: Place = { account: Aws.ACCOUNT_ID, region: Aws.REGION };
const PARTS: Part[] = ['account', 'region'];
const WORDS: Record<Part, string> = { account: 'account', region: 'Region' };

/** Whether a part of a cache's place is not named by its stack, so that it is the one of the template in which it is written. */
export function isOfTemplate(rule: IPullThroughCacheRuleRef, part: Part): boolean {
  return rule.env[part] === OF_TEMPLATE[part];
}

/**
 * The place of a cache for texts. What its stack doesn't name is right in a template of a stack that doesn't either: a template of a stack that
 * does is refused.
 */
export function ownPlace(rule: IPullThroughCacheRuleRef): Place {
  const own = (part: Part) => {
    if (!isOfTemplate(rule, part)) {
      return rule.env[part];
    }
    const stack = outermostStack(rule);
    // one for a stack, so that two texts about it are the same
    return accessorOf(stack, `OwnPlace.${part}`, () => Lazy.uncachedString({
      produce: ({ scope }) => {
        const problem = problemOf(stack, [part], scope);
        if (problem) { throw problem; }
        return OF_TEMPLATE[part];
      },
    }));
  };
  return { account: own('account'), region: own('region') };
}

/** Refuses the use of a cache from a stack that names an account or a Region which the cache's stack leaves open. */
export function checkKnownFrom(rule: IPullThroughCacheRuleRef, user: IConstruct): void {
  const problem = unknownFrom(rule, user);
  if (problem) { throw problem; }
}

/** Why a cache can't be used from a stack, when its place is not known there. */
export function unknownFrom(rule: IPullThroughCacheRuleRef, user: IConstruct): InvalidInputError | undefined {
  return problemOf(outermostStack(rule), PARTS.filter(part => isOfTemplate(rule, part)), user, rule);
}

/** A resource whose ARN a cache has, and which parts of the ARN come from its place. */
interface Named {
  /** What it is for: `an upstream role`. */
  readonly what: string;
  readonly resource: IResource;
  readonly parts: Part[];
}

/**
 * Refuses a resource of a stack that says less, or more, of where it goes than the user's stack: to aws-cdk the two are different environments, so the
 * ARN is put together from parts, of which some are those of the wrong stack, and nothing orders the stacks.
 */
export function checkNamedFrom({ what, resource, parts }: Named, user: IConstruct): void {
  const [owner, own] = [outermostStack(resource), outermostStack(user)];
  if (owner === own) { return; }
  const madeHere = CfnResource.isCfnResource(resource.node.defaultChild);
  // the ARN of an import is right anywhere when it names its place
  const open = (part: Part) => madeHere ? Token.isUnresolved(owner[part]) : resource.env[part] === OF_TEMPLATE[part];
  const differing = parts.filter(part => Token.isUnresolved(own[part]) ? madeHere && !open(part) : open(part));
  if (differing.length === 0) { return; }
  const words = differing.map(part => WORDS[part]).join(' and ');
  const vague = Token.isUnresolved(own[differing[0]]) ? own : owner;
  throw new InvalidInputError({
    got: `${what} (${place(resource)}) of the stack ${place(owner)} for the stack ${place(own)}, of which only one says its ${words} by an env`,
    expected: 'both to say it, or neither, since the ARN would be put together from the wrong parts',
    fix: `give the stack ${place(vague)} an env with ${words}, or make what is named in the stack that names it`,
  }, user);
}

function problemOf(owner: Stack, open: Part[], user: IConstruct, rule?: IConstruct): InvalidInputError | undefined {
  const within = user.node.scopes.reverse().find(one => Stack.isStack(one));
  const stack = within && outermostStack(within);
  if (stack === undefined || stack === owner) {
    return undefined;
  }
  const named = open.filter(part => !Token.isUnresolved(stack[part]));
  if (named.length === 0) {
    return undefined;
  }
  const words = named.map(part => WORDS[part]).join(' and ');
  return new InvalidInputError({
    got: `the address of a cache ${rule ? `(${place(rule)}) ` : ''}of the stack ${place(owner)}, whose env names no ${words}, for the stack ${place(stack)} in `
      + named.map(part => `the ${WORDS[part]} ${stack[part]}`).join(' and '),
    expected: `a cache whose ${words} ${named.length > 1 ? 'are' : 'is'} known there, since its address would be that of ${place(stack)}`,
    fix: `give the stack ${place(owner)} an env with ${words}, or name both in the attributes of an import of the cache`,
  }, user);
}
