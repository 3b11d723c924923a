import { mutantsOf } from './mutation-report';
import type { Report } from './mutation-report';

const source = 'if (a < b) {\n  return a;\n}\n';

function reportOf(start: [number, number], end: [number, number], replacement?: string): Report {
  const at = ([line, column]: [number, number]) => ({ line, column });
  return {
    files: {
      'src/a.ts': {
        source,
        mutants: [
          { mutatorName: 'Some', replacement, location: { start: at(start), end: at(end) }, status: 'Survived' },
        ],
      },
    },
  };
}

describe('a mutant', () => {
  test('is told with the text that it replaces and its line', () => {
    expect(mutantsOf(reportOf([1, 5], [1, 10], 'a <= b'))).toEqual([
      { file: 'src/a.ts', mutator: 'Some', original: 'a < b', replacement: 'a <= b', status: 'Survived', line: 'if (a < b) {' },
    ]);
  });

  test('may begin in one line and end in another', () => {
    expect(mutantsOf(reportOf([1, 12], [3, 2], '{}'))[0].original).toBe('{\n  return a;\n}');
  });

  test('may replace something by nothing', () => {
    expect(mutantsOf(reportOf([2, 3], [2, 12]))).toMatchObject([{ original: 'return a;', replacement: '' }]);
  });
});
