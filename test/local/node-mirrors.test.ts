import { statSync, writeFileSync } from 'node:fs';
import { DescribeRepositoriesCommand } from '@aws-sdk/client-ecr';
import { ACCOUNT, MirroredGround, REGISTRY } from './mirrored-ground';
import type { Way } from './mirrored-ground';
import { MirroredNetwork } from './mirrored-network';
import { CERTS, CONTAINERD } from './mirrored-node';
import type { MirroredNode, Pull } from './mirrored-node';

/** An entry of kubelet's configuration. */
interface Provider {
  readonly name: string;
  readonly matchImages: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
}

let mirrored: MirroredGround;
beforeAll(async () => { mirrored = await MirroredGround.prepare(); }, 600_000);
afterAll(async () => mirrored?.end());

const startedNode = (way?: Way, shell?: string) => mirrored.startedNode(way, shell);

/** The hosts that a pull asked, and whether the node's token went to any but ECR. */
function asked({ requests }: Pull): { hosts: string[]; leaked: boolean } {
  const hosts = [...new Set(requests.map(({ host }) => host))];
  return { hosts, leaked: requests.some(({ host, token }) => token && host !== REGISTRY) };
}

describe('a node that was installed by the printed user data', () => {
  test.each(['dash', 'bash'])('pulls an unchanged name through the cache, whose repository it creates, with %s', async shell => {
    const node = startedNode('token', shell);
    // when
    const pull = node.pull('docker.io/library/web:1.0');
    // then
    expect(pull).toMatchObject({ digest: mirrored.digests['library/web'] });
    expect(asked(pull)).toEqual({ hosts: [REGISTRY], leaked: false });
    const { repositories } = await mirrored.ground.aws(ACCOUNT).ecr.send(new DescribeRepositoriesCommand({ repositoryNames: ['docker-hub/library/web'] }));
    expect(repositories).toHaveLength(1);
    expect(node.systemctl).toBe('enable --now ecr-mirrors-refresh.timer\ndaemon-reload\n');
  });

  test('keeps its token for root', () => {
    const node = startedNode();
    const modes = [`${CERTS}/docker.io/hosts.toml`, `${CERTS}/docker.io`].map(path => statSync(node.path(path)).mode.toString(8).slice(-3));
    expect(modes).toEqual(['600', '700']);
  });

  test('pulls blobs that ECR has elsewhere, where a second login is refused', () => {
    const pull = startedNode().pull('docker.io/acme/redirected:1.0', { redirect: true });
    expect(pull).toMatchObject({ digest: mirrored.digests['acme/redirected'] });
    expect(asked(pull)).toEqual({ hosts: [REGISTRY, 'blobs.example.com'], leaked: false });
  });

  test.each([403, 404, 503])('asks nobody else when the cache answers %d', fault => {
    const pull = startedNode().pull('docker.io/library/web:1.0', { fault, login: 'AWS:of-kubelet' });
    expect(pull.failure).toBeDefined();
    expect(asked(pull).hosts).toEqual([REGISTRY]);
  });

  test('with a fallback, goes to the upstream without its token', () => {
    const pull = startedNode('fallback').pull('docker.io/library/web:1.0', { fault: 503 });
    expect(asked(pull)).toEqual({ hosts: [REGISTRY, 'registry-1.docker.io', 'collector.example.com'], leaked: false });
  });
});

describe('a token', () => {
  test('is written again, and never by an empty one', () => {
    const node = startedNode();
    const before = node.read(`${CERTS}/docker.io/hosts.toml`);
    node.provider('echo "{}"');
    expect(node.refresh()).toContain(`ecr-mirrors: got no login for ${REGISTRY} in 40 tries: what was written before stays`);
    expect(node.read(`${CERTS}/docker.io/hosts.toml`)).toBe(before);

    node.provider(`echo '{"auth":{"${REGISTRY}":{"username":"AWS","password":"bmV3"}}}'`);
    expect(node.refresh()).toBeUndefined();
    expect(node.token).toBe('AWS:bmV3');
  });

  test('of a text that would break the file is none', () => {
    const node = startedNode();
    node.provider(`echo '{"auth":{"${REGISTRY}":{"username":"AWS","password":"x] y"}}}'`);
    expect(node.refresh()).toContain('got no login');
  });
});

