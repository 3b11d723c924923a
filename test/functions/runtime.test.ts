import { furtherToken, clientOptions, eventTime, inParallel, metricCalls, reasonOf, Remaining } from '../../src/functions/runtime';

describe('the time of a run', () => {
  test('is when it was due', () => {
    expect(eventTime({ time: '2026-03-02T12:00:00Z' })).toEqual(new Date('2026-03-02T12:00:00Z'));
  });

  test.each([{}, { time: 'yesterday' }])('is now for an event that does not say: %p', event => {
    const before = Date.now();

    expect(eventTime(event).getTime()).toBeGreaterThanOrEqual(before);
  });
});

describe('calls end', () => {
  let asked: number[];

  beforeEach(() => {
    asked = [];
    jest.spyOn(AbortSignal, 'timeout').mockImplementation(milliseconds => {
      asked.push(milliseconds);
      return new AbortController().signal;
    });
  });

  afterEach(() => jest.restoreAllMocks());

  test.each([
    [600_000, [120_000, 60_000, 120_000]],
    [70_000, [50_000, 50_000, 67_000]],
    [20_000, [1, 1, 17_000]],
    [0, [1, 1, 1]],
  ])('with %d ms left: reading, reading for a minute at most, putting figures after %p ms', (left, expected) => {
    const remaining = new Remaining({ getRemainingTimeInMillis: () => left });

    remaining.forReading();
    remaining.forReading(60_000);
    remaining.forFigures();

    expect(asked).toEqual(expected);
  });
});

test('figures go in calls of a thousand', () => {
  const figures = Array.from({ length: 30 }, (_, at) => ({ name: `m${at}`, value: at, unit: 'Count' as const }));
  const at = new Date('2026-03-02T12:00:00Z');

  const calls = metricCalls(at, new Map(Array.from({ length: 50 }, (_, cache) => [`team-${cache}`, figures])));

  expect(calls.map(call => call.MetricData.length)).toEqual([1000, 500]);
  expect(calls[0].MetricData[31]).toEqual({
    MetricName: 'm1', Dimensions: [{ Name: 'RepositoryPrefix', Value: 'team-1' }], Timestamp: at, Value: 1, Unit: 'Count',
  });
});

test('a reason is the name of the error, or that the time was up', () => {
  expect(reasonOf(Object.assign(new Error('no'), { name: 'AccessDeniedException' }))).toEqual({ code: 'AccessDeniedException', message: 'no' });
  expect(reasonOf(Object.assign(new Error('Request aborted'), { name: 'AbortError' }))).toEqual({ code: 'TimedOut', message: 'the time for it was up' });
});

test('a thousand figures go in one call', () => {
  const figures = Array.from({ length: 1000 }, () => ({ name: 'Images', value: 1, unit: 'Count' }) as const);

  expect(metricCalls(new Date(), new Map([['echo', figures]]))).toHaveLength(1);
});

test('a client slows down when AWS throttles it, and gives up a request that hangs', () => {
  expect(clientOptions(20_000)).toEqual({
    retryMode: 'adaptive', maxAttempts: 10, requestHandler: { connectionTimeout: 3000, requestTimeout: 20_000, throwOnRequestTimeout: true },
  });
});

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

describe('the token of the next page', () => {
  test('is the one that AWS gives', () => {
    expect([furtherToken(undefined, 'a'), furtherToken('a', 'b'), furtherToken('b', undefined)]).toEqual(['a', 'b', undefined]);
  });

  test('fails when it is that of the same page', () => {
    expect(() => furtherToken('a', 'a')).toThrow('AWS gave the token of the same page again');
  });
});
