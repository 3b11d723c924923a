/** How a scene went. */
interface Outcome {
  readonly title: string;
  readonly seconds: number;
  held: number;
  failed: number;
}

const DIM = '2', BOLD = '1', GREEN = '32', RED = '31';
const WIDTH = 66;

/** Tells on screen what happens, and remembers what held. */
export class Report {
  private readonly outcomes: Outcome[] = [];
  private readonly begun = Date.now();
  private readonly colored = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
  private held = 0;
  private failed = 0;
  private silent = false;

  /** @param write prints a line */
  constructor(private readonly print: (line: string) => void = line => console.log(line)) {}

  /** Whether something was claimed and all of it held. */
  public get allHeld(): boolean {
    return this.outcomes.length > 0 && this.outcomes.every(({ failed }) => failed === 0);
  }

  /** Says nothing more. */
  public silence(): void {
    this.silent = true;
  }

  /** Plays a scene; one that breaks off counts as failed. */
  public async scene(title: string, play: () => Promise<void>): Promise<void> {
    const started = Date.now();
    this.held = this.failed = 0;
    this.write(`\n${this.color(BOLD, `${this.outcomes.length + 1}. ${title}`)}`);
    try {
      await play();
    } catch (problem) {
      this.claim(`the scene plays to its end: ${(problem as Error).message}`, false);
      throw problem;
    } finally {
      const seconds = (Date.now() - started) / 1000;
      this.outcomes.push({ title, seconds, held: this.held, failed: this.failed });
      this.progress(`${seconds.toFixed(1)} s`);
    }
  }

  /** A step that takes a moment. */
  public progress(text: string): void {
    this.write(this.color(DIM, `   ${text}`));
  }

  /** Something to look at: a message, a command. */
  public quote(text: string): void {
    for (const line of text.trimEnd().split('\n')) {
      this.write(this.color(DIM, `     | ${line}`));
    }
  }

  /** What the demo claims, and whether it is so. `seen` is said when it isn't. */
  public claim(text: string, holds: boolean, seen?: string): void {
    if (holds) {
      this.held += 1;
      this.write(`   ${this.color(GREEN, 'ok')}    ${text}`);
    } else {
      this.failed += 1;
      this.write(`   ${this.color(RED, 'FAIL')}  ${text}${seen === undefined ? '' : `; seen: ${seen}`}`);
    }
  }

  /** All scenes with their verdicts and times. */
  public summary(scenes: number): void {
    this.write(`\n${this.color(BOLD, 'Summary')}`);
    for (const [index, { title, seconds, held, failed }] of this.outcomes.entries()) {
      const verdict = failed ? this.color(RED, `${failed} FAILED`) : this.color(GREEN, `${held} hold`);
      this.write(`   ${index + 1}. ${title.padEnd(WIDTH)} ${seconds.toFixed(1).padStart(5)} s   ${verdict}`);
    }
    for (let index = this.outcomes.length; index < scenes; index++) {
      this.write(`   ${index + 1}. not played`);
    }
    const sum = (of: (outcome: Outcome) => number) => this.outcomes.reduce((total, outcome) => total + of(outcome), 0);
    const seconds = ((Date.now() - this.begun) / 1000).toFixed(0);
    this.write(`   ${sum(o => o.held)} claims hold, ${sum(o => o.failed)} failed; ${seconds} s`);
  }

  private write(line: string): void {
    if (!this.silent) {
      this.print(line);
    }
  }

  private color(code: string, text: string): string {
    return this.colored ? `\u001b[${code}m${text}\u001b[0m` : text;
  }
}
