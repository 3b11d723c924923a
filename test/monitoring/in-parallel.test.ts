import { inParallel } from '../../src/monitoring/in-parallel';

test('does everything, with at most so many at once', async () => {
  const done: number[] = [];
  let now = 0;
  let most = 0;

  await inParallel(3, [1, 2, 3, 4, 5, 6, 7], async item => {
    now += 1;
    most = Math.max(most, now);
    await new Promise(resolve => setImmediate(resolve));
    done.push(item);
    now -= 1;
  });

  expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(most).toBe(3);
});

test('does nothing with nothing', async () => {
  await inParallel(3, [], () => Promise.reject(new Error('not called')));
});

test('fails with the first failure, when what was under way has ended, and begins nothing new', async () => {
  const ended: number[] = [];

  await expect(inParallel(2, [1, 2, 3, 4], async item => {
    if (item === 1) {
      throw new Error('first');
    }
    await new Promise(resolve => setImmediate(resolve));
    ended.push(item);
  })).rejects.toThrow('first');

  expect(ended).toEqual([2]);
});
