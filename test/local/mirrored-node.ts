import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Ground } from './ground';
import type { Aws } from '../../local/harness/aws';
import { goProgram } from '../external/go-program';

/** A request of a pull, and whether it had the node's token in it. */
interface SeenRequest {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly auth: string;
  readonly status: number;
  readonly token: boolean;
}

/** What a pull came to. */
export interface Pull {
  readonly digest?: string;
  readonly failure?: string;
  readonly requests: readonly SeenRequest[];
}

/** What happens to a pull. */
export interface PullOptions {
  /** What kubelet passes as the login. */
  readonly login?: string;
  /** ECR's blobs are elsewhere. */
  readonly redirect?: boolean;
  /** ECR answers with this status. */
  readonly fault?: number;
  /** Another folder than the node's. */
  readonly folder?: string;
}

const PROVIDERS = '/etc/eks/image-credential-provider';
export const CERTS = '/etc/containerd/certs.d';

/** `containerd config dump`, what of it says how images are pulled: containerd 2.2, as nodeadm configures it. */
export const CONTAINERD = `version = 3

[plugins]
  [plugins.'io.containerd.cri.v1.images']
    snapshotter = 'overlayfs'
    disable_snapshot_annotations = true
    discard_unpacked_layers = true
    use_local_image_pull = false

    [plugins.'io.containerd.cri.v1.images'.registry]
      config_path = '${CERTS}'

  [plugins.'io.containerd.cri.v1.runtime']
    [plugins.'io.containerd.cri.v1.runtime'.containerd]
      default_runtime_name = 'runc'

      [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
        runtime_type = 'io.containerd.runc.v2'
        snapshotter = ''
`;

/** Builds a judge that is a program in Go. Its sums are pinned: a module that changed fails the build. */
export function goJudge(ground: Ground, folder: string, name: string = '.'): string {
  return goProgram(join('node-mirrors', folder), ground.path(folder), name);
}

/**
 * A node of EKS as far as mirrors concern it: a folder in the place of its root, the real `ecr-credential-provider`, and a shell. Its containerd is
 * the resolver of containerd 2.
 */
export class MirroredNode {
  private readonly root: string;

  constructor(
    private readonly ground: Ground,
    name: string,
    private readonly judges: { readonly resolver: string; readonly provider: string },
    private readonly aws: Aws,
    private readonly shell: string = 'sh',
  ) {
    this.root = ground.path(name);
    mkdirSync(this.path(PROVIDERS), { recursive: true });
    copyFileSync(judges.provider, this.path(`${PROVIDERS}/ecr-credential-provider`));
    this.program('systemctl', 'echo "$@" >> "$0.calls"');
    this.program('sleep', ':');
    this.containerd(CONTAINERD);
  }

  /** Where a file of the node is. */
  public path(path: string): string {
    return join(this.root, path);
  }

  public read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  public write(path: string, text: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
  }

  /** What systemctl was told. */
  public get systemctl(): string {
    return this.read('/bin/systemctl.calls');
  }

  /** Has `containerd config dump` print this. */
  public containerd(dump: string): void {
    this.write('/dump.toml', dump);
    this.program('containerd', `cat ${this.path('/dump.toml')}`);
  }

  /** Has the credential provider answer something else. */
  public provider(script: string): void {
    writeFileSync(this.path(`${PROVIDERS}/ecr-credential-provider`), `#!/bin/sh\n${script}\n`);
  }

  /** Runs the script of user data, as cloud-init does. */
  public install(userData: string): void {
    const script = /^Content-Type: text\/x-shellscript.*\n\n([^]*?)\n--/m.exec(userData)![1];
    this.expect(script.replace('file() {\n', `file() {\n  set -- "${this.root}$1" "$2"\n`));
  }

