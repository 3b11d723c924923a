interface Alarm {
  readonly at: number;
  /** Whether somebody waits for it; a deadline is one that nobody waits for. */
  readonly isAwaited: boolean;
  readonly ring: () => void;
  isOff: boolean;
}

/**
 * Time that passes only when all that goes on waits for it. It takes the place of the timers and the clock of the process, so that what is
 * timed by them needs no change.
 */
export class VirtualClock {
  public now: number;
  /** The next one first. */
  private readonly alarms: Alarm[] = [];
  private underWay = 0;
  private awaited = 0;

  public constructor(begin: Date) {
    this.now = begin.getTime();
  }

  /** For as long as the process lives. */
  public takeOver(): void {
    Object.assign(globalThis, {
      setTimeout: (ring: () => void, milliseconds = 0) => this.set(milliseconds, true, ring),
      clearTimeout: (alarm: Alarm | undefined) => this.turnOff(alarm),
    });
    Date.now = () => this.now;
    AbortSignal.timeout = (milliseconds) => {
      const controller = new AbortController();
      this.set(milliseconds, false, () => controller.abort());
      return controller.signal;
    };
  }

  public wait(milliseconds: number): Promise<void> {
    return new Promise((done) => this.set(milliseconds, true, done));
  }

  /** Something during which no time passes, unless it waits for this clock. */
  public async track<T>(work: () => Promise<T>): Promise<T> {
    this.underWay += 1;
    try {
      return await work();
    } finally {
      this.underWay -= 1;
    }
  }

  /** Lets time pass until something has ended. */
  public async until<T>(work: Promise<T>): Promise<T> {
    let ended = false;
    const end = () => {
      ended = true;
    };
    work.then(end, end);
    while (!ended) {
      await new Promise(setImmediate);
      if (this.underWay > 0 && this.awaited >= this.underWay) {
        this.pass();
      }
    }
    return work;
  }

  private set(milliseconds: number, isAwaited: boolean, ring: () => void): Alarm {
    // timers of Node.js count whole milliseconds, and at least one
    const alarm = { at: this.now + Math.max(1, Math.trunc(milliseconds)), isAwaited, ring, isOff: false };
    let [low, high] = [0, this.alarms.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      [low, high] = this.alarms[middle].at <= alarm.at ? [middle + 1, high] : [low, middle];
    }
    this.alarms.splice(low, 0, alarm);
    this.awaited += isAwaited ? 1 : 0;
    return alarm;
  }

  private turnOff(alarm: Alarm | undefined): void {
    if (alarm && !alarm.isOff) {
      alarm.isOff = true;
      this.awaited -= alarm.isAwaited ? 1 : 0;
    }
  }

  private pass(): void {
    const next = this.alarms.shift()!;
    if (!next.isOff) {
      this.now = next.at;
      this.turnOff(next);
      next.ring();
    }
  }
}
