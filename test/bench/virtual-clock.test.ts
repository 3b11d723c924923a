import { VirtualClock } from '../../bench/functions/virtual-clock';

const NOON = new Date('2026-03-02T12:00:00Z');
const HOUR = 3600_000;
const real = { setTimeout, clearTimeout, now: Date.now, timeout: AbortSignal.timeout };

let clock: VirtualClock;

beforeEach(() => {
  clock = new VirtualClock(NOON);
  clock.takeOver();
});

afterEach(() => {
  Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout });
  Date.now = real.now;
  AbortSignal.timeout = real.timeout;
});

function passed(): number {
  return clock.now - NOON.getTime();
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}

test('an hour of waiting is an hour of its time, and none of ours', async () => {
  const began = real.now();

  await clock.until(clock.track(() => sleep(HOUR)));

  expect(passed()).toBe(HOUR);
  expect(Date.now()).toBe(NOON.getTime() + HOUR);
  expect(real.now() - began).toBeLessThan(10_000);
});

test('what waits at the same time passes at the same time', async () => {
  await clock.until(Promise.all([30, 10, 20].map((minutes) => clock.track(() => sleep(minutes * 60_000)))));

  expect(passed()).toBe(30 * 60_000);
});

test('what waits for each other takes the sum', async () => {
  await clock.until(clock.track(async () => {
    await sleep(100);
    await clock.wait(200);
  }));

  expect(passed()).toBe(300);
});

test('time stands still while something is under way', async () => {
  const busy = clock.track(() => new Promise<number>((done) => real.setTimeout(() => done(passed()), 50)));

  const [seen] = await clock.until(Promise.all([busy, clock.track(() => sleep(HOUR))]));

  expect(seen).toBe(0);
});

test('a timer that was cleared neither rings nor is waited for', async () => {
  const ring = jest.fn();
  clearTimeout(setTimeout(ring, 50));

  await clock.until(clock.track(() => sleep(100)));

  expect(ring).not.toHaveBeenCalled();
  expect(passed()).toBe(100);
});

test('a deadline aborts when its time has come, and is not waited for', async () => {
  const [soon, late] = [AbortSignal.timeout(50), AbortSignal.timeout(HOUR)];

  await clock.until(clock.track(() => sleep(100)));

  expect([soon.aborted, late.aborted]).toEqual([true, false]);
  expect(passed()).toBe(100);
});

test('the shortest wait is a millisecond, as in Node.js', async () => {
  await clock.until(clock.track(() => sleep(1e-13)));

  expect(passed()).toBe(1);
});

test('fails with what failed', async () => {
  const failing = clock.track(async () => {
    await sleep(10);
    throw new Error('refused');
  });

  await expect(clock.until(failing)).rejects.toThrow('refused');
});
