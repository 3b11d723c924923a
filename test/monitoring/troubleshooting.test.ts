import { readFileSync } from 'fs';
import { join } from 'path';
import { describeTrouble, Troubles } from '../../src/monitoring/troubleshooting';
import type { Trouble } from '../../src/monitoring/troubleshooting';

const GUIDE = readFileSync(join(__dirname, '../../docs/troubleshooting.md'), 'utf8');

/** The text below a heading, up to the next one. */
function section(title: string): string {
  return (GUIDE.split(`\n## ${title}\n`)[1] ?? '').split('\n## ')[0];
}

const ALL: [string, Trouble][] = Object.values(Troubles).map(trouble => [trouble.title, trouble]);

test.each(ALL)('the guide has "%s" in the words of the alarm', (title, trouble) => {
  const text = section(title).replace(/\s+/g, ' ');
  const words = (sentence: string) => sentence.replaceAll('{cache}', '`<prefix>`').replaceAll('{log}', '`<log group>`');

  expect(text).toContain(words(trouble.happened));
  trouble.next.forEach((step, at) => expect(text).toContain(`${at + 1}. ${words(step)}`));
  if (trouble.blindSpot) {
    expect(text).toContain(words(trouble.blindSpot));
  }
});

test('the guide has these headings and no other', () => {
  const headings = [...GUIDE.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);

  expect(headings).toEqual([...ALL.map(([title]) => title), 'What a puller sees', 'A check refuses what AWS takes']);
});

test('a description fills in the cache and the log, in every place', () => {
  expect(describeTrouble(Troubles.STATISTICS_INCOMPLETE, ['echo'], 'log-1')).toBe(
    'The last count of the pull-through cache echo could not look into every repository, so it gave no totals. '
    + 'Look in the log log-1 for the lines of kind "unseen": they name the repositories and the error. '
    + 'If time ran out, raise the timeout or give the largest cache statistics of its own; '
    + 'if access was denied, look for a deny in repository policies.');
});

test('a description ends with what the alarm does not see', () => {
  expect(describeTrouble(Troubles.FAILED_PULLS, ['echo'], 'log-1')).toMatch(/This alarm sees imports that fail again and again, not callers who are denied\.$/);
});
