import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../../../local/harness/wait';
import type { Ground } from '../../../local/ground';

/** The programs of BuildKit, and Debian's runc. */
export interface Programs {
  readonly buildkitd: string;
  readonly buildx: string;
  readonly runc: string;
}

/** What to build, and how. */
export interface BuildOptions {
  /** Files of the build context, besides the Dockerfile. */
  readonly files?: Record<string, string | Buffer>;
  /** As `buildContexts` has them. */
  readonly contexts?: { readonly [name: string]: string };
  /** More arguments of `docker buildx build`. */
  readonly args?: readonly string[];
}

/** What a build came to: the files of the image that are text, and what was said. */
export interface Built {
  readonly code: number | null;
  readonly output: string;
  readonly files: Record<string, string>;
}

/** A buildkitd as root, and Docker's buildx. */
export class Builder {
  /**
   * @param name of a folder of its own
   * @param environment of both, such as a proxy
   * @param configuration more of buildkitd.toml
   */
  public static async start(
    ground: Ground, name: string, programs: Programs, environment: NodeJS.ProcessEnv, configuration: string): Promise<Builder> {
    const builder = new Builder(ground, ground.path(name), programs, { ...process.env, ...environment });
    await builder.startDaemon(configuration);
    return builder;
  }

  private builds = 0;

  private constructor(
    private readonly ground: Ground,
    private readonly home: string,
    private readonly programs: Programs,
    private readonly environment: NodeJS.ProcessEnv,
  ) {
    mkdirSync(join(home, 'docker'), { recursive: true });
  }

  /** Logs in as `docker login` does, or out. */
  public login(registry: string, userAndPassword?: string): void {
    const auths = userAndPassword === undefined ? {} : { [registry]: { auth: Buffer.from(userAndPassword).toString('base64') } };
    writeFileSync(join(this.home, 'docker', 'config.json'), JSON.stringify({ auths }));
  }

  public async build(dockerfile: string, { files = {}, contexts = {}, args = [] }: BuildOptions = {}): Promise<Built> {
    const folder = join(this.home, `build-${++this.builds}`), context = join(folder, 'context'), out = join(folder, 'out');
    mkdirSync(context, { recursive: true });
    Object.entries({ Dockerfile: dockerfile, ...files }).forEach(([name, content]) => writeFileSync(join(context, name), content, { mode: 0o755 }));
    const named = Object.entries(contexts).flatMap(([name, source]) => ['--build-context', `${name}=${source}`]);
    const target = args.includes('--output') ? [] : ['--output', `type=local,dest=${out}`];
    const { code, output } = await this.buildx(['build', '--no-cache', '--progress', 'plain', '--provenance=false', ...target, ...named, ...args, context]);
    return { code, output, files: code === 0 && target.length > 0 ? textsOf(out) : {} };
  }

  private async startDaemon(configuration: string): Promise<void> {
    const socket = join(this.home, 'buildkitd.sock'), file = join(this.home, 'buildkitd.toml');
    writeFileSync(file, `root = "${join(this.home, 'root')}"
[grpc]
  address = ["unix://${socket}"]
[worker.containerd]
  enabled = false
[worker.oci]
  enabled = true
  snapshotter = "native"
  binary = "${this.programs.runc}"
${configuration}`);
    const child = this.ground.processes.start(this.programs.buildkitd, ['--config', file], { env: this.environment });
    let said = '';
    child.stdout!.resume();
    child.stderr!.on('data', (part: Buffer) => { said += part.toString(); });
    await eventually('buildkitd is ready', async () => {
      if (child.exitCode !== null) { throw new Error(said); }
      return said.includes('running server on');
    }, 60);
    const { code, output } = await this.buildx(['create', '--name', 'judge', '--driver', 'remote', '--use', `unix://${socket}`]);
    if (code !== 0) { throw new Error(output); }
  }

  private async buildx(args: readonly string[]) {
    return this.ground.processes.run(this.programs.buildx, args, {
      env: { ...this.environment, HOME: this.home, DOCKER_CONFIG: join(this.home, 'docker'), BUILDX_CONFIG: join(this.home, 'buildx') },
    });
  }
}

/** The files at the top of a folder, and of the folders of several platforms. */
function textsOf(folder: string, below: string = ''): Record<string, string> {
  return Object.assign({}, ...readdirSync(join(folder, below), { withFileTypes: true }).map(entry => {
    const name = join(below, entry.name);
    return entry.isFile() ? { [name]: readFileSync(join(folder, name), 'utf8').trim() } : /^linux_/.test(entry.name) ? textsOf(folder, name) : {};
  })) as Record<string, string>;
}
