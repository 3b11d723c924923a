import { LOCAL } from './paths';
import type { Processes } from './processes';

/** Adds a small image for two platforms to an OCI layout. The digest of its index; another content has another digest. */
export async function makeImage(processes: Processes, python: string, layout: string, tag: string, content = 'hello'): Promise<string> {
  const told = await processes.expect(python, ['-m', 'upstream', 'make', layout, '--tag', tag, '--content', content], { cwd: LOCAL });
  return told.trim();
}
