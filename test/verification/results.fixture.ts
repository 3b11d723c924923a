import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readRun } from './run';
import type { Run } from './run';

interface Case {
  readonly file: string;
  readonly name: string;
  readonly outcome?: 'failure' | 'error' | 'skipped';
}

/** A report as jest-junit writes it. */
export function junit(...cases: Case[]): string {
  const tests = cases.map(({ file, name, outcome }) => (
    `<testcase classname="${name}" name="${name}" time="0.1" file="${file}">${outcome ? `<${outcome}>why</${outcome}>` : ''}</testcase>`));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="jest tests" tests="${cases.length}"><testsuite name="suite">${tests.join('\n')}</testsuite></testsuites>`;
}

/** What `.ci/run` would have kept, by the files in it. */
export function kept(files: { [file: string]: string }): Run {
  const folder = mkdtempSync(join(tmpdir(), 'results-'));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return readRun(folder);
}
