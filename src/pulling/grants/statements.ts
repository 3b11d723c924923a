import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { PolicyRoom } from './policy-room';
import { WatchedPrincipal } from './watched-principal';
import { knownLength } from '../../private/checks';
import { oncePerTree } from '../../private/tree';

/** The ARNs of one statement: policies are parted by whole statements, so none may be too long for what is left of one. */
const LONGEST_RESOURCES = 2_400;

/** What is written for one principal. */
export interface Written {
  readonly grant: iam.Grant;
  /** Whether all of it got into policies of this app. */
  readonly written: boolean;
  /** Whether there is anything in it that an earlier grant has not written. */
  readonly fresh: boolean;
}

/** Writes a grant in statements of a length that policies have room for. */
export function writeStatements(
  principal: iam.IPrincipal, actions: readonly string[], resourceArns: readonly string[], scope: IConstruct, conditions?: iam.Conditions): Written {
  const grantee = new WatchedPrincipal(principal, scope);
  const grant = arnsByStatement(resourceArns, scope)
    .map(arns => iam.Grant.addToPrincipal({
      grantee, actions: [...actions], resourceArns: arns, conditions: conditions as Record<string, Record<string, unknown>> | undefined,
    }))
    .reduce((all, one) => all.combine(one));
  return { grant, written: grantee.written, fresh: true };
}

interface OpenStatement {
  readonly statement: iam.PolicyStatement;
  readonly written: Written;
  readonly arns: Set<string>;
  length: number;
}

/**
 * The same for many grants of one kind, of which none is handed to users: each goes into the statement of the one before while that has room, so
 * that the actions are not repeated for each image.
 */
export function writeTogether(
  principal: iam.IPrincipal, actions: readonly string[], resourceArns: readonly string[], scope: IConstruct, conditions?: iam.Conditions): Written {
  const all = oncePerTree(scope, 'OpenStatements', () => new WeakMap<object, Map<string, OpenStatement>>());
  const open = all.get(principal) ?? new Map<string, OpenStatement>();
  all.set(principal, open);
  const key = JSON.stringify([scope.node.addr, actions, conditions]);
  const last = open.get(key);
  const more = resourceArns.filter(arn => !last?.arns.has(arn));
  if (last && more.length === 0) {
    return { ...last.written, fresh: false };
  }
  const length = lengthOf(more, scope);
  const room = PolicyRoom.of(principal, scope);
  if (last && !last.statement.frozen && last.length + length <= LONGEST_RESOURCES && room.takes(length)) {
    last.statement.addResources(...more);
    more.forEach(arn => last.arns.add(arn));
    last.length += length;
    room.count(length);
    return last.written;
  }
  const written = writeStatements(principal, actions, more, scope, conditions);
  const statement = written.grant.principalStatements.at(-1);
  if (statement) {
    open.set(key, { statement, written, arns: new Set([...last?.arns ?? [], ...more]), length });
  }
  return written;
}

/** ARNs in lists that are short enough for a statement, by which aws-cdk parts the policies of a role. */
export function arnsByStatement(arns: readonly string[], scope: IConstruct): string[][] {
  const parts: string[][] = [[]];
  let length = 0;
  for (const arn of arns) {
    const more = lengthOf([arn], scope);
    if (length + more > LONGEST_RESOURCES && length > 0) {
      parts.push([]);
      length = 0;
    }
    parts.at(-1)!.push(arn);
    length += more;
  }
  return parts;
}

/** With the quotes and the comma around each. */
function lengthOf(arns: readonly string[], scope: IConstruct): number {
  const stack = Stack.of(scope);
  return arns.reduce((sum, arn) => sum + knownLength(stack.resolve(arn)) + 3, 0);
}
