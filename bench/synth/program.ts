import { mkdtempSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { App, Stack } from 'aws-cdk-lib';

declare global {
  /** The CPU time when the program began, noted before its first import. */
  var cpuAtStart: NodeJS.CpuUsage;
}

/** What one synth in a process of its own cost. */
export interface SynthRun {
  /** CPU time from the first line of the program to the end of the synth, in milliseconds. */
  readonly cpu: number;
  /** The most memory the process had, in bytes. */
  readonly peakMemory: number;
  readonly templates: readonly string[];
}

const ENV = { account: '111122223333', region: 'eu-central-1' };
export const UPSTREAM_ACCOUNT = '123456789012';

/** More with everything on don't fit into the 500 resources of a stack. */
export const MOST_IN_A_STACK = 25;

/** Builds an app of as many caches as the command line says, synthesizes it once, and prints what that cost. */
export function measureSynth(build: (stack: Stack, prefixes: readonly string[]) => void, mostInAStack = Infinity): void {
  const count = Number(process.argv[2]);
  const outdir = mkdtempSync(join(tmpdir(), 'synth-'));
  const app = new App({ outdir, analyticsReporting: false });
  const prefixes = Array.from({ length: count }, (_, at) => `cache-${at + 1}`);
  for (let from = 0; from < count; from += mostInAStack) {
    build(new Stack(app, `Stack${from}`, { env: ENV }), prefixes.slice(from, from + mostInAStack));
  }
  const assembly = app.synth();
  const { user, system } = process.cpuUsage(globalThis.cpuAtStart);
  const run: SynthRun = {
    cpu: (user + system) / 1000,
    peakMemory: process.resourceUsage().maxRSS * 1024,
    templates: assembly.stacks.map(({ templateFullPath }) => readFileSync(templateFullPath, 'utf8')),
  };
  rmSync(outdir, { recursive: true });
  process.stdout.write(JSON.stringify(run));
}
