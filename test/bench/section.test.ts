import { atMost, kilobytes, mebibytes, milliseconds, ratio, table } from '../../bench/section';

test('a goal is met up to and including its limit, and says both', () => {
  expect(atMost('The synth', 1.1, 1.1, ratio)).toEqual({ claim: 'The synth', measured: '1.10 ×', limit: 'at most 1.10 ×', met: true });
});

test('a goal is missed by any more, even where the printed figures are the same', () => {
  expect(atMost('The synth', 1.101, 1.1, ratio)).toEqual({ claim: 'The synth', measured: '1.10 ×', limit: 'at most 1.10 ×', met: false });
});

test('figures stand right of their names in a table', () => {
  expect(table(['Caches', 'Time'], [['one', 2]])).toBe('| Caches | Time |\n| --- | ---: |\n| one | 2 |');
});

test('units are those that npm and Node.js use', () => {
  expect([kilobytes(400_000), mebibytes(2 ** 20), milliseconds(2.345), milliseconds(23.45)]).toEqual(['400.0 kB', '1.0 MiB', '2.3 ms', '23 ms']);
});
