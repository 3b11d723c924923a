import { createHash } from 'crypto';
import { Token } from 'aws-cdk-lib';

/** A statement as it is rendered. */
export interface RenderedStatement {
  readonly Sid?: string;
}

/**
 * An id for a statement about a prefix: `FirstPullTeamAEcho` for `team-a/echo`. Prefixes that differ in signs only share it, so it isn't
 * unique by itself.
 */
export function statementId(start: string, prefix: string): string {
  const words = Token.isUnresolved(prefix) ? [] : prefix.split(/[^A-Za-z0-9]+/);
  return start + words.map(word => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

/**
 * Makes the ids of statements unique: the first keeps its own, a later one gets a hash of what it says. So an id depends on what is in the
 * policy and on nothing else. A statement that says the same as an earlier one is left out.
 */
export function withUniqueIds(statements: readonly RenderedStatement[]): RenderedStatement[] {
  const taken = new Set<string>();
  const seen = new Set<string>();
  return statements.flatMap(statement => {
    const text = JSON.stringify(statement);
    if (seen.has(text)) {
      return [];
    }
    seen.add(text);
    if (statement.Sid === undefined) {
      return [statement];
    }
    const id = taken.has(statement.Sid) ? statement.Sid + createHash('sha256').update(text).digest('hex').slice(0, 8) : statement.Sid;
    taken.add(id);
    return [{ ...statement, Sid: id }];
  });
}
