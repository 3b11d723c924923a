import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { runProgram } from './program';

/**
 * Builds a program in Go. The sums are pinned: a module that changed or a toolchain that isn't here fails the build.
 *
 * @param module the folder of its module, below this one
 * @param binary where it goes
 * @param name its package in another module; the folder's own by default
 * @returns where it is: in the folder that `GO_PROGRAMS` names, when it was built there already, which saves minutes
 */
export function goProgram(module: string, binary: string, name: string = '.'): string {
  const built = join(process.env.GO_PROGRAMS ?? '', basename(name));
  if (process.env.GO_PROGRAMS !== undefined && name !== '.' && existsSync(built)) { return built; }
  runProgram('go', ['build', '-mod=readonly', '-buildvcs=false', '-o', binary, name], {
    cwd: join(__dirname, module),
    env: { ...process.env, GOTOOLCHAIN: 'local', CGO_ENABLED: '0' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return binary;
}
