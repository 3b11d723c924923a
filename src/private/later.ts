import { Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { excerpt, InvalidInputError } from './errors';

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
  const around = text.replace(UNKNOWN_PARTS, '');
  if (!form.test(around)) {
    throw new InvalidInputError({
      got: `${excerpt(around)} around what is known only at deployment in the ${name}`,
      expected: 'such signs as may be in it, whatever the rest is',
      fix: 'leave out what can\'t be in it, such as a wildcard',
    }, scope);
  }
}

/** Checks a text that is not known yet when the app is synthesized, since a Lazy is known then. What the deployment alone knows stays unchecked. */
export function checkWhenKnown(scope: IConstruct, text: string, check: (known: string) => void): void {
  if (!Token.isUnresolved(text)) {
    return;
  }
  const validate = () => {
    const known: unknown = Stack.of(scope).resolve(text);
    try {
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
