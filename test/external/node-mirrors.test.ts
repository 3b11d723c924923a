import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { goProgram } from './go-program';
import { NodeLogin, NodeMirrors, PullThroughCache, UpstreamRegistry } from '../../src';

/** What the readers of others made of printed configuration. */
interface Read {
  readonly Script: string;
  readonly ConfigPath: string;
  readonly Flags: string[] | null;
  readonly Pulled: Record<string, string>;
  readonly Mirrors: Record<string, string[]>;
  readonly Providers: Record<string, string[]>;
}

const ENV = { account: '111122223333', region: 'eu-central-1' };
const REGISTRY = '111122223333.dkr.ecr.eu-central-1.amazonaws.com';
const folder = mkdtempSync(join(tmpdir(), 'node-mirrors-'));
const judge = join(folder, 'judge');

function mirrors(login: NodeLogin): NodeMirrors {
  const stack = new Stack(new App(), 'Stack', { env: ENV });
  const caches = [['public', UpstreamRegistry.ECR_PUBLIC], ['k8s', UpstreamRegistry.KUBERNETES], ['ROOT', UpstreamRegistry.QUAY]] as const;
  return NodeMirrors.forCaches(stack, caches.map(([repositoryPrefix, upstream]) =>
    PullThroughCache.fromPullThroughCacheAttributes(stack, repositoryPrefix, { repositoryPrefix, upstream })), { login });
}

/** What is printed, perhaps with a change. */
function printed(change: Record<string, string> = {}) {
  const kubelet = mirrors(NodeLogin.CREDENTIAL_PROVIDER);
  return {
    UserData: kubelet.userDataText(),
    RegistriesConf: kubelet.registriesConf(),
    BuildkitToml: kubelet.buildkitToml(),
    CredentialProviderConfig: kubelet.credentialProviderConfig(),
    Images: ['registry.k8s.io/pause:3.10', 'k8s.gcr.io/pause:3.10', 'quay.io/team/app:1', 'public.ecr.aws/nginx/nginx', 'ghcr.io/team/app:1'],
    ...change,
  };
}

function read(input: object): Read {
  return JSON.parse(execFileSync(judge, { input: JSON.stringify(input), encoding: 'utf8' })) as Read;
}

function refusal(input: object): string {
  const { status, stderr } = spawnSync(judge, { input: JSON.stringify(input), encoding: 'utf8' });
  expect(status).toBe(1);
  return stderr;
}

beforeAll(() => {
  goProgram('node-mirrors/formats', judge);
}, 600_000);

afterAll(() => rmSync(folder, { recursive: true }));

describe('the readers of those whom it is for take what is printed', () => {
  let result: Read;
  beforeAll(() => { result = read(printed()); });

  test('Karpenter keeps the parts of user data, and nodeadm finds one folder and the flag in them', () => {
    const [, script] = /^Content-Type: text\/x-shellscript.*\n\n([^]*)\n--/m.exec(printed().UserData)!;
    expect(result.Script.trimEnd()).toBe(script.trimEnd());
    expect(result.ConfigPath).toBe('/etc/containerd/certs.d');
    expect(result.Flags).toEqual(['--image-credential-provider-config=/etc/eks/image-credential-provider/ecr-mirrors.json']);
  });

  test('podman, buildah, skopeo and CRI-O pull from the caches, and nowhere else', () => {
    expect(result.Pulled).toEqual({
      'registry.k8s.io/pause:3.10': `${REGISTRY}/k8s/pause:3.10`,
      'k8s.gcr.io/pause:3.10': `${REGISTRY}/k8s/pause:3.10`,
      'quay.io/team/app:1': `${REGISTRY}/team/app:1`,
      'public.ecr.aws/nginx/nginx': `${REGISTRY}/public/nginx/nginx`,
      'ghcr.io/team/app:1': '',
    });
  });

  test('BuildKit asks the cache first for each host, and the upstream after it', () => {
    expect(result.Mirrors['registry.k8s.io']).toEqual([`https://${REGISTRY}/v2/k8s`, 'https://registry.k8s.io/v2']);
    expect(result.Mirrors['quay.io']).toEqual([`https://${REGISTRY}/v2`, 'https://quay.io/v2']);
    expect(Object.keys(result.Mirrors).sort()).toEqual(['ecr-public.aws.com', 'k8s.gcr.io', 'public.ecr.aws', 'quay.io', 'registry.k8s.io']);
  });

  test('kubelet asks one provider for each host', () => {
    const { 'ecr-credential-provider': ecr, 'ecr-mirrors-credential-provider': own } = result.Providers;
    expect(own).toEqual(['public.ecr.aws', 'ecr-public.aws.com']);
    expect(ecr).toEqual(expect.arrayContaining(['*.dkr.ecr.*.amazonaws.com', 'quay.io', 'registry.k8s.io', 'k8s.gcr.io']));
    expect(ecr.filter(host => own.includes(host))).toEqual([]);
  });
});

describe('they refuse', () => {
  const changes: [string, keyof ReturnType<typeof printed>, (text: string) => string][] = [
    ['a key that NodeConfig has not', 'UserData', text => text.replace('  containerd:', '  containerdd:')],
    ['a name that kubelet has not', 'CredentialProviderConfig', text => text.replace('matchImages', 'matchImage')],
    ['a table that is no TOML', 'RegistriesConf', text => text.replace(']]', ']')],
    ['an open text', 'BuildkitToml', text => text.replace('"]', ']')],
  ];

  test.each(changes)('%s', (_, name, change) => {
    const text = printed()[name] as string;
    expect(change(text)).not.toBe(text);
    expect(refusal(printed({ [name]: change(text) }))).not.toBe('');
  });

  test('find no script where aws-cdk wrote a part in base64, of which Karpenter drops the header', () => {
    const script = Buffer.from('#!/bin/sh\n').toString('base64');
    const UserData = 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="x"\n\n'
      + `--x\nContent-Type: text/x-shellscript\nContent-Transfer-Encoding: base64\n\n${script}\n--x--\n`;
    expect(read(printed({ UserData })).Script).toContain(script);
  });
});

describe('systemd', () => {
  /** What systemd says of the units of a node. */
  function verified(change: (text: string) => string = text => text): string {
    const units = join(folder, 'units');
    const files = Object.entries(mirrors(NodeLogin.TOKEN_IN_FILES).files).filter(([path]) => path.startsWith('/etc/systemd/system/'));
    const written = files.map(([path, text]) => {
      const file = join(units, path.slice('/etc/systemd/system/'.length));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, change(text));
      return file;
    });
    writeFileSync(join(units, 'kubelet.service'), '[Service]\nExecStart=/bin/true\n');
    writeFileSync(join(units, 'containerd.service'), '[Service]\nExecStart=/bin/true\n');
    const named = [join(units, 'kubelet.service'), ...written.filter(file => !file.endsWith('.conf'))];
    const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', '--recursive-errors=no', ...named], {
      encoding: 'utf8', env: { ...process.env, SYSTEMD_UNIT_PATH: `${units}:` },
    });
    return `${stdout}${stderr}`.split('\n').filter(line => /ecr-mirrors|kubelet/.test(basename(line))).join('\n');
  }

  test('takes the units', () => {
    expect(verified()).toBe('');
  });

  test('says what is wrong with units that were changed', () => {
    expect(verified(text => text.replace('OnCalendar=', 'OnCalender='))).toContain('OnCalender');
    expect(verified(text => text.replace('Type=oneshot', 'Type=once'))).toContain('once');
  });
});
