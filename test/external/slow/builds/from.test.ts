import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BuildGround } from './build-ground';
import type { Builder } from './builder';
import { BuildImages } from '../../../../src';
import type { ImageInCache } from '../../../../src';
import { REGISTRY } from '../../../local/mirrored-ground';

const HUB = 'registry-1.docker.io';
/** Gives a token to whoever asks an upstream, who keeps it for a while. */
const COLLECTOR = 'collector.example.com';
const TOOL = 'COPY --from=quay.io/team/tool:2 /name /tool\n';

jest.setTimeout(180_000);

let ground: BuildGround;
let builder: Builder;
let pinned: string;

beforeAll(async () => {
  ground = await BuildGround.prepare();
  ({ builder } = ground);
  pinned = await ground.pinned('pinned', '1');
  await ground.login(builder, 'builder');
}, 3_000_000);

afterAll(async () => ground?.end());

const hub = (name: string) => ground.caches.hub.image(name);
const quay = (name: string) => ground.caches.quay.image(name);

/** What became of a Dockerfile: whom BuildKit asked, and the files of the image. */
async function outcome(dockerfile: string, contexts: { readonly [name: string]: string }, args: readonly string[] = [], by: Builder = builder) {
  ground.network.forget();
  const { code, output, files } = await by.build(dockerfile, { contexts, args, files: { marker: 'of the stage' } });
  const { hosts, leaked } = ground.network.forget();
  return { built: code === 0, hosts: hosts.filter(host => host !== COLLECTOR), leaked, files, output };
}

const contextsOf = (images: ImageInCache[]) => BuildImages.forStack(ground.caches.stack, images).buildContexts;
const NODE = { built: true, hosts: [REGISTRY], leaked: false, files: { name: 'library/node:24' } };

describe('a FROM with a context comes from the cache', () => {
  test.each(['node:24', 'library/node:24', 'docker.io/node:24', 'docker.io/library/node:24', 'index.docker.io/library/node:24'])('%s', async name => {
    expect(await outcome(`FROM ${name}\n`, contextsOf([hub('node:24')]))).toMatchObject(NODE);
  });

  test('of several stages', async () => {
    const dockerfile = `FROM node:24 AS build\nFROM scratch\nCOPY --from=build /name /name\n${TOOL}`;
    expect(await outcome(dockerfile, contextsOf([hub('node:24'), quay('team/tool:2')]))).toMatchObject({ ...NODE, files: { name: 'library/node:24', tool: 'team/tool:2' } });
  });

  test('for a platform in FROM, and for each of several', async () => {
    const contexts = contextsOf([hub('node:24')]);
    expect(await outcome('FROM --platform=linux/arm64 node:24\n', contexts)).toMatchObject(NODE);
    expect(await outcome('FROM node:24\n', contexts, ['--platform', 'linux/amd64,linux/arm64'])).toMatchObject({
      ...NODE, files: { 'linux_amd64/name': 'library/node:24', 'linux_arm64/name': 'library/node:24' },
    });
  });

  test('mounted by RUN', async () => {
    const dockerfile = 'FROM node:24\nRUN --mount=type=bind,from=quay.io/team/tool:2,target=/t ["/bin/busybox", "cp", "/t/name", "/tool"]\n';
    expect(await outcome(dockerfile, contextsOf([hub('node:24'), quay('team/tool:2')]))).toMatchObject({ ...NODE, files: { name: 'library/node:24', tool: 'team/tool:2' } });
  });

  test('that reads the Dockerfile, by its syntax', async () => {
    const answer = await outcome('# syntax=docker/dockerfile:1\nFROM node:24\n', contextsOf([hub('node:24'), hub('docker/dockerfile:1')]));
    expect(answer).toMatchObject(NODE);
    expect(answer.output).toContain(`${REGISTRY}/docker-hub/docker/dockerfile:1`);
  });

  test.each(['node', 'node:latest'])('%s, by the image without a tag', async name => {
    expect(await outcome(`FROM ${name}\n`, contextsOf([hub('node')]))).toMatchObject({ ...NODE, files: { name: 'library/node:latest' } });
  });

  test('with a digest, by the image with it', async () => {
    expect(await outcome(`FROM ${pinned}\n`, contextsOf([hub(pinned)]))).toMatchObject({ ...NODE, files: { name: 'library/pinned:1' } });
  });

  test('with an argument, by its default and by what the build is given', async () => {
    const dockerfile = 'ARG VERSION=24\nFROM node:${VERSION}\n', contexts = contextsOf([hub('node:24'), hub('node')]);
    expect(await outcome(dockerfile, contexts)).toMatchObject(NODE);
    expect(await outcome(dockerfile, contexts, ['--build-arg', 'VERSION=latest'])).toMatchObject({ ...NODE, files: { name: 'library/node:latest' } });
  });

  test('of another image that stands in', async () => {
    const build = BuildImages.forStack(ground.caches.stack, [hub('node:24')]);
    build.replace('nginx:1.27', quay('team/nginx:1.27'));
    expect(await outcome('FROM nginx:1.27\n', build.buildContexts)).toMatchObject({ ...NODE, files: { name: 'team/nginx:1.27' } });
  });
});

