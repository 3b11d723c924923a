import { runProgram } from './program';

const given = process.env.GO;
afterEach(() => {
  if (given === undefined) { delete process.env.GO; } else { process.env.GO = given; }
});

test('a program that is not there is named, with what to install and how to do without', () => {
  process.env.GO = 'no-go';
  expect(() => runProgram('go', ['version'], { encoding: 'utf8' }))
    .toThrow(/^got no program 'no-go', expected Go from https:\/\/go\.dev\/dl, .* npm run external -- surface/);
});

test('a program that fails says why by itself', () => {
  process.env.GO = process.execPath;
  expect(() => runProgram('go', ['-e', 'process.exit(3)'], { encoding: 'utf8' })).toThrow(/Command failed/);
  expect(runProgram('go', ['-p', '1 + 1'], { encoding: 'utf8' })).toBe('2\n');
});