describe('kubelet is not started', () => {
  const dumps: [string, (dump: string) => string, string][] = [
    ['a list of folders that the transfer service reads as one',
      dump => dump.replace(`'${CERTS}'`, `'${CERTS}:/etc/docker/certs.d'`).replace('discard_unpacked_layers = true', 'discard_unpacked_layers = false'),
      "which containerd's transfer service doesn't read"],
    ['another folder', dump => dump.replace(CERTS, '/etc/docker/certs.d'), 'as config_path of containerd'],
    ['no folder', dump => dump.replace(CERTS, ''), "got '' as config_path"],
    ['the SOCI snapshotter', dump => dump.replace("snapshotter = 'overlayfs'", 'snapshotter = "soci"'), 'got the snapshotter soci in'],
    ['a runtime class with a snapshotter of its own', dump => dump.replace("snapshotter = ''", "snapshotter = 'nydus'"), 'runtimes.runc], expected overlayfs'],
    ['keys of version 2 in a file of version 3',
      dump => dump.replace(CERTS, '').concat(`  [plugins.'io.containerd.grpc.v1.cri'.registry]\n    config_path = '${CERTS}'\n`), "got '' as config_path"],
  ];

  test.each(dumps)('by a containerd with %s', (_, change, message) => {
    const node = startedNode();
    node.containerd(change(CONTAINERD));
    expect(node.boot()).toContain(message);
  });

  test('but by a list of folders with local pull, and by containerd 1', () => {
    const node = startedNode();
    node.containerd(CONTAINERD.replace(`'${CERTS}'`, `'${CERTS}:/etc/docker/certs.d'`));
    expect(node.boot()).toBeUndefined();
    node.containerd('version = 2\n[plugins."io.containerd.grpc.v1.cri".containerd]\n  snapshotter = "overlayfs"\n'
      + `[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "${CERTS}:/etc/docker/certs.d"\n`);
    expect(node.boot()).toBeUndefined();
  });

  test.each(['/etc/ecr-mirrors/mirrors', '/etc/ecr-mirrors/hosts.toml', '/etc/ecr-mirrors/mirrors.sh'])('by a %s that was cut', path => {
    const node = startedNode();
    node.write(path, node.read(path).split('\n').slice(0, -2).join('\n').concat('\n'));
    expect(node.boot()).toBe('1: ');
  });

  test('without a login', () => {
    const node = startedNode();
    node.provider('exit 1');
    expect(node.boot()).toContain('got no login');
  });
});

describe('the traps', () => {
  // the login that kubelet would pass, as the other way does
  const withLogin = (node: MirroredNode, image: string, folder?: string) => node.pull(image, { folder, login: node.token, fault: 404 });

  test('without override_path the path is another one', () => {
    const node = startedNode();
    const folder = node.changed('no-override', text => text.replaceAll('override_path = true\n', ''));
    expect(node.pull('docker.io/library/web:1.0', { folder }).requests[0].path).toContain('/v2/docker-hub/v2/library/web/');
  });

  const open: [string, string, (node: MirroredNode) => string | undefined][] = [
    ['an unknown capability', 'docker.io/library/web:1.0', node => node.changed('capability', text => text.replaceAll('"resolve"', '"resolv"'))],
    ['a file that is no TOML', 'docker.io/library/web:1.0', node => node.changed('broken', text => text.slice(0, 40))],
    ['a folder in upper case', 'docker.io/library/web:1.0', node => node.changed('upper-case', text => text, host => host.toUpperCase())],
    ['a folder that is missing', 'docker.io/library/web:1.0', node => node.path('/nothing')],
    ['a host without a file', 'ghcr.io/acme/app:1.0', () => undefined],
    ['a name with a port', 'docker.io:443/library/web:1.0', () => undefined],
  ];

  test.each(open)("%s leads to the upstream: kubelet's login follows, the token in the file does not", (_, image, folderOf) => {
    const node = startedNode();
    const folder = folderOf(node);
    expect(asked(withLogin(node, image, folder))).toMatchObject({ hosts: expect.arrayContaining(['collector.example.com']), leaked: true });
    expect(asked(node.pull(image, { folder, fault: 404 })).leaked).toBe(false);
  });

  test("a fallback sends kubelet's login on, and not the token in the file", () => {
    const node = startedNode('fallback');
    expect(asked(withLogin(node, 'docker.io/library/web:1.0')).leaked).toBe(true);
    expect(asked(node.pull('docker.io/library/web:1.0', { fault: 404 })).leaked).toBe(false);
  });
});

