import { readdirSync } from 'node:fs';
import { pathOf, textOf } from '../repository';

/** How someone with an account settles one assumption. */
interface Settling {
  readonly id: string;
  /** Markdown: the commands, what confirms and refutes the assumption, and what to change then. */
  readonly text: string;
}

/** Assumptions that share a set-up. */
export interface Session {
  readonly title: string;
  /** Markdown: what it needs and takes, and the commands of the set-up. */
  readonly setUp: string;
  readonly settlings: Settling[];
  /** Markdown: how what was made goes away. */
  readonly cleanUp?: string;
}

const CLEAN_UP = 'Clean up';

/** A session from its file: a title, the set-up, a section for each assumption named by its id, and one that cleans up. */
export function sessionIn(text: string): Session {
  const [first, ...sections] = text.trim().split(/^## /m);
  const title = /^# (.+)\n/.exec(first)?.[1];
  if (title === undefined) {
    throw new Error(`got a session that begins with '${text.slice(0, 40)}', expected '# ' and its title`);
  }
  const named = sections.map(section => {
    const end = section.indexOf('\n');
    return { id: section.slice(0, end), text: section.slice(end).trim() };
  });
  return {
    title,
    setUp: first.slice(first.indexOf('\n')).trim(),
    settlings: named.filter(({ id }) => id !== CLEAN_UP),
    cleanUp: named.find(({ id }) => id === CLEAN_UP)?.text,
  };
}

const FOLDER = 'test/verification/settling';

/** What every session starts from. */
export const BEFORE = textOf(`${FOLDER}/before.md`).trim();

/** All sessions, in the order of their files. */
export const SESSIONS = readdirSync(pathOf(FOLDER)).filter(name => /^\d\d-.*\.md$/.test(name)).sort()
  .map(name => sessionIn(textOf(`${FOLDER}/${name}`)));
