import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..', '..', '..');

/** The tools of others, and copies of our module and component to use them on. */
export class Tools {
  /** Three minutes without Go's build cache. */
  public static build(): Tools {
    const directory = mkdtempSync(join(tmpdir(), 'parity-'));
    const run = (command: string, ...args: string[]) => execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    run('bash', join(ROOT, 'test', 'external', 'terraform', 'build.sh'), join(directory, 'terraform'));
    const tools = new Tools(directory);
    cpSync(join(ROOT, 'pulumi', 'ecr-pullthrough-cache'), tools.pulumiComponent, { recursive: true, filter: path => !path.includes('node_modules') });
    run('npm', '--prefix', tools.pulumiComponent, 'ci', '--silent', '--no-audit', '--no-fund');
    cpSync(join(ROOT, 'terraform', 'ecr-pullthrough-cache'), tools.terraformModule, { recursive: true });
    return tools;
  }

  public readonly tofu: string;
  public readonly terraformModule: string;
  public readonly pulumiComponent: string;

  private constructor(private readonly directory: string) {
    this.tofu = join(directory, 'terraform', 'tofu');
    this.terraformModule = join(directory, 'module');
    this.pulumiComponent = join(directory, 'component');
  }

  public remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
