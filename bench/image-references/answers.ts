import { Worker } from 'worker_threads';
import type { Answered, Asked } from './answers.child';
import type { Parts } from './parsers';

/** The most CPU time that a parser has for a text; the clock would blame it for a busy machine. */
export const MOST_MILLISECONDS = 250;

/** What a parser makes of a text: parts, a refusal, or nothing in time. */
export type Answer = { readonly inTime: false } | { readonly inTime: true; readonly parts?: Parts };

/** The answers of a parser, in a thread that is ended where it stays too long; another one goes on behind that text. */
export async function answersOf(program: string, parser: string, texts: readonly string[]): Promise<Answer[]> {
  const answers: Answer[] = [];
  while (answers.length < texts.length) {
    answers.push(...await oneThread(program, { parser, texts: texts.slice(answers.length) }));
    if (answers.length < texts.length) { answers.push({ inTime: false }); }
  }
  return answers;
}

/** The answers up to the first that doesn't come in time. */
async function oneThread(program: string, asked: Asked): Promise<Answer[]> {
  const answers: Answer[] = [];
  const worker = new Worker(program, { workerData: asked, execArgv: [] });
  try {
    await new Promise<void>((resolve, reject) => {
      let watch: NodeJS.Timeout | undefined;
      let since = process.cpuUsage();
      const look = () => {
        const then = since;
        // An answer that came while this process was kept from running is delivered first.
        setImmediate(() => {
          if (since !== then) { return; }
          const left = MOST_MILLISECONDS - spentSince(since);
          if (left <= 0) { return resolve(); }
          watch = setTimeout(look, left);
        });
      };
      worker.on('error', reject);
      worker.on('message', ({ index, parts }: Answered) => {
        clearTimeout(watch);
        since = process.cpuUsage();
        if (index !== undefined) { answers.push({ inTime: true, parts }); }
        if (answers.length === asked.texts.length) { return resolve(); }
        watch = setTimeout(look, MOST_MILLISECONDS);
      });
    });
  } finally {
    await worker.terminate();
  }
  return answers;
}

/** Milliseconds, of all threads: the one that waits needs next to none. */
function spentSince(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}
