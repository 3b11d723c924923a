import { join } from 'node:path';

/** The root of the repository. */
export const ROOT = join(__dirname, '..', '..');

/** Where the engine and its upstream live: the working directory of their processes. */
export const LOCAL = join(ROOT, 'local');

/** A tool that npm installed. */
export function tool(...path: string[]): string {
  return join(ROOT, 'node_modules', ...path);
}
