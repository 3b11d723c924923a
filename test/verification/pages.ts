import { existsSync } from 'node:fs';
import type { Evidence } from './evidence';
import { pathOf, textOf } from './repository';

/** A ground in a page that a longer run of its own has written, too long for CI. */
function onPage(page: string, command: string, unit: string, what: string, counted: (lines: string[]) => number | undefined): Evidence {
  return {
    unit,
    where: `[${page}](${page.replace('docs/', '')})${what}`,
    files: [],
    exact: true,
    read: () => {
      const count = existsSync(pathOf(page)) ? counted(textOf(page).split('\n')) : undefined;
      return { count, problems: count === undefined ? [`${page} has no ${unit}: write it with ${command}`] : [] };
    },
  };
}

/** The number in a column of the first row that begins so. */
export function cell(page: string, command: string, unit: string, start: string, column: number): Evidence {
  return onPage(page, command, unit, `, column ${column}`, lines => {
    const text = lines.find(line => line.startsWith(start))?.split('|')[column].replaceAll(',', '').trim();
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
  });
}

/** How many rows of a table end so, if it has rows with one of the endings at all. */
export function rows(page: string, command: string, unit: string, ending: string, endings: string[]): Evidence {
  return onPage(page, command, unit, `, rows with "${ending.replace(/[|* ]/g, '')}"`, lines => (
    lines.some(line => endings.some(one => line.endsWith(one))) ? lines.filter(line => line.endsWith(ending)).length : undefined));
}