  /** Starts the unit that kubelet requires. What it says when it fails. */
  public boot(): string | undefined {
    const unit = this.read('/etc/systemd/system/ecr-mirrors.service');
    const [, check] = /^ExecStartPre=\/bin\/sh -c '(.*)'$/m.exec(unit)!;
    return this.run(check.replaceAll('/etc/', `${this.root}/etc/`)) ?? this.start(unit);
  }

  /** Runs the service of the timer. What it says when it fails. */
  public refresh(): string | undefined {
    return this.start(this.read('/etc/systemd/system/ecr-mirrors-refresh.service'));
  }

  /** Pulls an image by the files of the node. */
  public pull(image: string, { login = '', redirect = false, fault, folder = this.path(CERTS) }: PullOptions = {}): Pull {
    return JSON.parse(execFileSync(this.judges.resolver, [folder, image], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ENGINE: this.ground.engine.endpoint, LOGIN: login, TOKEN: this.token, REDIRECT: redirect ? 'yes' : '', FAULT: String(fault ?? 0) },
    })) as Pull;
  }

  /** Copies `certs.d` with each file changed. */
  public changed(name: string, change: (text: string) => string, host: (host: string) => string = one => one): string {
    const hosts = this.read('/etc/ecr-mirrors/mirrors').trim().split('\n').map(row => row.split(' ')[0]);
    hosts.forEach(one => this.write(`/${name}/${host(one)}/hosts.toml`, change(this.read(`${CERTS}/${one}/hosts.toml`))));
    return this.path(`/${name}`);
  }

  /** The login that kubelet would pass with `ecr-credential-provider`: `AWS:...`. */
  public get token(): string {
    const files = ['docker.io', 'quay.io'].map(host => this.path(`${CERTS}/${host}/hosts.toml`)).filter(existsSync);
    const [, token] = /Basic ([^"]+)"/.exec(files.map(file => readFileSync(file, 'utf8')).join()) ?? [];
    return token === undefined ? '' : Buffer.from(token, 'base64').toString();
  }

  /** Asks a credential provider as kubelet does. */
  public ask(name: string, image: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
    const request = { apiVersion: 'credentialprovider.kubelet.k8s.io/v1', kind: 'CredentialProviderRequest', image };
    return JSON.parse(execFileSync(this.path(`${PROVIDERS}/${name}`), args, {
      input: JSON.stringify(request), encoding: 'utf8', env: { ...this.environment, ...env }, stdio: ['pipe', 'pipe', 'ignore'],
    })) as { cacheKeyType: string; auth: Record<string, { username: string; password: string }> };
  }

  private start(unit: string): string | undefined {
    const [, args] = /^ExecStart=\/bin\/sh \/etc\/ecr-mirrors\/mirrors.sh (.*)$/m.exec(unit)!;
    this.write('/run.sh', this.read('/etc/ecr-mirrors/mirrors.sh').replaceAll('=/etc/', `=${this.root}/etc/`));
    this.containerd(this.read('/dump.toml').replaceAll(/(['"])\/etc\//g, `$1${this.root}/etc/`));
    return this.run(`${this.shell} ${this.path('/run.sh')} ${args}`);
  }

  /** What programs of the node have in their environment. */
  public get environment(): NodeJS.ProcessEnv {
    const { accessKeyId, secretAccessKey, sessionToken } = this.aws.credentials;
    return {
      PATH: `${this.path('/bin')}:${process.env.PATH}`,
      AWS_ENDPOINT_URL: this.ground.engine.endpoint,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    };
  }

  private run(script: string): string | undefined {
    const { status, stdout, stderr } = spawnSync(this.shell, ['-c', script], { encoding: 'utf8', env: this.environment });
    return status === 0 ? undefined : `${status}: ${stdout}${stderr}`;
  }

  private expect(script: string): void {
    const failure = this.run(script);
    if (failure !== undefined) {
      throw new Error(failure);
    }
  }

  private program(name: string, body: string): void {
    this.write(`/bin/${name}`, `#!/bin/sh\n${body}\n`);
    chmodSync(this.path(`/bin/${name}`), 0o755);
  }
}
