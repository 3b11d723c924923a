import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { freePort } from '../../../../local/harness/http';
import { Processes } from '../../../../local/harness/processes';
import { eventually } from '../../../../local/harness/wait';
import { debianPackage } from '../../debian-package';
import { goProgram } from '../../go-program';

/** What kubectl said. */
export interface Said {
  readonly code: number | null;
  readonly output: string;
  /** Errors, and the warnings of the API server. */
  readonly errors: string;
}

/** A kube-apiserver on Debian's etcd, and kubectl. There is no node and no controller, since the API server alone admits Pods. */
export class Cluster {
  public static async start(): Promise<Cluster> {
    const cluster = new Cluster(mkdtempSync(join(tmpdir(), 'cluster-')));
    try {
      const etcd = await cluster.startEtcd();
      await cluster.startServer(etcd);
      return cluster;
    } catch (error) {
      await cluster.end();
      throw error;
    }
  }

  private readonly processes = new Processes();
  private readonly kubectlProgram: string;

  private constructor(private readonly home: string) {
    this.kubectlProgram = goProgram('clusters/kubernetes', this.path('kubectl'), 'k8s.io/kubernetes/cmd/kubectl');
  }

  /** Asks the API server by kubectl. */
  public async kubectl(args: readonly string[], input: string = ''): Promise<Said> {
    const child = this.processes.start(this.kubectlProgram, args, {
      env: { PATH: process.env.PATH, HOME: this.home, KUBECONFIG: this.path('kubeconfig'), NO_PROXY: '127.0.0.1' },
    });
    child.stdin!.end(input);
    const code = new Promise<number | null>(resolve => child.once('close', resolve));
    const [output, errors] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
    return { code: await code, output, errors };
  }

  /** As `kubectl()`, and it has to succeed. */
  public async done(args: readonly string[], input?: string): Promise<string> {
    const { code, output, errors } = await this.kubectl(args, input);
    if (code !== 0) { throw new Error(`kubectl ${args.join(' ')}: ${errors}`); }
    return output;
  }

  /** The audit log. */
  public get audit(): string {
    return readFileSync(this.path('audit.log'), 'utf8');
  }

  public async end(): Promise<void> {
    await this.processes.stopAll();
    rmSync(this.home, { recursive: true, force: true });
  }

  private path(name: string): string {
    return join(this.home, name);
  }

  private write(name: string, content: string): string {
    writeFileSync(this.path(name), content);
    return this.path(name);
  }

  private async startEtcd(): Promise<string> {
    const folder = debianPackage('etcd-server', this.path('debian'));
    const [clients, peers] = [await freePort(), await freePort()].map(port => `http://127.0.0.1:${port}`);
    this.start('etcd', join(folder, 'usr', 'bin', 'etcd'), [
      '--data-dir', this.path('etcd'), '--listen-client-urls', clients, '--advertise-client-urls', clients, '--listen-peer-urls', peers,
      '--initial-advertise-peer-urls', peers, '--initial-cluster', `default=${peers}`, '--log-level', 'error',
    ]);
    return clients;
  }

  private async startServer(etcd: string): Promise<void> {
    const server = goProgram('clusters/kubernetes', this.path('kube-apiserver'), 'k8s.io/kubernetes/cmd/kube-apiserver');
    const port = await freePort(), token = randomUUID();
    const { publicKey, privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const audited = { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules: [{ level: 'Metadata', resources: [{ group: '', resources: ['pods'] }] }, { level: 'None' }] };
    const said = this.start('kube-apiserver', server, [
      `--etcd-servers=${etcd}`, '--bind-address=127.0.0.1', '--advertise-address=127.0.0.1', `--secure-port=${port}`, `--cert-dir=${this.path('certs')}`,
      '--endpoint-reconciler-type=none', '--service-cluster-ip-range=10.0.0.0/24', '--authorization-mode=AlwaysAllow',
      `--token-auth-file=${this.write('tokens.csv', `${token},admin,admin,"system:masters"\n`)}`,
      '--service-account-issuer=https://kubernetes.default.svc', `--service-account-key-file=${this.write('accounts.pub', publicKey)}`,
      `--service-account-signing-key-file=${this.write('accounts.key', privateKey)}`,
      // accounts are made by a controller
      '--disable-admission-plugins=ServiceAccount',
      `--audit-policy-file=${this.write('audit.json', JSON.stringify(audited))}`, `--audit-log-path=${this.path('audit.log')}`,
    ]);
    this.write('kubeconfig', JSON.stringify({
      'apiVersion': 'v1',
      'kind': 'Config',
      'clusters': [{ name: 'here', cluster: { 'server': `https://127.0.0.1:${port}`, 'certificate-authority': this.path('certs/apiserver.crt') } }],
      'users': [{ name: 'admin', user: { token } }],
      'contexts': [{ name: 'here', context: { cluster: 'here', user: 'admin' } }],
      'current-context': 'here',
    }));
    await eventually('kube-apiserver is ready', async () => {
      if (said.ended) { throw new Error(said.lines.slice(-20).join('')); }
      return (await this.kubectl(['get', '--raw', '/readyz'])).code === 0 && (await this.kubectl(['get', 'namespace', 'default', 'kube-system'])).code === 0;
    }, 120);
  }

  private start(name: string, program: string, args: readonly string[]): { readonly lines: string[]; ended: boolean } {
    const said = { lines: [] as string[], ended: false };
    const child = this.processes.start(program, args, { cwd: this.home, env: { PATH: process.env.PATH, HOME: this.home, NO_PROXY: '127.0.0.1' } });
    child.stdout!.resume();
    child.stderr!.on('data', (part: Buffer) => said.lines.push(part.toString()));
    child.once('error', error => said.lines.push(`${name}: ${error.message}`));
    child.once('exit', () => { said.ended = true; });
    return said;
  }
}
