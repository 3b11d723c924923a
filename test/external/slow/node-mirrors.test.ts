import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MirroredGround, REGISTRY } from '../../local/mirrored-ground';
import { MirroredNetwork } from '../../local/mirrored-network';
import { CERTS, goJudge } from '../../local/mirrored-node';
import type { MirroredNode } from '../../local/mirrored-node';
import { debianPackage } from '../debian-package';

/** A containerd that runs. */
interface Containerd {
  readonly socket: string;
  readonly stop: () => Promise<void>;
}

let mirrored: MirroredGround;
let network: MirroredNetwork;
let cri: string;
let runs = 0;

beforeAll(async () => {
  mirrored = await MirroredGround.prepare();
  network = await MirroredNetwork.start(mirrored.ground, REGISTRY);
  cri = goJudge(mirrored.ground, 'cri');
}, 900_000);

afterAll(async () => {
  network?.end();
  await mirrored?.end();
});

const debianContainerd = () => join(debianPackage('containerd', mirrored.ground.path('debian')), 'usr', 'bin', 'containerd');

const DEBIAN = "Debian's containerd";
const VERSIONS: [string, () => string, (certs: string) => string][] = [
  [DEBIAN, debianContainerd, certs => `version = 2
disabled_plugins = ["io.containerd.internal.v1.opt"]
[plugins."io.containerd.grpc.v1.cri"]
  disable_apparmor = true
  stream_server_port = "0"
[plugins."io.containerd.grpc.v1.cri".containerd]
  snapshotter = "native"
  discard_unpacked_layers = true
[plugins."io.containerd.grpc.v1.cri".registry]
  config_path = "${certs}"
`],
  ['the containerd of EKS', () => goJudge(mirrored.ground, 'containerd', 'github.com/containerd/containerd/v2/cmd/containerd'), certs => `version = 3
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.nri.v1.nri"]
[plugins."io.containerd.cri.v1.images"]
  snapshotter = "native"
  discard_unpacked_layers = true
[plugins."io.containerd.cri.v1.images".registry]
  config_path = "${certs}"
`],
];

