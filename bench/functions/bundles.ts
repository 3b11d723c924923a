import { readdirSync, readFileSync } from 'fs';
import { basename, dirname, join } from 'path';
import type { ColdRequire } from './cold-require.child';
import { inLambda } from './lambda';
import { median } from '../statistics';
import type { Workshop } from '../workshop';

/** How often each is loaded, in a process of its own. */
export const LOADS = 5;

/** A function as it ships. */
export interface Bundle extends ColdRequire {
  readonly name: string;
  readonly bytes: number;
  readonly clients: readonly string[];
}

/** Where the bundle of a function is. */
export function bundleOf(workshop: Workshop, name: string): string {
  return files(workshop).find((file) => nameOf(file) === name)!;
}

/** All functions that ship, and what it takes to load them. */
export async function bundles(workshop: Workshop): Promise<Bundle[]> {
  const program = workshop.compile('functions/cold-require.child.ts');
  const measured: Bundle[] = [];
  for (const file of files(workshop)) {
    const code = readFileSync(file, 'utf8');
    const clients = [...code.matchAll(/require\("(@aws-sdk\/[^"]+)"\)/g)].map(([, client]) => client);
    const loads: ColdRequire[] = [];
    for (let load = 0; load < LOADS; load += 1) {
      loads.push(await inLambda<ColdRequire>(program, { bundle: file, clients }));
    }
    measured.push({
      name: nameOf(file),
      bytes: Buffer.byteLength(code),
      clients,
      sdkMilliseconds: median(loads.map(({ sdkMilliseconds }) => sdkMilliseconds)),
      bundleMilliseconds: median(loads.map(({ bundleMilliseconds }) => bundleMilliseconds)),
    });
  }
  return measured;
}

function files(workshop: Workshop): string[] {
  return (readdirSync(join(workshop.packageFolder, 'assets'), { recursive: true }) as string[])
    .filter((file) => basename(file) === 'index.js')
    .sort()
    .map((file) => join(workshop.packageFolder, 'assets', file));
}

function nameOf(file: string): string {
  return basename(dirname(file), '.lambda');
}
