import type { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import { excerpt, InvalidInputError, place } from './errors';

/*
 * What JavaScript and Python pass in spite of the types: nothing, a text for a construct, a number for a time.
 */

/** What was given, in words that hold in every language. */
export function described(value: unknown): string {
  if (value === undefined || value === null) {
    return 'nothing';
  }
  if (Construct.isConstruct(value)) {
    return `the construct '${place(value)}'`;
  }
  return typeof value === 'string' ? excerpt(value) : typeof value === 'number' ? `${value}` : 'something else';
}

/** Refuses what is no list. */
export function checkList(name: string, list: readonly unknown[] | undefined, scope: IConstruct): void {
  if (!Array.isArray(list)) {
    throw new InvalidInputError({ got: `${described(list)} as ${name}`, expected: 'a list', fix: `pass ${name} as a list` }, scope);
  }
}

/** Refuses a value that an enum hasn't. What is left out is fine. */
export function checkMember(
  name: string, value: string | undefined, members: { readonly [key: string]: string }, type: string, scope?: IConstruct): void {
  if (value !== undefined && !Object.values(members).includes(value)) {
    throw new InvalidInputError({
      got: `${described(value)} as ${name}`,
      expected: `one of ${Object.values(members).join(', ')}`,
      fix: `write it as a value of ${type}`,
    }, scope);
  }
}

/** Refuses a number, or anything else, for a time. What is left out is fine. */
export function checkDuration(name: string, value: Duration | undefined, scope?: IConstruct): void {
  if (value !== undefined && typeof (value as Partial<Duration> | null)?.toSeconds !== 'function') {
    throw new InvalidInputError({
      got: `${described(value)} as ${name}`,
      expected: 'a Duration of aws-cdk',
      fix: typeof value === 'number' ? `write Duration.seconds(${value}), or the unit that was meant` : 'write it such as Duration.hours(1)',
    }, scope);
  }
}
