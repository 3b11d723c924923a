import { testsOf } from './junit';
import { junit, kept } from './results.fixture';
import { readRun } from './run';

describe('a report of jest', () => {
  test('tells what passed, failed and was skipped', () => {
    const report = junit(
      { file: 'test/a.test.ts', name: 'a thing works' },
      { file: 'test/a.test.ts', name: 'a thing fails', outcome: 'failure' },
      { file: 'test/b.test.ts', name: 'Test suite failed to run', outcome: 'error' },
      { file: 'test/b.test.ts', name: 'is left out', outcome: 'skipped' },
    );
    expect(testsOf(report)).toEqual([
      { file: 'test/a.test.ts', name: 'a thing works', outcome: 'passed' },
      { file: 'test/a.test.ts', name: 'a thing fails', outcome: 'failed' },
      { file: 'test/b.test.ts', name: 'Test suite failed to run', outcome: 'failed' },
      { file: 'test/b.test.ts', name: 'is left out', outcome: 'skipped' },
    ]);
  });

  test('keeps signs of XML in names, and names that look like numbers', () => {
    expect(testsOf(junit({ file: 'f', name: 'a &lt;b&gt; &amp; &quot;c&quot;' }, { file: 'f', name: '007' })).map(({ name }) => name)).toEqual(['a <b> & "c"', '007']);
  });

  test('may hold no test', () => expect(testsOf('<testsuites><testsuite name="empty"/></testsuites>')).toEqual([]));

  test('fails for another kind of file', () => {
    expect(() => testsOf('<html><body/></html>')).toThrow("got a report that begins with '<html><body/></html>', expected one of jest-junit or pytest");
  });
});

test('a report of pytest names modules, which are files of local', () => {
  expect(testsOf('<testsuites><testsuite><testcase classname="tests.test_births" name="test_is_born" /></testsuite></testsuites>')).toEqual([
    { file: 'local/tests/test_births.py', name: 'test_is_born', outcome: 'passed' },
  ]);
});

describe('what a run left behind', () => {
  const run = kept({
    'local-AWS/junit.xml-1-2': junit({ file: 'test/local/a.test.ts', name: 'one' }),
    'local-AWS/junit.xml-3-4': junit({ file: 'test/local/b.test.ts', name: 'two' }),
    'local-AWS/tried.jsonl': '{"file":"f","test":"t","what":"pulls","count":3}\n',
    'local-AWS/step.log': '== jest\n   ok   indented\n\n',
    'local-AWS/logs/part-01.log': 'said by a part\n',
  });

  test('is found by the name of the step, from all of its runners', () => {
    expect(run.step('local AWS').tests.map(({ name }) => name)).toEqual(['one', 'two']);
    expect(run.step('local AWS').tried).toEqual([{ file: 'f', test: 't', what: 'pulls', count: 3 }]);
  });

  test('has the lines of the step and of its parts, without indentation', () => {
    expect(run.step('local AWS').lines.sort()).toEqual(['== jest', 'ok   indented', 'said by a part']);
  });

  test('is nothing for a step that did not run', () => expect(run.step('npm test')).toEqual({ tests: [], tried: [], lines: [] }));

  test('fails without the folder', () => {
    expect(() => readRun('/no/such/folder')).toThrow('got no folder /no/such/folder, expected the one that CI_RESULTS named in a run of .ci/run: run it first');
  });
});
