import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Aws, root } from '../../local/harness/aws';
import { Cdk } from '../../local/harness/cdk';
import { Engine } from '../../local/harness/engine';
import type { EngineOptions } from '../../local/harness/engine';
import { makeImage } from '../../local/harness/images';
import { Processes } from '../../local/harness/processes';
import { preparedPython } from '../../local/harness/python';
import { RegistryClient } from '../../local/harness/registry-client';
import type { PulledImage, PullRefused } from '../../local/harness/registry-client';

export const REGION = 'us-east-1';

// deployments by the CLI and starts of engines on two busy cores
jest.setTimeout(180_000);

/** An engine of its own for a test file, the CDK CLI, and a directory for what they write. */
export class Ground {
  /** Starts an engine and bootstraps accounts for the CDK. */
  public static async prepare(accounts: readonly string[], options: EngineOptions = {}): Promise<Ground> {
    const processes = new Processes();
    const home = mkdtempSync(join(tmpdir(), 'ecr-cache-e2e-'));
    const python = await preparedPython(processes);
    const ground = new Ground(processes, python, home, await Engine.start(processes, python, { directory: home, ...options }));
    for (const account of accounts) {
      await ground.cdk(account).expectBootstrap(account);
    }
    return ground;
  }

  private assemblies = 0;

  private constructor(
    public readonly processes: Processes, public readonly python: string, public readonly home: string, public engine: Engine) {}

  /** AWS as the root of an account sees it. */
  public aws(account: string): Aws {
    return new Aws(this.engine.endpoint, REGION, root(account));
  }

  /** The CDK CLI with the credentials of an account's root. */
  public cdk(account: string): BootstrappingCdk {
    return new BootstrappingCdk(this.processes, this.aws(account), this.home);
  }

  /** Synthesizes an app. The directory of its assembly. */
  public synth(build: (app: App) => void): string {
    const outdir = join(this.home, `assembly-${++this.assemblies}`);
    const app = new App({ outdir, analyticsReporting: false });
    build(app);
    app.synth();
    return outdir;
  }

  /** A directory that doesn't exist yet. */
  public path(name: string): string {
    return join(this.home, name);
  }

  /** A layout with an image for two platforms, and its digest. */
  public async image(name: string, tag: string, content = `${name}:${tag}`): Promise<{ layout: string; digest: string }> {
    const layout = this.path(`layouts/${name}`);
    return { layout, digest: await makeImage(this.processes, this.python, layout, tag, content) };
  }

  /** A user of an account who may assume any role that trusts the account. */
  public async developer(account: string): Promise<Aws> {
    return this.aws(account).user('developer', { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' });
  }

  /** Starts an engine again on the port of the one that ended. */
  public async startAgain(): Promise<void> {
    this.engine = await Engine.start(this.processes, this.python, { directory: this.home, port: this.engine.port });
  }

  public async end(): Promise<void> {
    await this.processes.stopAll();
    rmSync(this.home, { recursive: true, force: true });
  }
}

class BootstrappingCdk extends Cdk {
  public async expectBootstrap(account: string): Promise<void> {
    const { code, output } = await this.bootstrap(account);
    if (code !== 0) {
      throw new Error(output);
    }
  }
}

/** Pulls as a role does, after a fresh login. */
export async function pullAs(developer: Aws, roleArn: string, repository: string, tag: string, registry?: string): Promise<PulledImage> {
  return (await RegistryClient.login(await developer.assume(roleArn), registry)).pull(repository, tag);
}

/** The refusal of a pull; fails when it is served. */
export async function refused(pull: Promise<PulledImage>): Promise<PullRefused> {
  return pull.then(
    ({ digest }) => { throw new Error(`expected a refusal, got ${digest}`); },
    (problem: PullRefused) => problem,
  );
}
