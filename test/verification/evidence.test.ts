import { checks, noted, said, testsOfStep } from './evidence';
import { junit, kept } from './results.fixture';

describe('tests as a ground', () => {
  const run = kept({
    'npm-test/junit.xml': junit(
      { file: 'test/rule/a.test.ts', name: 'a rule is one' }, { file: 'test/rule/b.test.ts', name: 'a rule is none' },
      { file: 'test/rule/c.test.ts', name: 'c breaks', outcome: 'failure' }, { file: 'test/rule/d.test.ts', name: 'd waits', outcome: 'skipped' },
    ),
  });
  const reading = (files: string[], names?: string[]) => testsOfStep('npm test', files, names).read(run);

  test('are counted in files that begin so', () => expect(reading(['test/rule/a', 'test/rule/b'])).toEqual({ count: 2, problems: [] }));

  test('are counted by their names', () => expect(reading(['test/rule/a', 'test/rule/b'], ['none'])).toEqual({ count: 1, problems: [] }));

  test('fail when a file is gone', () => expect(reading(['test/rule/a', 'test/gone']).problems).toEqual(["no test of test/gone ran in the step 'npm test'"]));

  test('fail when a name is gone', () => {
    expect(reading(['test/rule/a'], ['one', 'two']).problems).toEqual(["no test 'two' ran in the step 'npm test'"]);
  });

  test('fail when one failed', () => expect(reading(['test/rule/c'])).toEqual({ count: 0, problems: ['failed: test/rule/c.test.ts: c breaks'] }));

  test('fail when one was skipped', () => expect(reading(['test/rule/d'])).toEqual({ count: 0, problems: ['skipped: test/rule/d.test.ts: d waits'] }));

  test('fail in a step that did not run', () => {
    expect(testsOfStep('oracles', ['test/']).read(run).problems).toEqual(["no test of test/ ran in the step 'oracles'"]);
  });
});

describe('checks of scripts as a ground', () => {
  const run = kept({ 'judges/step.log': 'ok   publint finds nothing (3 s)\nok   publint refuses types\nFAIL licences: none (0 s), log ends with:\nnot judged: no registry\n' });

  test('are counted by words in their names, each once', () => {
    expect(checks('judges', ['publint', 'refuses']).read(run)).toEqual({ count: 2, problems: [] });
  });

  test('fail when one failed', () => expect(checks('judges', ['licences']).read(run).problems).toEqual(['FAIL licences: none (0 s), log ends with:']));

  test('fail when none ran', () => expect(checks('judges', ['audit']).read(run).problems).toEqual(["no check 'audit' ran in the step 'judges'"]));

  test('are not judged when the step says why', () => expect(checks('judges', ['audit'], { unless: 'not judged: no registry' }).read(run)).toEqual({ problems: [] }));

  test('fail when the step says nothing of it', () => {
    expect(checks('judges', ['audit'], { unless: 'not judged: no network' }).read(run).problems).toHaveLength(1);
  });
});

describe('what a step says as a ground', () => {
  const run = kept({ 'examples/step.log': 'ok   cfn-lint a (1 templates)\nok   cfn-lint b (1,002 templates)\nok   cfn-lint c (no templates)\n' });

  test('is summed over all lines of the form', () => expect(said('examples', 'templates', 'ok   cfn-lint * (# templates)').read(run)).toEqual({ count: 1003, problems: [] }));

  test('is the first line alone where the others are of what is refused', () => {
    expect(said('examples', 'templates', 'ok   cfn-lint * (# templates)', { first: true }).read(run).count).toBe(1);
  });

  test('fails when nothing was said', () => {
    expect(said('examples', 'templates', '# templates').read(run).problems).toEqual(["the step 'examples' didn't say '# templates'"]);
  });
});

describe('notes of tests as a ground', () => {
  const run = kept({
    'oracles/tried.jsonl': ['a', 'a', 'b'].map((file, at) => JSON.stringify({ file: `test/${file}.test.ts`, test: 't', what: 'names', count: 10 ** at })).join('\n'),
  });

  test('are summed by their kind and file', () => expect(noted('oracles', 'names', 'test/a').read(run)).toEqual({ count: 11, problems: [] }));

  test('fail when there is none', () => expect(noted('oracles', 'images', 'test/a').read(run).problems).toEqual(["no test of test/a noted images in the step 'oracles'"]));
});
