import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { readPath, readUpstreamImage } from '../../src/upstream/upstream-image';

const DIGEST = `sha256:${'0a'.repeat(32)}`;
const HOSTS = ['registry.example.com', 'mirror.example.com'];
const parameters = new Stack(new App(), 'Stack');
/** A value that is known at deployment only. */
const token = (name: string) => new CfnParameter(parameters, name).valueAsString;
const ACCOUNT = token('Account');
const TOKEN = token('Token');
const PRIVATE = `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com`;

describe('an image of an upstream', () => {
  test.each([
    ['nginx', { repository: 'nginx' }],
    ['team/nginx:1.27', { repository: 'team/nginx', tag: '1.27' }],
    [`nginx@${DIGEST}`, { repository: 'nginx', digest: DIGEST }],
    [`nginx:1.27@${DIGEST}`, { repository: 'nginx', tag: '1.27', digest: DIGEST }],
    ['registry.example.com/nginx:1.27', { repository: 'nginx', tag: '1.27' }],
    ['mirror.example.com/team/nginx', { repository: 'team/nginx' }],
    ['registry.example.com/quay.io/nginx', { repository: 'quay.io/nginx' }],
  ])('is read without its registry: %s', (image, parts) => {
    expect(readUpstreamImage(image, HOSTS)).toEqual({ complete: true, ...parts });
  });

  test.each([
    ['nginx', 'library/nginx'],
    ['library/nginx', 'library/nginx'],
    ['docker.io/nginx', 'library/nginx'],
    ['index.docker.io/nginx', 'library/nginx'],
  ])('has the short forms of Docker Hub only there: %s', (image, repository) => {
    expect(readUpstreamImage(image, ['docker.io', 'index.docker.io'])).toMatchObject({ repository });
  });

  test('may begin like a registry that is none, as in Go', () => {
    expect(readUpstreamImage('my_host.example/app', HOSTS)).toMatchObject({ repository: 'my_host.example/app' });
  });

  test('is read without knowing the host, where that is a token', () => {
    expect(readUpstreamImage('nginx:1.27', [PRIVATE])).toEqual({ repository: 'nginx', tag: '1.27', complete: true });
    expect(readUpstreamImage(`${PRIVATE}/nginx:1.27`, [PRIVATE])).toEqual({ repository: 'nginx', tag: '1.27', complete: true });
  });

  test('fails with the offsets of the text as it came', () => {
    expect(() => readUpstreamImage('mirror.example.com/Nginx', HOSTS)).toThrow(
      "got the image reference 'mirror.example.com/Nginx' with 'N' at offset 19");
  });

  test('fails for another registry', () => {
    expect(() => readUpstreamImage('quay.io/team/nginx:1.27', HOSTS)).toThrow(
      "got the image 'quay.io/team/nginx:1.27' of the registry 'quay.io', expected an image of registry.example.com, mirror.example.com, which this "
      + "cache serves: use a cache of 'quay.io', or write the name that the image has at registry.example.com");
  });

  test.each(['docker.io/library/nginx', 'index.docker.io/nginx'])('fails for Docker Hub where it is named: %s', (image) => {
    expect(() => readUpstreamImage(image, HOSTS)).toThrow("of the registry 'docker.io', expected an image of registry.example.com");
  });

  test('is of Docker Hub only with its whole name in front', () => {
    expect(readUpstreamImage('team/docker.io/nginx', HOSTS)).toMatchObject({ repository: 'team/docker.io/nginx' });
  });

  test('fails for another registry where the own one is known at deployment only', () => {
    expect(() => readUpstreamImage('quay.io/team/nginx:1.27', [PRIVATE])).toThrow(
      "got the image 'quay.io/team/nginx:1.27' of the registry 'quay.io' for a cache whose upstream is not known by name, expected the name of the "
      + "image without a registry: write 'team/nginx', or say what is cached with the upstream of PullThroughCache.fromPullThroughCacheAttributes()");
  });

  test('fails naming only hosts that are known', () => {
    expect(() => readUpstreamImage('quay.io/nginx', [PRIVATE, 'mirror.example.com'])).toThrow(
      "expected an image of mirror.example.com, which this cache serves: use a cache of 'quay.io', or write the name that the "
      + 'image has at mirror.example.com');
  });
});

