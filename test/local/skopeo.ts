import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ground } from './ground';
import type { Finished } from '../../local/harness/processes';

/** skopeo, a registry client that knows nothing of this repository. */
export class Skopeo {
  private pulls = 0;

  constructor(private readonly ground: Ground) {}

  /** Copies an image with all its platforms out of a layout to `host:port/repository:tag`. */
  public async push(layout: string, tag: string, destination: string, credentials?: string): Promise<void> {
    await this.expect('copy', '--all', '--dest-tls-verify=false', ...credentials ? ['--dest-creds', credentials] : [], `oci:${layout}:${tag}`, `docker://${destination}`);
  }

  /** The digest that a registry has for `host:port/repository:tag`, as skopeo calculates it. */
  public async digestOf(image: string): Promise<string> {
    return this.expect('inspect', '--tls-verify=false', '--format', '{{.Digest}}', `docker://${image}`);
  }

  /** Pulls an image with all its platforms. The digest of what arrived, or how it failed. */
  public async pull(image: string, credentials?: string): Promise<{ digest?: string; failure?: string }> {
    const target = this.ground.path(`pulled-${++this.pulls}`);
    const { code, output } = await this.run(
      'copy', '--all', '--src-tls-verify=false', ...credentials ? ['--src-creds', credentials] : [], `docker://${image}`, `oci:${target}:pulled`);
    if (code !== 0) {
      return { failure: output };
    }
    const { manifests } = JSON.parse(readFileSync(join(target, 'index.json'), 'utf8')) as { manifests: { digest: string }[] };
    return { digest: manifests[0].digest };
  }

  private async expect(...args: string[]): Promise<string> {
    const { code, output } = await this.run(...args);
    if (code !== 0) {
      throw new Error(`skopeo ${args.join(' ')}: ${output}`);
    }
    return output.trim();
  }

  private async run(...args: string[]): Promise<Finished> {
    // its credentials come by the command line, not from a file of the user's
    return this.ground.processes.run('skopeo', ['--insecure-policy', ...args], {
      env: { ...process.env, REGISTRY_AUTH_FILE: this.ground.path('no-auth.json'), XDG_RUNTIME_DIR: this.ground.home },
    });
  }
}
