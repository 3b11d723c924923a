import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';

/** How many things a test asked its judge about. */
export interface Tried {
  readonly file: string;
  readonly test: string;
  readonly what: string;
  readonly count: number;
}

/** Notes what was tried within one test, for docs/verification.md. Does nothing unless `.ci/run` keeps results, and says where. */
export function tried(what: string, count: number): void {
  const notes = process.env.CI_TRIED;
  if (notes) {
    const { testPath, currentTestName } = expect.getState();
    const note: Tried = { file: relative(process.cwd(), testPath!), test: currentTestName!, what, count };
    appendFileSync(notes, `${JSON.stringify(note)}\n`);
  }
}
