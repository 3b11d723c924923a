import { execFileSync } from 'child_process';
import { readFileSync } from 'fs';
import { join } from 'path';
import type { Parts } from './parsers';
import { repository } from '../workshop';

const PROGRAM = join(repository, 'test', 'oracles', 'image-reference');
const MODULE = 'github.com/distribution/reference';

/** Go's reference parser, which Docker, containerd and Kubernetes use. */
export class GoReference {
  public readonly name: string;
  private readonly binary: string;

  public constructor(folder: string) {
    this.binary = join(folder, 'image-reference');
    execFileSync(process.env.GO ?? 'go', ['build', '-mod=readonly', '-buildvcs=false', '-o', this.binary, '.'], {
      cwd: PROGRAM,
      env: { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '', CGO_ENABLED: '0' },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const [version] = readFileSync(join(PROGRAM, 'go.mod'), 'utf8').match(new RegExp(`(?<=${MODULE} )v\\S+`))!;
    this.name = `${MODULE} ${version}`;
  }

  /** The parts of each text; nothing where Go refuses it. */
  public parts(texts: readonly string[]): (Parts | undefined)[] {
    return this.lines(texts).map((line) => {
      const { accepted, registry, repository: path, tag, digest } = JSON.parse(line) as Parts & { readonly accepted: boolean };
      return accepted ? { registry, repository: path, tag, digest } : undefined;
    });
  }

  /** Microseconds a text, of each of some benchmarks. */
  public microseconds(texts: readonly string[]): number[] {
    return this.lines(texts, 'benchmark').map((line) => Number(line) / 1000);
  }

  private lines(texts: readonly string[], ...mode: string[]): string[] {
    const input = texts.map((text) => `${JSON.stringify(text)}\n`).join('');
    return execFileSync(this.binary, mode, { input, encoding: 'utf8', maxBuffer: 2 ** 28 }).trimEnd().split('\n');
  }
}
