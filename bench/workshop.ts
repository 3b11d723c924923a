import { execFile, execFileSync } from 'child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { promisify } from 'util';
import { buildSync } from 'esbuild';

export const repository = join(__dirname, '..');

const OUTPUT = { encoding: 'utf8', maxBuffer: 2 ** 28 } as const;

/** A folder in which the package as it ships is installed beside its peers, and programs that use it run on plain Node.js. */
export class Workshop {
  public readonly folder = mkdtempSync(join(tmpdir(), 'bench-'));
  /** The package as `npm install` unpacks it. */
  public readonly packageFolder = join(this.folder, 'node_modules', 'cdk-ecr-pull-through-cache');
  /** The file that is published. */
  public readonly tarball: string;

  public constructor() {
    execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', this.folder], { cwd: repository });
    this.tarball = join(this.folder, readdirSync(this.folder).find((name) => name.endsWith('.tgz'))!);
    mkdirSync(this.packageFolder, { recursive: true });
    execFileSync('tar', ['-xzf', this.tarball, '-C', this.packageFolder, '--strip-components=1']);
    for (const peer of ['aws-cdk-lib', 'constructs']) {
      symlinkSync(join(repository, 'node_modules', peer), join(this.folder, 'node_modules', peer));
    }
  }

  /** Compiles a program of this folder for plain Node.js, so that no figure has the cost of a compiler in it. It notes when it starts. */
  public compile(program: string): string {
    const outfile = join(this.folder, `${program.replace(/\W/g, '-')}.js`);
    buildSync({
      entryPoints: [join(__dirname, program)],
      outfile,
      bundle: true,
      packages: 'external',
      platform: 'node',
      target: 'node20',
      logLevel: 'error',
      // without the paths of ours, which lead to the sources instead of the package
      tsconfigRaw: {},
      banner: { js: 'globalThis.cpuAtStart = process.cpuUsage();' },
    });
    return outfile;
  }

  /** What a compiled program prints as JSON, in a process of its own. Options of Node.js may come before it. */
  public run<T>(...command: (string | number)[]): T {
    const printed = execFileSync(process.execPath, command.map(String), { ...OUTPUT, stdio: ['ignore', 'pipe', 'inherit'] });
    return JSON.parse(printed) as T;
  }

  /** What two compiled programs print, each in a process of its own, at the same time. */
  public async together<T>(one: readonly string[], other: readonly string[]): Promise<[T, T]> {
    const printed = async (command: readonly string[]) => {
      const { stdout } = await promisify(execFile)(process.execPath, command, OUTPUT);
      return JSON.parse(stdout) as T;
    };
    return Promise.all([printed(one), printed(other)]);
  }

  public dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