describe('an image with a token', () => {
  test.each([
    ['as its tag', `team/nginx:${TOKEN}`, { repository: 'team/nginx', tag: TOKEN, complete: true }],
    ['as its digest', `nginx@${TOKEN}`, { repository: 'nginx', digest: TOKEN, complete: true }],
    ['as the digits of its digest', `nginx@sha256:${TOKEN}`, { repository: 'nginx', digest: `sha256:${TOKEN}`, complete: true }],
    ['as its digest beside a tag', `nginx:1.27@${TOKEN}`, { repository: 'nginx', tag: '1.27', digest: TOKEN, complete: true }],
    ['as its tag beside a digest', `nginx:${TOKEN}@${DIGEST}`, { repository: 'nginx', tag: TOKEN, digest: DIGEST, complete: true }],
    ['in its path', `${TOKEN}/nginx:1.27`, { repository: `${TOKEN}/nginx`, tag: '1.27', complete: true }],
    ['in its path alone', `${TOKEN}/nginx`, { repository: `${TOKEN}/nginx`, complete: true }],
    ['behind its own host', `registry.example.com/nginx:${TOKEN}`, { repository: 'nginx', tag: TOKEN, complete: true }],
    ['behind a host in its path', `registry.example.com/quay.io/nginx:${TOKEN}`, { repository: 'quay.io/nginx', tag: TOKEN, complete: true }],
  ])('%s is split where the literal text says', (_, image, parts) => {
    expect(readUpstreamImage(image, HOSTS)).toEqual(parts);
  });

  test.each([
    ['whole', TOKEN, TOKEN],
    ['as the end of its path', `team/${TOKEN}`, `team/${TOKEN}`],
  ])('%s may turn out to have a tag', (_, image, repository) => {
    expect(readUpstreamImage(image, HOSTS)).toEqual({ repository, complete: false });
  });

  test.each([
    ['quay.io', `quay.io/nginx:${TOKEN}`, 'nginx:<known at deployment>'],
    ['localhost', `localhost/${TOKEN}`, '<known at deployment>'],
    ['registry:5000', `registry:5000/team/${TOKEN}`, 'team/<known at deployment>'],
    ['<known at deployment>.example.org', `${TOKEN}.example.org/nginx`, 'nginx'],
  ])('fails for the registry %s', (registry, image) => {
    expect(() => readUpstreamImage(image, HOSTS)).toThrow(`of the registry '${registry}', expected an image of registry.example.com`);
  });

  test.each([
    ['a name of another registry', `quay.io/team/${TOKEN}`, 'team/<known at deployment>'],
    ['a registry with a token', `${TOKEN}.example.org/team/nginx`, 'team/nginx'],
  ])('fails for %s with the name to write where the own registry is known at deployment only', (_, image, repository) => {
    expect(() => readUpstreamImage(image, [PRIVATE])).toThrow(`: write '${repository}', or say what is cached`);
  });

  test('is no registry by a dot or colon behind the first slash', () => {
    expect(readUpstreamImage(`team/nginx.org/${TOKEN}:1.27`, HOSTS)).toMatchObject({ repository: `team/nginx.org/${TOKEN}`, tag: '1.27' });
  });

  test('is no registry by a dot without a slash', () => {
    expect(readUpstreamImage(`nginx.${TOKEN}:1.27`, HOSTS)).toMatchObject({ repository: `nginx.${TOKEN}`, tag: '1.27' });
  });
});

