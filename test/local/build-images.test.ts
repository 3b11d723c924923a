import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeRepositoriesCommand } from '@aws-sdk/client-ecr';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import { DockerImageAsset } from 'aws-cdk-lib/aws-ecr-assets';
import { startDockerRegistry } from './docker-registry';
import { Ground, REGION } from './ground';
import { Skopeo } from './skopeo';
import { BuildImages, PullThroughCache, UpstreamRegistry } from '../../src';

const ACCOUNT = '111122223333', HOST = `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`;

let ground: Ground;
let upstream: string;

beforeAll(async () => {
  ground = await Ground.prepare([ACCOUNT]);
  upstream = await startDockerRegistry(ground);
  await ground.engine.upstream('quay.io', { url: `http://${upstream}` });
  for (const repository of ['team/base', 'team/tool']) {
    const { layout } = await ground.image(repository, '2');
    await new Skopeo(ground).push(layout, '2', `${upstream}/${repository}:2`);
  }
});

afterAll(async () => ground?.end());

/** An app whose own first image is built through the cache that it makes. */
function app(granted: boolean): string {
  const directory = ground.path('context');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'Dockerfile'), `FROM quay.io/team/base:2\nLABEL granted=${granted}\nCOPY --from=quay.io/team/tool:2 / /tool\n`);
  return ground.synth(scope => {
    const env = { account: ACCOUNT, region: REGION };
    const caches = new Stack(scope, 'Caches', { env }), main = new Stack(scope, 'Main', { env });
    main.addDependency(caches);
    const quay = new PullThroughCache(caches, 'Quay', { upstream: UpstreamRegistry.QUAY });
    const build = BuildImages.fromDockerfile(main, [quay], directory);
    if (granted) { build.grantPublishing(); }
    const image = new DockerImageAsset(main, 'Image', { directory, buildContexts: build.buildContexts });
    new CfnOutput(main, 'Uri', { value: image.imageUri });
  });
}

/** buildah in the place of Docker, for which ECR's host names lead to the engine and all other registries nowhere. What it was asked. */
function builder(): { docker: string; asked(): string[] } {
  const home = ground.path('buildah'), log = join(home, 'asked');
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'registries.conf'), `[[registry]]\nprefix = "${HOST}"\nlocation = "127.0.0.1:${ground.engine.port}"\ninsecure = true\n`);
  writeFileSync(join(home, 'policy.json'), JSON.stringify({ default: [{ type: 'insecureAcceptAnything' }] }));
  writeFileSync(join(home, 'storage.conf'), `[storage]\ndriver = "vfs"\nrunroot = "${home}/run"\ngraphroot = "${home}/storage"\n`);
  const docker = join(home, 'docker');
  writeFileSync(docker, `#!/bin/sh
echo "$*" >> '${log}'
export CONTAINERS_REGISTRIES_CONF='${home}/registries.conf' CONTAINERS_STORAGE_CONF='${home}/storage.conf' REGISTRY_AUTH_FILE='${home}/auth.json'
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot NO_PROXY=127.0.0.1
case "$1" in
  login) auth="$(printf 'AWS:%s' "$(cat)" | base64 -w 0)"
    printf '{"auths":{"${HOST}":{"auth":"%s"},"127.0.0.1:${ground.engine.port}":{"auth":"%s"}}}' "$auth" "$auth" > "$REGISTRY_AUTH_FILE" ;;
  build) shift; exec buildah build --tls-verify=false --signature-policy '${home}/policy.json' "$@" ;;
  inspect) exec buildah inspect --type image "$2" ;;
  push) echo 'pushed' ;;
  *) exec buildah "$@" ;;
esac
`);
  chmodSync(docker, 0o755);
  return { docker, asked: () => existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [] };
}

const deploy = async (granted: boolean, docker: string) => ground.cdk(ACCOUNT).deploy('Main', { app: app(granted), docker, args: ['--no-asset-prebuild'] });

describe('an image asset that is built through a cache of its own app', () => {
  test('fails without the grant, since the publishing role may not make the first pull', async () => {
    const { code, output } = await deploy(false, builder().docker);
    expect(code).not.toBe(0);
    expect(output).toContain('Failed to build asset');
    expect(await ground.engine.denials()).toContainEqual(expect.objectContaining({ action: expect.stringMatching(/^ecr:/) }));
  });

  test('is built after the cache is there, with the Dockerfile as it is', async () => {
    const { docker, asked } = builder();
    const before = asked().length;
    const { code, output } = await deploy(true, docker);
    expect([code, output]).toEqual([0, expect.anything()]);
    const verbs = asked().slice(before).map(line => line.split(' ')[0]).filter(verb => verb !== 'inspect');
    expect(verbs).toEqual(['login', 'build', 'tag', 'push']);
    expect(asked().slice(before).find(line => line.startsWith('build '))).toContain(`--build-context quay.io/team/base:2=docker-image://${HOST}/quay/team/base:2`);
    const { repositories = [] } = await ground.aws(ACCOUNT).ecr.send(new DescribeRepositoriesCommand({}));
    expect(repositories.map(({ repositoryName }) => repositoryName)).toEqual(expect.arrayContaining(['quay/team/base', 'quay/team/tool']));
  });
});
