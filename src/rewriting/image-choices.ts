import { Token, Tokenization } from 'aws-cdk-lib';
import type { IResolvable } from 'aws-cdk-lib';

/** What is written instead of a name, or nothing where it stays. */
type Rename = (name: string) => string | undefined;

/** The names that an image may have: the one that it has, or those of both values of an `Fn::If`, as deep as it goes. */
export function imageNamesIn(image: unknown): string[] {
  const choices = choicesOf(image);
  if (choices) { return choices.slice(1).flatMap(imageNamesIn); }
  return typeof image === 'string' ? [image] : [];
}

/** The image with other names, in the form in which it was given, or nothing when all of them stay. */
export function renamed(image: unknown, rename: Rename): unknown {
  const choices = choicesOf(image);
  if (!choices) { return typeof image === 'string' ? rename(image) : undefined; }
  const values = choices.slice(1).map(one => renamed(one, rename));
  if (values.every(one => one === undefined)) { return undefined; }
  return inForm(image, { 'Fn::If': [choices[0], ...values.map((one, at) => one ?? choices[at + 1])] });
}

/**
 * What stands beside an image of several names: `after` beside those that are renamed, `before` beside those that stay.
 *
 * @param after nothing takes it away
 */
export function beside(image: unknown, rename: Rename, before: unknown, after: string | undefined): unknown {
  const names = imageNamesIn(image);
  if (names.every(name => rename(name) !== undefined)) { return after; }
  // with nothing to keep, what is taken away was never there
  if (before === undefined && after === undefined) { return undefined; }
  const valueAt = (one: unknown): unknown => {
    const choices = choicesOf(one);
    if (choices) { return { 'Fn::If': [choices[0], ...choices.slice(1).map(valueAt)] }; }
    const value = typeof one === 'string' && rename(one) !== undefined ? after : before;
    return value ?? { Ref: 'AWS::NoValue' };
  };
  const value = valueAt(image);
  return typeof before === 'string' || typeof after === 'string' ? Token.asString(value) : Token.asAny(value);
}

/** The condition and both values of an `Fn::If`: written out, as a token, or as the text of one. */
function choicesOf(image: unknown): readonly unknown[] | undefined {
  const token = typeof image === 'string' ? tokenOf(image) : image;
  // a constant, so that it is known before anything else is: what a Lazy gives isn't
  const value = Tokenization.isResolvable(token) ? (token as IResolvable & { readonly value?: unknown }).value : token;
  const choices = typeof value === 'object' && value !== null ? (value as { readonly 'Fn::If'?: unknown })['Fn::If'] : undefined;
  return Array.isArray(choices) && choices.length === 3 ? choices : undefined;
}

/** The token that is the whole of a text. */
function tokenOf(text: string): IResolvable | undefined {
  const fragments = Tokenization.reverseString(text);
  return fragments.length === 1 ? fragments.firstToken : undefined;
}

function inForm(given: unknown, value: object): unknown {
  if (typeof given === 'string') { return Token.asString(value); }
  return Tokenization.isResolvable(given) ? Token.asAny(value) : value;
}
