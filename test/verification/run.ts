import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testsOf } from './junit';
import type { TestResult } from './junit';
import type { Tried } from '../tried';

/** What one step of `.ci/run` left behind. */
interface StepResults {
  readonly tests: TestResult[];
  /** What the tests noted that they had asked their judge about. */
  readonly tried: Tried[];
  /** Lines of the step's output and of the logs of its checks, without their indentation. */
  readonly lines: string[];
}

/** The results of a run, by the names of steps in `.ci/run`. */
export interface Run {
  step(name: string): StepResults;
}

const NOTHING: StepResults = { tests: [], tried: [], lines: [] };

/** The folder that `.ci/run` keeps for a step: its `step` function makes the same name. */
function folderOf(step: string): string {
  return step.replace(/[^A-Za-z0-9]/g, '-');
}

/** Reads what `.ci/run` kept in a folder. A step that isn't there has no results. */
export function readRun(folder: string): Run {
  if (!existsSync(folder)) {
    throw new Error(`got no folder ${folder}, expected the one that CI_RESULTS named in a run of .ci/run: run it first`);
  }
  const read = new Map<string, StepResults>();
  return {
    step: name => {
      const kept = join(folder, folderOf(name));
      if (!read.has(name)) {
        read.set(name, existsSync(kept) ? resultsIn(kept) : NOTHING);
      }
      return read.get(name)!;
    },
  };
}

function resultsIn(folder: string): StepResults {
  const texts = (pattern: RegExp) => readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => pattern.test(name)).sort().map(name => readFileSync(join(folder, name), 'utf8'));
  return {
    // jest-junit puts a unique part behind the ending
    tests: texts(/\.xml(-[^/]*)?$/).flatMap(testsOf),
    tried: texts(/^tried\.jsonl$/).flatMap(linesOf).map(line => JSON.parse(line) as Tried),
    lines: texts(/\.(log|txt)$/).flatMap(linesOf),
  };
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/).map(line => line.trim()).filter(line => line !== '');
}
