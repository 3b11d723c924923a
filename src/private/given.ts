import type { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import { kindOf } from './access';
import { InvalidInputError } from './errors';

/*
 * What JavaScript and Python pass in spite of the types: nothing, a text for a construct, a number for a time.
 */

/** Refuses what is no construct. */
export function checkConstruct(name: string, value: unknown, scope?: IConstruct): asserts value is IConstruct {
  if (!Construct.isConstruct(value)) {
    throw new InvalidInputError({
      got: `${kindOf(value)} as ${name}`, expected: 'a construct, such as an app, a stage or a stack', fix: 'pass the construct itself',
    }, scope);
  }
}

/** Refuses what a construct can't be made with: a static method says so in its own words, and not in those of the engine. */
export function checkScopeAndId(call: string, scope: unknown, id: unknown): void {
  checkConstruct(`the scope of ${call}`, scope);
  checkId(call, id, scope);
}

/** Refuses what is no id. */
export function checkId(call: string, id: unknown, scope: IConstruct): void {
  if (typeof id !== 'string') {
    throw new InvalidInputError({ got: `${kindOf(id)} as the id for ${call}`, expected: 'a text', fix: "write it such as 'Echo'" }, scope);
  }
}

/** Refuses what is none of a class of constructs of this library, by what each of it has. */
export function checkConstructOf(name: string, value: unknown, member: string, type: string, scope?: IConstruct): void {
  if (!Construct.isConstruct(value) || !(member in value)) {
    throw new InvalidInputError({ got: `${kindOf(value)} as ${name}`, expected: `a ${type}`, fix: 'pass the construct itself' }, scope);
  }
}

/** Refuses what EventBridge sends nothing to. */
export function checkTarget(target: unknown, scope: IConstruct): void {
  if (typeof (target as { bind?: unknown } | undefined | null)?.bind !== 'function') {
    throw new InvalidInputError({
      got: `${kindOf(target)} as a target of events`, expected: 'a target of aws-events-targets', fix: 'write it such as new targets.SnsTopic(topic)',
    }, scope);
  }
}

/** Refuses what is no list. */
export function checkList(name: string, list: readonly unknown[] | undefined, scope: IConstruct): void {
  if (!Array.isArray(list)) {
    throw new InvalidInputError({ got: `${kindOf(list)} as ${name}`, expected: 'a list', fix: `pass ${name} as a list` }, scope);
  }
}

/** Refuses what is no policy document, such as its JSON. What is left out is fine. */
export function checkPolicyDocument(name: string, value: unknown, scope: IConstruct): void {
  if (value !== undefined && value !== null && typeof (value as { validateForAnyPolicy?: unknown }).validateForAnyPolicy !== 'function') {
    throw new InvalidInputError({
      got: `${kindOf(value)} as ${name}`, expected: 'an iam.PolicyDocument', fix: 'read JSON by iam.PolicyDocument.fromJson()',
    }, scope);
  }
}

/** Refuses what are no statements of a policy, such as a list of them as one. */
export function checkStatements(name: string, values: readonly unknown[], scope: IConstruct): void {
  const other = Array.from(values).find(value => typeof (value as { toStatementJson?: unknown } | undefined | null)?.toStatementJson !== 'function');
  if (other !== undefined || values.includes(undefined)) {
    throw new InvalidInputError({
      got: `${kindOf(other)} as ${name}`,
      expected: 'iam.PolicyStatements, each as an argument or entry of its own',
      fix: 'read JSON by iam.PolicyStatement.fromJson()',
    }, scope);
  }
}

/** Refuses a value that an enum hasn't. What is left out is fine. */
export function checkMember(
  name: string, value: string | undefined, members: { readonly [key: string]: string }, type: string, scope?: IConstruct): void {
  if (value !== undefined && !Object.values(members).includes(value)) {
    throw new InvalidInputError({
      got: `${kindOf(value)} as ${name}`,
      expected: `one of ${Object.values(members).join(', ')}`,
      fix: `write it as a value of ${type}`,
    }, scope);
  }
}

/** Refuses a number, or anything else, for a time. What is left out is fine. */
export function checkDuration(name: string, value: Duration | undefined, scope?: IConstruct): void {
  if (value !== undefined && typeof (value as Partial<Duration> | null)?.toSeconds !== 'function') {
    throw new InvalidInputError({
      got: `${kindOf(value)} as ${name}`,
      expected: 'a Duration of aws-cdk',
      fix: typeof value === 'number' ? `write Duration.seconds(${value}), or the unit that was meant` : 'write it such as Duration.hours(1)',
    }, scope);
  }
}
