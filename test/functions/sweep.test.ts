import type { Repository } from '../../src/functions/registry-reader';
import { belongsTo, fresh, leftAloneIn, PrefixSweep } from '../../src/functions/sweep';
import type { Progress, Result } from '../../src/functions/sweep';

const repositories = (count: number): Repository[] => Array.from({ length: count }, (_, at) => ({ name: `echo/${String(at).padStart(4, '0')}`, arn: `arn${at}` }));
const callOptions = () => ({ abortSignal: new AbortController().signal });
const NEVER_UP = { isUp: () => false, callOptions };
/** Time that is up after it was asked so often. */
const upAfter = (asked: number) => ({ isUp: () => (asked -= 1) < 0, callOptions });

let lines: any[];

beforeEach(() => {
  lines = [];
});

function sweep(work: (repository: Repository) => Promise<Result>, progress: Progress = fresh(0)): PrefixSweep {
  return new PrefixSweep(work, line => lines.push(line), progress);
}

const DONE = async () => ({ outcome: 'done' });

describe('belongs to a prefix', () => {
  test.each([
    ['echo/nginx', true], ['echo/team/app', true], ['echo/dev', true], ['echo/developer/app', true],
    ['echo', false], ['echoes/nginx', false], ['hub/nginx', false], ['echo/dev/app', false], ['echo/dev/deep/app', false],
  ])('%s: %s, when echo/dev and hub belong to others', (name, expected) => {
    expect(belongsTo('echo', ['echo/dev', 'hub', 'echo', 'ROOT'], [])(name)).toBe(expected);
  });

  test('what is below it, when a shorter prefix is another', () => {
    expect(belongsTo('echo/dev', ['echo'], [])('echo/dev/app')).toBe(true);
  });

  test.each([
    ['echo/own', false], ['echo/own/app', false], ['echo/owner', true], ['echo/nginx', true],
  ])('%s: %s, when echo/own is left out', (name, expected) => {
    expect(belongsTo('echo', [], ['echo/own'])(name)).toBe(expected);
  });

  test.each(['ROOT', ''])("fails for the prefix '%s'", prefix => {
    expect(() => belongsTo(prefix, [], [])).toThrow('the prefix ROOT stands for the whole registry, which is never worked through');
  });
});

test('works on every repository once, in batches, and counts how they ended', async () => {
  const seen: string[] = [];
  const all = repositories(100);
  const part = sweep(async ({ name }) => { seen.push(name); return { outcome: name < 'echo/0030' ? 'changed' : 'unchanged' }; });

  expect(await part.run(all, NEVER_UP)).toBe(true);

  expect(seen.sort()).toEqual(all.map(({ name }) => name));
  expect(part.progress).toEqual({ startedAt: 0, after: 'echo/0099', redo: [], outcomes: { changed: 30, unchanged: 70 }, reasons: [], named: [], leftAlone: 0 });
});

test('is complete without repositories', async () => {
  expect(await sweep(DONE).run([], NEVER_UP)).toBe(true);
});

test('stops between batches when the time is up, and goes on from there', async () => {
  const all = repositories(100);
  const first = sweep(DONE);
  expect(await first.run(all, upAfter(2))).toBe(false);
  expect(first.progress).toMatchObject({ after: 'echo/0079', outcomes: { done: 80 } });

  const second = sweep(DONE, JSON.parse(JSON.stringify(first.progress)));
  expect(await second.run(all, NEVER_UP)).toBe(true);
  expect(second.progress).toMatchObject({ after: 'echo/0099', outcomes: { done: 100 } });
});

test('goes on with ten thousand repositories although those before are gone', async () => {
  const all = repositories(10_000);
  let progress = fresh(0);
  let rounds = 0;
  for (let complete = false; !complete; rounds += 1) {
    const left = all.filter(({ name }) => name > progress.after);
    const part = sweep(DONE, progress);
    complete = await part.run(left, upAfter(60));
    progress = part.progress;
  }
  expect(rounds).toBe(5);
  expect(progress.outcomes).toEqual({ done: 10_000 });
});

test('does anew what the end of an invocation cut off', async () => {
  const all = repositories(3);
  let cut = false;
  const time = { isUp: () => cut, callOptions };
  const first = sweep(async ({ name }) => {
    if (name === 'echo/0001') {
      cut = true;
      throw Object.assign(new Error('aborted'), { name: 'AbortError' });
    }
    return { outcome: 'done' };
  });
  expect(await first.run(all, time)).toBe(false);
  expect(first.progress).toMatchObject({ redo: ['echo/0001'], outcomes: { done: 2 }, reasons: [] });

  const second = sweep(DONE, first.progress);
  expect(await second.run(all, NEVER_UP)).toBe(true);
  expect(second.progress.outcomes).toEqual({ done: 3 });
});

test('counts a repository that fails, keeps the first reasons, and goes on', async () => {
  const part = sweep(async ({ name }) => {
    if (name >= 'echo/0005') { throw Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' }); }
    return { outcome: 'done' };
  });

  expect(await part.run(repositories(10), NEVER_UP)).toBe(true);

  expect(part.progress.outcomes).toEqual({ done: 5, failed: 5 });
  expect(part.progress.reasons).toHaveLength(3);
  expect(part.progress.reasons[0]).toMatch(/^echo\/000\d: AccessDeniedException: not authorized$/);
  expect(lines).toHaveLength(5);
  expect(lines[0]).toMatchObject({ kind: 'repository', outcome: 'failed', code: 'AccessDeniedException' });
});

test('counts what it leaves alone, and keeps the first names over several invocations', async () => {
  const begun = { ...fresh(0), named: ['a', 'b', 'c'], leftAlone: 3 };
  const part = sweep(async ({ name }) => ({ outcome: 'unchanged', leftAlone: name !== 'echo/0001' }), begun);

  expect(await part.run(repositories(5), NEVER_UP)).toBe(true);

  expect(part.progress).toMatchObject({ leftAlone: 7, named: ['a', 'b', 'c', expect.stringMatching(/^echo/), expect.stringMatching(/^echo/)] });
  expect(leftAloneIn(part.progress)).toMatch(/^ \(a, b, c, echo\/\d{4}, echo\/\d{4}, \.\.\.\)$/);
  expect(leftAloneIn(fresh(0))).toBe('');
});

test('keeps the first reasons of several invocations together, each cut', async () => {
  const part = sweep(async () => { throw new Error('no '.repeat(200)); }, { ...fresh(0), reasons: ['first', 'second'] });

  expect(await part.run(repositories(2), NEVER_UP)).toBe(true);

  expect(part.progress.reasons).toEqual(['first', 'second', expect.stringMatching(/^echo\/000\d: Error: no no /)]);
  expect(part.progress.reasons[2]).toHaveLength(300);
});

describe('fails', () => {
  test('after twenty failures, with the first reasons', async () => {
    const part = sweep(async () => { throw new Error('no'); });

    await expect(part.run(repositories(1000), NEVER_UP)).rejects.toThrow(/^20 repositories failed, so the rest was left alone\. echo\/\d{4}: Error: no; /);
    expect(lines.length).toBeLessThan(30);
  });

  test('after twenty failures of several invocations together', async () => {
    const part = sweep(async () => { throw new Error('no'); }, { ...fresh(0), outcomes: { failed: 19 } });

    await expect(part.run(repositories(1), NEVER_UP)).rejects.toThrow('20 repositories failed');
  });

  test('when an invocation has not the time for one batch, since none ever would', async () => {
    await expect(sweep(DONE).run(repositories(5), upAfter(0))).rejects.toThrow('one invocation has not the time for a batch of 40 repositories');
  });
});