describe.each(VERSIONS)('%s', (name, binary, configured) => {
  let containerd: string;
  beforeAll(() => { containerd = binary(); }, 900_000);

  /** A file of configuration. */
  function configuration(at: string, text: string): string {
    const file = mirrored.ground.path(at);
    writeFileSync(file, text);
    return file;
  }

  async function start(certs: string): Promise<Containerd> {
    const home = mirrored.ground.path(`containerd-${++runs}`);
    mkdirSync(home);
    const socket = join(home, 'containerd.sock');
    const file = configuration(`containerd-${runs}.toml`, configured(certs).replace('\n', `
root = "${home}/root"
state = "${home}/state"
`).concat(`[grpc]\n  address = "${socket}"\n`));
    const child = mirrored.ground.processes.start(containerd, ['--config', file], { env: { ...process.env, ...network.environment } });
    let said = '';
    child.stderr!.on('data', (part: Buffer) => { said += part.toString(); });
    for (let tries = 0; !said.includes('containerd successfully booted'); tries++) {
      if (tries > 100) { throw new Error(said); }
      await new Promise(resolve => setTimeout(resolve, 200));
    }
    return { socket, stop: () => mirrored.ground.processes.stop(child) };
  }

  /** Pulls by the runtime interface: what became of it, whom it asked, and whether the node's token reached anybody but ECR. */
  async function pull({ socket }: Containerd, image: string, login = '') {
    const { code, output } = await mirrored.ground.processes.run(cri, [socket, image], { env: { ...process.env, LOGIN: login } });
    return { pulled: code === 0, output, ...network.forget() };
  }

  /** Runs a containerd over a folder of files, then stops it. */
  async function over<T>(certs: string, use: (running: Containerd) => Promise<T>): Promise<T> {
    const running = await start(certs);
    try {
      return await use(running);
    } finally {
      await running.stop();
    }
  }

  function node(way: 'token' | 'fallback' = 'token'): MirroredNode {
    const started = mirrored.startedNode(way);
    network.token = started.token;
    network.fault = undefined;
    network.redirect = false;
    network.forget();
    return started;
  }

  test('pulls unchanged names, also where blobs are elsewhere', async () => {
    const certs = node().path(CERTS);
    await over(certs, async running => {
      expect(await pull(running, 'docker.io/library/web:1.0')).toMatchObject({ pulled: true, hosts: [REGISTRY], leaked: false });
      network.redirect = true;
      expect(await pull(running, 'docker.io/acme/redirected:1.0')).toMatchObject({
        pulled: true, hosts: [REGISTRY, 'blobs.example.com'], leaked: false,
      });
    });
  }, 300_000);

  test.each([403, 404, 503])('asks nobody but the cache when that answers %d, whatever kubelet passes', async fault => {
    const started = node();
    await over(started.path(CERTS), async running => {
      network.fault = fault;
      expect(await pull(running, 'docker.io/acme/missing:1', started.token)).toMatchObject({ pulled: false, hosts: [REGISTRY], leaked: false });
    });
  }, 300_000);

  const attacks: [string, string, (started: MirroredNode) => string, 'token' | 'fallback'][] = [
    ['a fallback', 'docker.io/acme/missing:1', started => started.path(CERTS), 'fallback'],
    ['a host without a file', 'ghcr.io/acme/missing:1', started => started.path(CERTS), 'token'],
    ['a file that is no TOML', 'docker.io/acme/missing:1', started => started.changed('broken', text => text.slice(0, 40)), 'token'],
    ['a folder in another case', 'docker.io/acme/missing:1', started => started.changed('case', text => text, host => host.toUpperCase()), 'token'],
    ['a folder that is missing', 'docker.io/acme/missing:1', started => started.path('/nothing'), 'token'],
    ['a name with a port', 'docker.io:443/acme/missing:1', started => started.path(CERTS), 'token'],
  ];

  test.each(attacks)("by %s the upstream's collector gets kubelet's login, and never the token in the file", async (_, image, folder, way) => {
    const started = node(way);
    await over(folder(started), async running => {
      network.fault = 404;
      expect(await pull(running, image)).toMatchObject({ hosts: expect.arrayContaining(['collector.example.com']), leaked: false });
      expect(await pull(running, image, started.token)).toMatchObject({ leaked: true });
    });
  }, 300_000);

  test('needs a host entry beside the server, since containerd 1 takes a server alone for the upstream', async () => {
    const started = node();
    await over(started.changed('server', text => text.slice(0, text.indexOf('[host.'))), async running => {
      network.fault = 404;
      const { hosts, leaked } = await pull(running, 'docker.io/acme/missing:1');
      expect({ upstream: hosts.some(host => host !== REGISTRY), leaked }).toEqual({ upstream: name === DEBIAN, leaked: false });
    });
  }, 300_000);

  test('the check before kubelet reads the configuration that it dumps', () => {
    const started = node();
    const dump = (certs: string, change = (text: string) => text) => {
      const file = configuration(`dumped-${++runs}.toml`, change(configured(certs).replace('native', 'overlayfs')));
      return execFileSync(containerd, ['--config', file, 'config', 'dump'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    };
    const booted = (text: string) => {
      started.containerd(text);
      return started.boot();
    };
    expect(booted(dump(CERTS))).toBeUndefined();
    expect(booted(dump(`${CERTS}:/etc/docker/certs.d`))).toBeUndefined();
    expect(booted(dump('/etc/docker/certs.d'))).toContain("got '");
    expect(booted(dump(CERTS, text => text.replace('"overlayfs"', '"soci"')))).toContain('got the snapshotter soci');
  });
});

describe("kubelet's own lookup", () => {
  test('asks for a login for the mirrored hosts and those of ECR, and for no others', () => {
    const kubelet = goJudge(mirrored.ground, 'kubelet');
    const started = mirrored.startedNode('kubelet');
    const providers = '/etc/eks/image-credential-provider';
    expect(existsSync(started.path(`${providers}/ecr-mirrors-credential-provider`))).toBe(true);
    const images = ['docker.io/library/web:1.0', 'web', 'public.ecr.aws/acme/app', `${REGISTRY}/docker-hub/library/web`, 'ghcr.io/acme/app', 'docker.io.example.com/x/y'];
    const answers = execFileSync(kubelet, [started.path(`${providers}/ecr-mirrors.json`), started.path(providers), ...images], {
      encoding: 'utf8', env: started.environment, stdio: ['ignore', 'pipe', 'ignore'],
    }).trim().split('\n').map(line => JSON.parse(line) as string[]);
    expect(answers.map(logins => logins.map(login => login.split(':')[0]))).toEqual([['AWS'], ['AWS'], ['AWS'], ['AWS'], [], []]);
  }, 900_000);
});