describe("kubelet's credential provider with the printed configuration", () => {
  test('logs in to the cache for a mirrored host, and the node pulls with it', () => {
    const node = startedNode('kubelet');
    const { providers } = JSON.parse(mirrored.printed.kubelet.config) as { providers: Provider[] };
    for (const [image, pulled] of [['docker.io/acme/kubelet', 'acme/kubelet'], ['public.ecr.aws/acme/kubelet', undefined]] as const) {
      const host = image.split('/')[0];
      const provider = providers.find(({ matchImages }) => matchImages.includes(host))!;
      const env = Object.fromEntries((provider.env ?? []).map(({ name, value }) => [name, value]));
      const { cacheKeyType, auth } = node.ask(provider.name, image, provider.args, env);
      expect(cacheKeyType).toBe('Registry');
      const { username, password } = auth[host];
      const pull = node.pull(`${image}:1.0`, { login: `${username}:${password}` });
      expect(pull.requests.at(-1)).toMatchObject({ host: REGISTRY, auth: 'Basic', status: pulled === undefined ? 404 : 200 });
      expect(pull.digest).toBe(pulled && mirrored.digests[pulled]);
    }
    expect(node.read(`${CERTS}/docker.io/hosts.toml`)).not.toContain('Authorization');
  });
});

describe('by the printed registries.conf', () => {
  let network: MirroredNetwork;
  let login: string;
  let copies = 0;
  beforeAll(async () => {
    network = await MirroredNetwork.start(mirrored.ground, REGISTRY);
    login = network.token = startedNode().token;
  });
  afterAll(() => network?.end());

  /** Pulls with an auth file for ECR's host, in storage of its own. */
  async function pulledBy(tool: 'skopeo' | 'buildah', image: string, fault?: number) {
    const [conf, authFile, storage] = ['registries.conf', 'auth.json', `pulled-${++copies}`].map(name => mirrored.ground.path(name));
    writeFileSync(conf, mirrored.printed.token.registriesConf);
    writeFileSync(authFile, JSON.stringify({ auths: { [REGISTRY]: { auth: Buffer.from(login).toString('base64') } } }));
    network.fault = fault;
    const args = {
      skopeo: ['--registries-conf', conf, 'copy', '--all', '--src-authfile', authFile, `docker://${image}`, `oci:${storage}:pulled`],
      buildah: ['--root', storage, '--runroot', `${storage}.run`, '--storage-driver', 'vfs', '--registries-conf', conf, 'pull', '--authfile', authFile, image],
    }[tool];
    const { code, output } = await mirrored.ground.processes.run(process.env[tool.toUpperCase()] ?? tool, args, {
      env: { ...process.env, ...network.environment },
    });
    return { failed: code !== 0, output, ...network.forget() };
  }

  test.each(['skopeo', 'buildah'] as const)('%s pulls an unchanged name from the cache, and asks nobody else when that has no answer', async tool => {
    expect(await pulledBy(tool, 'docker.io/library/web:1.0')).toMatchObject({ failed: false, hosts: [REGISTRY], leaked: false });
    expect(await pulledBy(tool, 'docker.io/library/web:1.0', 503)).toMatchObject({ failed: true, hosts: [REGISTRY], leaked: false });
  });
});
