import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from './report';
import { Aws, root } from '../harness/aws';
import { Cdk } from '../harness/cdk';
import { Engine } from '../harness/engine';
import { makeImage } from '../harness/images';
import type { Processes } from '../harness/processes';
import { RegistryClient } from '../harness/registry-client';
import type { PulledImage } from '../harness/registry-client';

/** The account that has the cache. */
export const CUSTOMER = '111122223333';
/** The account that plays Echo. */
export const VENDOR = '444455556666';
export const REGION = 'us-east-1';
/** The sample app's stack. */
export const STACK = 'EchoCache';
/** The host of the upstream. */
export const UPSTREAM = `${VENDOR}.dkr.ecr.${REGION}.amazonaws.com`;

/** What all scenes share. */
export class World {
  /** Starts an engine. */
  public static async begin(processes: Processes, python: string, report: Report): Promise<World> {
    const home = mkdtempSync(join(tmpdir(), 'ecr-cache-demo-'));
    try {
      const engine = await Engine.start(processes, python, { directory: home });
      return new World(processes, python, report, home, engine);
    } catch (problem) {
      rmSync(home, { recursive: true, force: true });
      throw problem;
    }
  }

  public readonly customer: Aws;
  public readonly vendor: Aws;
  public readonly cdk: Cdk;
  private developer?: Aws;

  private constructor(
    private readonly processes: Processes, private readonly python: string, public readonly report: Report,
    public readonly home: string, public readonly engine: Engine) {
    this.customer = new Aws(engine.endpoint, REGION, root(CUSTOMER));
    this.vendor = new Aws(engine.endpoint, REGION, root(VENDOR));
    this.cdk = new Cdk(processes, this.customer, home);
  }

  /** The vendor publishes an image for two platforms. Its digest. */
  public async publish(repository: string, tag: string): Promise<string> {
    const layout = join(this.home, 'images', repository, tag);
    await makeImage(this.processes, this.python, layout, tag, `${repository}:${tag}`);
    return this.engine.seed({ layout, account: VENDOR, region: REGION, repository, tag });
  }

  /** Pulls through the cache as the sample app's puller role. Rejects with PullRefused. */
  public async pull(repository: string, tag: string): Promise<PulledImage> {
    // the root of an account can't assume roles
    this.developer ??= await this.customer.user('developer', { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' });
    const puller = await this.developer.assume(this.cdk.outputs(STACK).PullerRole);
    return (await RegistryClient.login(puller)).pull(repository, tag);
  }

  /** Stops the engine and removes what was written. */
  public async end(): Promise<void> {
    await this.engine.stop();
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** What a pull that has to be refused was told; undefined when it was served. */
export async function refusal(pull: Promise<unknown>): Promise<string | undefined> {
  return pull.then(() => undefined, (problem: Error) => problem.message);
}
