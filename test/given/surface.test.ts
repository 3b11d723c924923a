import { App, Stack } from 'aws-cdk-lib';
import { ENTRIES, Things } from './surface';
import * as library from '../../src';
import { ENV } from '../app';

/** What plain JavaScript and Python pass in spite of the types. */
const WRONG: readonly unknown[] = [undefined, null, 0, 'wrong', [], [undefined], { wrong: 'x' }];

/** Calls an entry with some of its arguments changed, and synthesizes what came of it: what it threw. */
function thrownBy(name: string, change: (given: unknown[]) => void): Error | undefined {
  const app = new App();
  try {
    const entry = ENTRIES[name](new Things(new Stack(app, 'Stack', { env: ENV })));
    const given = [...entry.with];
    change(given);
    entry.call(...given);
    app.synth();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

/** Whether JavaScript complained, and not somebody who looked at the value. */
function isRaw({ name, message }: Error): boolean {
  return name !== 'InvalidInputError' && /is not a function|Cannot (read|destructure)|is not iterable|undefined or null|Invalid array length/.test(message)
    || ['TypeError', 'RangeError', 'ReferenceError'].includes(name);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

describe.each(Object.keys(ENTRIES))('%s', name => {
  test('is called with what it takes', () => {
    const entry = ENTRIES[name](new Things(new Stack(new App(), 'Stack', { env: ENV })));
    expect(() => entry.call(...entry.with)).not.toThrow();
  });

  test('says in words what is wrong with everything else', () => {
    const { with: taken } = ENTRIES[name](new Things(new Stack(new App(), 'Stack', { env: ENV })));
    const raw: string[] = [];
    const attempt = (what: string, change: (given: unknown[]) => void) => {
      const error = thrownBy(name, change);
      if (error && isRaw(error)) { raw.push(`${what}: ${error.message}`); }
    };
    for (const wrong of WRONG) {
      taken.forEach((value, at) => {
        attempt(`argument ${at} ${JSON.stringify(wrong)}`, given => { given[at] = wrong; });
        for (const key of isPlain(value) ? Object.keys(value) : []) {
          attempt(`${key} ${JSON.stringify(wrong)}`, given => { given[at] = { ...given[at] as object, [key]: wrong }; });
        }
      });
    }
    expect(raw).toEqual([]);
  });
});

test('every class of the library is in the table, or has nothing to check', () => {
  const withoutArguments = ['CacheAlarm', 'OnlyImports', 'EndpointPolicies', 'PullThroughCacheBase'];
  const classes = Object.entries(library).filter(([, value]) => typeof value === 'function').map(([name]) => name);
  const named = new Set(Object.keys(ENTRIES).map(name => name.split('.')[0]));
  expect(classes.filter(name => !named.has(name) && !withoutArguments.includes(name))).toEqual([]);
});