describe('a repository that is written out before a token', () => {
  const HUB = ['docker.io', 'index.docker.io'];

  test.each([
    ['a tag', `nginx:${TOKEN}`, { repository: 'library/nginx', tag: TOKEN }],
    ['a part of a tag', `nginx:1.${TOKEN}`, { repository: 'library/nginx', tag: `1.${TOKEN}` }],
    ['a digest', `nginx@${TOKEN}`, { repository: 'library/nginx', digest: TOKEN }],
    ['a digest beside a tag', `nginx:1.27@${TOKEN}`, { repository: 'library/nginx', tag: '1.27', digest: TOKEN }],
    ['a tag beside a digest', `nginx:${TOKEN}@${DIGEST}`, { repository: 'library/nginx', tag: TOKEN, digest: DIGEST }],
    ['a tag, behind its host', `docker.io/redis:${TOKEN}`, { repository: 'library/redis', tag: TOKEN }],
    ['a tag, behind its other host', `index.docker.io/redis:${TOKEN}`, { repository: 'library/redis', tag: TOKEN }],
    ['a tag, complete already', `library/nginx:${TOKEN}`, { repository: 'library/nginx', tag: TOKEN }],
    ['a tag, of a user', `bitnami/redis:${TOKEN}`, { repository: 'bitnami/redis', tag: TOKEN }],
  ])('that is %s is completed as the literal name is', (_, image, parts) => {
    expect(readUpstreamImage(image, HUB)).toEqual({ complete: true, ...parts });
  });

  test.each([
    ['upper case', `Nginx:${TOKEN}`, "got the image reference 'Nginx' with 'N' at offset 0"],
    ['upper case behind its host', `docker.io/Nginx:${TOKEN}`, "got the image reference 'docker.io/Nginx' with 'N' at offset 10"],
    ['a name that is too long', `${'a'.repeat(248)}:${TOKEN}`, "expected at most 255 characters in the repository with its 'library/', not 256"],
    ['no name', `:${TOKEN}`, "got the image reference '' ending at offset 0"],
    ['a slash at its end', `team/:${TOKEN}`, "got the image reference 'team/' ending at offset 5"],
    ['a bad tag', `nginx:-1@${TOKEN}`, "got the image reference 'nginx:-1' with '-' at offset 6"],
    ['a bad digest', `nginx:${TOKEN}@sha256:abc`, "got the image reference 'nginx@sha256:abc'"],
    ['another registry', `quay.io/nginx:${TOKEN}`, "got the image 'quay.io/nginx:<known at deployment>' of the registry 'quay.io'"],
    ['another registry with a port', `localhost:5000/nginx:${TOKEN}`, "of the registry 'localhost:5000'"],
  ])('fails for %s as the literal name does', (_, image, message) => {
    expect(() => readUpstreamImage(image, HUB)).toThrow(message);
  });

  test('may begin like a registry that is none, as the literal name may', () => {
    expect(readUpstreamImage(`my_host.example/app:${TOKEN}`, HOSTS)).toMatchObject({ repository: 'my_host.example/app', tag: TOKEN });
  });

  test('is not completed where a token is in it', () => {
    expect(readUpstreamImage(`${TOKEN}:1.27`, HUB)).toMatchObject({ repository: TOKEN, tag: '1.27' });
  });
});

describe('a path in the registry', () => {
  test('is read as it is', () => {
    expect(readPath(`quay.io/nginx:1.27@${DIGEST}`)).toEqual({ repository: 'quay.io/nginx', tag: '1.27', digest: DIGEST, complete: true });
  });

  test('has no short form without a host', () => {
    expect(readPath('nginx')).toMatchObject({ repository: 'nginx' });
  });

  test('has the short form of its host', () => {
    expect(readPath('nginx', 'docker.io')).toMatchObject({ repository: 'library/nginx' });
  });

  test('has no short form of a host that is known at deployment only', () => {
    expect(readPath('nginx', PRIVATE)).toMatchObject({ repository: 'nginx' });
  });

  test('is split where a token is in it', () => {
    expect(readPath(`nginx:${TOKEN}`)).toEqual({ repository: 'nginx', tag: TOKEN, complete: true });
  });

  test('fails when it is none', () => {
    expect(() => readPath('Nginx')).toThrow("with 'N' at offset");
    expect(() => readPath(`Nginx:${TOKEN}`)).toThrow("with 'N' at offset");
  });
});
