const CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
const LOOK_AFTER_PARENT_MS = 500;

/** Ctrl-C and other wishes that the run ends. Only the first counts. */
export class Interruption {
  /** Resolves when the wish was uttered. */
  public readonly happens: Promise<void>;
  private wished?: number;

  /** @param end ends what is under way */
  constructor(end: () => Promise<void>) {
    this.happens = new Promise((resolve, reject) => {
      const wish = (code: number) => {
        if (this.wished === undefined) {
          this.wished = code;
          end().then(resolve, reject);
        }
      };
      for (const [signal, code] of Object.entries(CODES)) {
        process.on(signal, () => wish(code));
      }
      // whoever read the output has gone
      process.stdout.on('error', () => wish(1));
      // npm ends without a word to what it runs
      const parent = process.ppid;
      setInterval(() => process.ppid !== parent && wish(CODES.SIGHUP), LOOK_AFTER_PARENT_MS).unref();
    });
  }

  /** The exit code of an interrupted run; undefined when it isn't interrupted. */
  public get code(): number | undefined {
    return this.wished;
  }
}
