import { Stack, Token, Tokenization } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { isMissing, kindOf } from './access';
import { excerpt, InvalidInputError } from './errors';
import type { Problem } from './errors';

/** What aws-cdk puts in the place of a parameter's value until the CLI has looked it up: `StringParameter.valueFromLookup()`. */
const LOOKUP = 'dummy-value-for-';
const UNKNOWN_PARTS = /\$\{Token\[[^\]]*\]\}|dummy-value-for-[\w./-]*/g;

/** Whether a value is not known yet: a token, or what stands in for a value that is looked up before the app is synthesized again. */
export function isLater(value: unknown): boolean {
  return Token.isUnresolved(value) || isLookup(value);
}

/** Whether a text stands in for a value that is looked up. */
export function isLookup(value: unknown): boolean {
  return typeof value === 'string' && value.includes(LOOKUP);
}

/** Whether an ARN stands in for that of a resource which is looked up, such as `Role.fromLookup()` makes it. */
export function isLookedUpArn(arn: string): boolean {
  return arn.endsWith('/DUMMY_ARN');
}

/** The same text with a word of the same length for each part that is not known, to look for signs outside of them. */
export function maskLater(text: string): string {
  return text.replace(UNKNOWN_PARTS, part => 'x'.repeat(part.length));
}

/** What a text begins with before the first part that is not known. */
export function knownHead(text: string): string {
  const at = text.search(UNKNOWN_PARTS);
  return at < 0 ? text : text.slice(0, at);
}

/** Refuses what is written around the unknown parts of a text when no value of them could make it right: a `*` would be one for IAM. */
export function checkAround(name: string, text: string, form: RegExp, scope?: IConstruct): void {
  // a stack has the method of a token, and so is taken for one
  if (typeof text !== 'string') {
    throw new InvalidInputError({
      got: `${kindOf(text)} as ${name}`, expected: 'a text', fix: 'write it as text, or as a token that Lazy.string() or Token.asString() gives',
    }, scope);
  }
  const around = text.replace(UNKNOWN_PARTS, '');
  if (!form.test(around)) {
    throw new InvalidInputError({
      got: `${excerpt(around)} around what is known only at deployment in the ${name}`,
      expected: 'such signs as may be in it, whatever the rest is',
      fix: 'leave out what can\'t be in it, such as a wildcard',
    }, scope);
  }
}

/** Whether a text, or a part of it, turns out to be nothing once its tokens are filled in: most of them leave out what is nothing, without a word. */
export function isEmptyWhenKnown(text: string, resolve: (value: unknown) => unknown): boolean {
  const known = resolve(text);
  const joined = typeof known === 'object' && known !== null ? (known as { 'Fn::Join'?: [string, unknown] })['Fn::Join']?.[1] : undefined;
  return isMissing(known) || known === '' || Array.isArray(joined) && joined.some(isMissing)
    || Tokenization.reverseString(text).tokens.some(token => isMissing(resolve(token)));
}

/** What to say of a text that turned out to be nothing. */
export function cameOutEmpty(name: string): Problem {
  return { got: `the ${name} that came out empty`, expected: 'a value', fix: 'look for what the token gives, such as a variable that is not set' };
}

/**
 * Checks a text that is not known yet when the app is synthesized, since a Lazy is known then: that it is something, and that it is right. What the
 * deployment alone knows stays unchecked.
 *
 * @param name what it is: `account`
 */
export function checkWhenKnown(name: string, scope: IConstruct, text: string, check: (known: string) => void): void {
  if (!Token.isUnresolved(text)) {
    return;
  }
  const validate = () => {
    const resolve = (value: unknown): unknown => Stack.of(scope).resolve(value);
    const known = resolve(text);
    try {
      if (isEmptyWhenKnown(text, resolve)) {
        throw new InvalidInputError(cameOutEmpty(name), scope);
      }
      if (typeof known === 'string' && !isLater(known)) {
        check(known);
      }
      return [];
    } catch (error) {
      if (error instanceof InvalidInputError) { return [error.message]; }
      throw error;
    }
  };
  scope.node.addValidation({ validate });
}
