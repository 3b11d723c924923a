import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

/** A file of this repository, by its path from the root. */
export const pathOf = (file: string) => join(ROOT, file);

export function textOf(file: string): string {
  return readFileSync(pathOf(file), 'utf8');
}
