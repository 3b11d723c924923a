/*
 * The id of a removal, in which CloudFormation keeps since when repositories are those of the cache: when it is deleted, the rule that could
 * tell is gone.
 */

const ID = /^(.*)@([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z)$/;

/** Since when repositories below a prefix are those of the cache; undefined for an id of something else. */
export function bornWithRule(id: string | undefined, prefix: string): Date | undefined {
  const [, ofPrefix, time] = ID.exec(id ?? '') ?? [];
  const since = new Date(time);
  return ofPrefix === prefix && !Number.isNaN(since.getTime()) ? since : undefined;
}

/**
 * The id of a removal that is made now: since the rule was made, or from now on when there is none yet.
 *
 * @param whatever whether it is from now on when the rules can't be read, which deletes less
 */
export async function idOfRemoval(
  prefix: string, readRules: () => Promise<{ readonly prefix: string; readonly createdAt?: Date }[]>, whatever: boolean): Promise<string> {
  const rules = await readRules().catch((error: unknown) => {
    if (whatever) {
      return [];
    }
    throw error;
  });
  const since = rules.find(rule => rule.prefix === prefix)?.createdAt ?? new Date();
  return `${prefix}@${since.toISOString()}`;
}