describe('goes past the cache, to Docker Hub', () => {
  test.each([
    ['without any context', 'node:24', () => ({})],
    ['another tag', 'node:22', () => contextsOf([hub('node:24')])],
    ['a name without its tag', 'node', () => contextsOf([hub('node:24')])],
    ['a name with a digest', 'PINNED', () => contextsOf([hub('pinned:1')])],
    ["a bare path that is Quay's", 'team/tool:2', () => contextsOf([quay('team/tool:2')])],
  ])('%s', async (_, name, contexts) => {
    const { built, hosts } = await outcome(`FROM ${name.replace('PINNED', pinned)}\n`, contexts());
    expect({ built, hosts }).toEqual({ built: false, hosts: [HUB] });
  });

  test('the reader of a Dockerfile without a context of its own', async () => {
    const { built, hosts } = await outcome('# syntax=docker/dockerfile:1\nFROM node:24\n', contextsOf([hub('node:24')]));
    expect({ built, hosts }).toEqual({ built: false, hosts: [HUB] });
  });
});

/** The contexts that are found in a Dockerfile. */
function found(dockerfile: string) {
  const folder = mkdtempSync(join(ground.ground.home, 'dockerfile-'));
  writeFileSync(join(folder, 'Dockerfile'), dockerfile);
  return BuildImages.fromDockerfile(ground.caches.stack, [ground.caches.hub, ground.caches.quay], folder).buildContexts;
}

test('fromDockerfile() finds each of them', async () => {
  const dockerfile = `# syntax=docker/dockerfile:1\nARG VERSION=24\nFROM node:\${VERSION} AS build\nFROM node\nCOPY --from=build /name /built\n${TOOL}`;
  expect(await outcome(dockerfile, found(dockerfile))).toMatchObject({ ...NODE, files: { name: 'library/node:latest', built: 'library/node:24', tool: 'team/tool:2' } });
});

test('a stage with the name of its image loses to the context, so fromDockerfile() gives it none', async () => {
  const named = (stage: string) => `FROM golang AS ${stage}\nCOPY marker /marker\nFROM ${stage}\n`;
  const contexts = contextsOf([hub('golang')]);
  expect((await outcome(named('build'), contexts)).files).toEqual({ marker: 'of the stage', name: 'library/golang:latest' });
  expect((await outcome(named('golang'), contexts)).files).toEqual({ name: 'library/golang:latest' });
  expect(found(named('golang'))).toEqual({});
  expect(Object.keys(found(named('build')))).not.toEqual([]);
});

test('the caches refuse whoever has no grant for an image, and no upstream is asked', async () => {
  await ground.login(builder, 'builder-of-less');
  const { built, hosts, output } = await outcome('FROM quay.io/team/tool:2\n', contextsOf([quay('team/tool:2')]));
  expect({ built, hosts }).toEqual({ built: false, hosts: [REGISTRY] });
  expect(output).toMatch(/403|denied/i);
});

describe('the printed mirrors', () => {
  const DOCKERFILE = `FROM node:24\n${TOOL}`;
  let mirrored: Builder;
  beforeAll(async () => {
    mirrored = await ground.mirroredBuilder();
    await ground.login(mirrored, 'builder');
  });
  afterEach(() => { ground.network.fault = undefined; });

  test('bring every name of the hosts from the caches', async () => {
    expect(await outcome(DOCKERFILE, {}, [], mirrored)).toMatchObject({ ...NODE, files: { name: 'library/node:24', tool: 'team/tool:2' } });
    expect(await outcome(`FROM ${pinned}\n`, {}, [], mirrored)).toMatchObject({ ...NODE, files: { name: 'library/pinned:1' } });
  });

  test.each([403, 404, 503])('go on to the upstream when ECR answers %d, without its login', async fault => {
    ground.network.fault = fault;
    const { built, hosts, leaked } = await outcome('FROM node:24\n', {}, [], mirrored);
    expect({ built, hosts, leaked }).toEqual({ built: false, hosts: [REGISTRY, HUB], leaked: false });
  });

  test('go on to the upstream without a login', async () => {
    mirrored.login(REGISTRY);
    const { built, hosts } = await outcome('FROM node:24\n', {}, [], mirrored);
    expect({ built, hosts }).toEqual({ built: false, hosts: [REGISTRY, HUB] });
  });

  test('leave other hosts', async () => {
    expect((await outcome('FROM ghcr.io/team/tool:2\n', {}, [], mirrored)).hosts).toEqual(['ghcr.io']);
  });
});
