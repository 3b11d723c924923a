import { mkdtempSync, readFileSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { App, CliCredentialsStackSynthesizer, DefaultStackSynthesizer, BootstraplessSynthesizer, NestedStack, Stack } from 'aws-cdk-lib';
import type { IStackSynthesizer } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { DockerImageAsset } from 'aws-cdk-lib/aws-ecr-assets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { BuildImages, ImageInCache, PullThroughCache, UpstreamCredential, UpstreamRegistry } from '../../src';
import { ECHO, ENV, newStack, warningsOf } from '../app';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const HOST = `${ENV.account}.dkr.ecr.${ENV.region}.amazonaws.com`;

function world() {
  const app = new App();
  const caches = newStack(app, 'Caches');
  const secret = Secret.fromSecretCompleteArn(caches, 'Secret', `arn:aws:secretsmanager:${ENV.region}:${ENV.account}:secret:ecr-pullthroughcache/hub-AbCdEf`);
  const hub = new PullThroughCache(caches, 'Hub', { upstream: UpstreamRegistry.dockerHub(UpstreamCredential.fromSecret(secret)) });
  const quay = new PullThroughCache(caches, 'Quay', { upstream: UpstreamRegistry.QUAY });
  const stack = newStack(app, 'Main');
  stack.addDependency(caches);
  return { app, caches, hub, quay, stack };
}

function dockerfile(...lines: string[]): string {
  const directory = mkdtempSync(join(tmpdir(), 'build-images-'));
  writeFileSync(join(directory, 'Dockerfile'), lines.join('\n'));
  return directory;
}

describe('the build contexts', () => {
  test('have each spelling of a name of Docker Hub', () => {
    const { hub, stack } = world();
    const cached = `docker-image://${HOST}/docker-hub/library/node:24`;
    expect(BuildImages.forStack(stack, [hub.image('node:24')]).buildContexts).toEqual(Object.fromEntries(
      ['docker.io/library/node:24', 'docker.io/node:24', 'index.docker.io/library/node:24', 'library/node:24', 'node:24', 'registry-1.docker.io/library/node:24']
        .map(name => [name, cached])));
  });

  test('have no bare path for another registry, since that would be an image of Docker Hub', () => {
    const { quay, stack } = world();
    expect(BuildImages.forStack(stack, [quay.image('team/tool:2')]).buildContexts).toEqual({
      'quay.io/team/tool:2': `docker-image://${HOST}/quay/team/tool:2`,
    });
  });

  test.each<[string, string[], string]>([
    ['tool', ['quay.io/tool', 'quay.io/tool:latest'], 'tool:latest'],
    [`tool@${DIGEST}`, [`quay.io/tool@${DIGEST}`], `tool@${DIGEST}`],
    [`tool:2@${DIGEST}`, [`quay.io/tool:2@${DIGEST}`, `quay.io/tool@${DIGEST}`], `tool@${DIGEST}`],
  ])('have a key for each form of %s', (image, names, cached) => {
    const { quay, stack } = world();
    const { buildContexts } = BuildImages.forStack(stack, [quay.image(image)]);
    expect(buildContexts).toEqual(Object.fromEntries(names.map(name => [name, `docker-image://${HOST}/quay/${cached}`])));
  });

  test('name the upstream\'s whole path where a cache serves a part of it', () => {
    const { caches, stack } = world();
    const team = new PullThroughCache(caches, 'Team', { upstream: UpstreamRegistry.KUBERNETES, repositoryPrefix: 'team', upstreamRepositoryPrefix: 'team-a' });
    expect(BuildImages.forStack(stack, [team.image('team-a/app:1')]).buildContexts).toMatchObject({
      'registry.k8s.io/team-a/app:1': `docker-image://${HOST}/team/app:1`,
    });
  });

  test('let a cached image stand in only where it is said', () => {
    const { caches, stack } = world();
    const echo = new PullThroughCache(caches, 'Echo', { upstream: ECHO });
    expect(BuildImages.forStack(stack, [echo.image('nginx:1.27')]).buildContexts).not.toHaveProperty('nginx:1.27');
    const build = BuildImages.forStack(stack, [echo.image('nginx:1.27')]);
    build.replace('nginx:1.27', echo.image('nginx:1.27'));
    expect(build.buildContexts).toMatchObject({
      'nginx:1.27': `docker-image://${HOST}/echo/nginx:1.27`, 'docker.io/library/nginx:1.27': `docker-image://${HOST}/echo/nginx:1.27`,
    });
  });

  test('go into the manifest of image assets, also of functions and of nested stacks', () => {
    const { app, hub, stack } = world();
    const directory = dockerfile('FROM node:24');
    const { buildContexts } = BuildImages.forStack(new NestedStack(stack, 'Nested'), [hub.image('node:24')]);
    new DockerImageAsset(stack, 'Asset', { directory, buildContexts });
    new lambda.DockerImageFunction(stack, 'Function', { code: lambda.DockerImageCode.fromImageAsset(directory, { buildContexts }) });
    const { directory: assembly } = app.synth();
    const assets = JSON.parse(readFileSync(join(assembly, 'Main.assets.json'), 'utf8')).dockerImages;
    expect(Object.values<any>(assets).map(({ source }) => source.dockerBuildContexts)).toEqual([expect.objectContaining({
      'node:24': `docker-image://${HOST}/docker-hub/library/node:24`,
    })]);
  });
});

describe('what can not be built through is refused', () => {
  const refused = (make: (here: ReturnType<typeof world>) => ImageInCache[], message: string) => {
    const here = world();
    expect(() => BuildImages.forStack(here.stack, make(here))).toThrow(message);
  };

  test('no image', () => refused(() => [], 'got an empty list of images, expected at least one'));

  test('a name instead of an image', () => refused(() => ['node:24' as any], "got the text 'node:24' as an image, expected an image of a cache: write it such as "));

  test('a cache of another Region', () => refused(({ app }) => {
    const far = new PullThroughCache(newStack(app, 'Far', { ...ENV, region: 'us-east-1' }), 'Quay', { upstream: UpstreamRegistry.QUAY });
    return [far.image('team/tool:2')];
  }, `got the image 'quay/team/tool' of a cache in the account ${ENV.account} and Region us-east-1, expected one of the account ${ENV.account} and Region ${ENV.region}, `
    + 'where the CDK logs in before it builds images of this stack'));

  test('a cache whose account and Region are known at deployment', () => refused(({ app }) => [
    new PullThroughCache(new Stack(app, 'Anywhere'), 'Quay', { upstream: UpstreamRegistry.QUAY }).image('team/tool:2'),
  ], 'got the literal address of an image whose account or Region is known only at deployment'));

  test('a cache whose upstream is not known', () => refused(({ caches }) => [PullThroughCache.fromRepositoryPrefix(caches, 'Import', 'other').image('tool')],
    "got an image of a cache whose upstream is not known, 'other/tool', expected a cache that says what it caches"));

  test('two images for one name', () => refused(({ caches, quay }) => [
    quay.image('tool:1'), new PullThroughCache(caches, 'Second', { upstream: UpstreamRegistry.QUAY, repositoryPrefix: 'second' }).image('tool:1'),
  ], `got two images for 'quay.io/tool:1': '${HOST}/quay/tool:1' and '${HOST}/second/tool:1', expected one`));

  test('no stack', () => {
    expect(() => BuildImages.forStack(undefined as any, [])).toThrow('got nothing as the stack with the images, expected a stack');
  });
});

describe('the permission to build', () => {
  test('is the publishing role\'s of the bootstrap, in the stack of the cache, for the images alone', () => {
    const { caches, hub, quay, stack } = world();
    BuildImages.forStack(stack, [hub.image('node:24'), quay.image('team/tool:2')]).grantPublishing();
    const policies = Object.values<any>(Template.fromStack(caches).findResources('AWS::IAM::Policy'));
    expect(policies).toHaveLength(1);
    expect(policies[0].Properties.Roles).toEqual([`cdk-hnb659fds-image-publishing-role-${ENV.account}-${ENV.region}`]);
    expect(JSON.stringify(policies[0].Properties.PolicyDocument)).toMatch(/ecr:BatchImportUpstreamImage.*repository\/docker-hub\/library\/node.*repository\/quay\/team\/tool/s);
  });

  describe('has a policy on the role', () => {
    const nameIn = (stackName: string, context: { [key: string]: boolean } = {}, region = ENV.region) => {
      const app = new App({ context });
      const env = { ...ENV, region };
      const caches = new Stack(app, 'Caches', { env, stackName });
      const quay = new PullThroughCache(caches, 'Quay', { upstream: UpstreamRegistry.QUAY });
      BuildImages.forStack(new Stack(app, 'Main', { env }), [quay.image('team/tool:2')]).grantPublishing();
      const [policy] = Object.values<any>(Template.fromStack(caches).findResources('AWS::IAM::Policy'));
      return policy.Properties.PolicyName as string;
    };
    const SAFE = { '@aws-cdk/aws-iam:importedRoleStackSafeDefaultPolicyName': true };

    test.each([['without', {}], ['with', SAFE]])('whose name another app has not, %s the flag of aws-cdk', (_, context) => {
      const [one, same, other] = [nameIn('team-a-caches', context), nameIn('team-a-caches', context), nameIn('team-b-caches', context)];

      expect(one).toBe(same);
      expect(one).not.toBe(other);
      expect(one).toMatch(/^[\w+=,.@-]{1,128}$/);
    });

    test('whose name the same stack has not in another Region, since the name of a role may have none', () => {
      expect(nameIn('caches')).toMatch(/-eu-central-1$/);
      expect(nameIn('caches', {}, 'us-east-1')).toMatch(/-us-east-1$/);
    });

    test('whose name is short enough for the longest name of a stack, and differs at its end', () => {
      const [one, other] = ['a', 'b'].map(end => nameIn(`${'x'.repeat(127)}${end}`, SAFE));

      expect(one.length).toBeLessThanOrEqual(128);
      expect(one).not.toBe(other);
    });

    test('for each nested stack with caches', () => {
      const app = new App({ context: SAFE });
      const parent = newStack(app, 'Caches');
      const nested = ['One', 'Two'].map(id => new NestedStack(parent, id));
      const images = nested.map((stack, at) => new PullThroughCache(stack, 'Quay', { upstream: UpstreamRegistry.QUAY, repositoryPrefix: `q${at}x` }).image('team/tool:2'));
      const main = newStack(app, 'Main');
      images.forEach(image => BuildImages.forStack(main, [image]).grantPublishing());
      const names = nested.map(stack => Object.values<any>(Template.fromStack(stack).findResources('AWS::IAM::Policy'))[0].Properties.PolicyName);

      expect(new Set(names).size).toBe(2);
    });
  });

  test.each<[string, DefaultStackSynthesizer, string]>([
    ['a qualifier', new DefaultStackSynthesizer({ qualifier: 'abc' }), `cdk-abc-image-publishing-role-${ENV.account}-${ENV.region}`],
    ['a role of its own', new DefaultStackSynthesizer({ imageAssetPublishingRoleArn: 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/builder' }), 'builder'],
  ])('follows a synthesizer with %s', (_, synthesizer, role) => {
    const { app, caches, quay } = world();
    const stack = new Stack(app, 'Other', { env: ENV, synthesizer });
    BuildImages.forStack(stack, [quay.image('team/tool:2')]).grantPublishing();
    Template.fromStack(caches).hasResourceProperties('AWS::IAM::Policy', { Roles: [role] });
  });

  test.each<[string, IStackSynthesizer]>([
    ['CliCredentialsStackSynthesizer', new CliCredentialsStackSynthesizer()],
    ['BootstraplessSynthesizer', new BootstraplessSynthesizer()],
    ['DefaultStackSynthesizer', new DefaultStackSynthesizer({ imageAssetPublishingRoleArn: '' })],
  ])(
    'needs a role beside %s', (name, synthesizer) => {
      const { app, caches, quay } = world();
      const build = BuildImages.forStack(new Stack(app, 'Other', { env: ENV, synthesizer }), [quay.image('team/tool:2')]);
      expect(() => build.grantPublishing()).toThrow(`got the synthesizer ${name}, which names no role that publishes images, expected one with a bootstrap`);
      const role = new iam.Role(caches, 'Builder', { assumedBy: new iam.ServicePrincipal('codebuild.amazonaws.com') });
      build.grantPublishing(role);
      Template.fromStack(caches).resourceCountIs('AWS::IAM::Policy', 1);
    });

  test('goes to any principal that builds', () => {
    const { caches, quay, stack } = world();
    const role = new iam.Role(caches, 'Builder', { assumedBy: new iam.ServicePrincipal('codebuild.amazonaws.com') });
    BuildImages.forStack(stack, [quay.image('team/tool:2')]).grantPull(role);
    expect(JSON.stringify(Template.fromStack(caches).findResources('AWS::IAM::Policy'))).toContain('ecr:BatchImportUpstreamImage');
  });
});

describe('a Dockerfile', () => {
  test('gives contexts for what caches serve, in its own spelling, and tells the rest', () => {
    const { hub, quay, stack } = world();
    const directory = dockerfile('FROM node:24 AS build', 'FROM docker.io/library/nginx:1.27', 'COPY --from=quay.io/team/tool:2 / /', 'COPY --from=ghcr.io/a/b:1 / /', 'FROM build');
    const build = BuildImages.fromDockerfile(stack, [hub, quay], directory);
    expect(build.buildContexts).toMatchObject({
      'node:24': `docker-image://${HOST}/docker-hub/library/node:24`,
      'docker.io/library/nginx:1.27': `docker-image://${HOST}/docker-hub/library/nginx:1.27`,
      'quay.io/team/tool:2': `docker-image://${HOST}/quay/team/tool:2`,
    });
    expect(build.notCached).toEqual(['ghcr.io/a/b:1']);
    expect(warningsOf(stack)).toEqual([]);
  });

  test('warns of an argument that only the build knows, and takes it from the options', () => {
    const { hub, stack } = world();
    const directory = dockerfile('ARG VERSION', 'FROM node:$VERSION');
    BuildImages.fromDockerfile(stack, [hub], directory);
    expect(warningsOf(stack)).toEqual([expect.stringContaining("buildImageNotKnown: only the build knows the images 'node:$VERSION' of ")]);
    expect(BuildImages.fromDockerfile(stack, [hub], directory, { buildArgs: { VERSION: '24' } }).buildContexts).toHaveProperty('node:24');
  });

  test.each(['nginx', 'nginx:latest', 'docker.io/library/nginx'])('keeps a stage that has the name of its image %s, which BuildKit would replace, and warns', image => {
    const { hub, stack } = world();
    const { buildContexts, notCached } = BuildImages.fromDockerfile(stack, [hub], dockerfile(`FROM ${image} AS Nginx`, 'RUN true', 'FROM nginx'));
    expect([buildContexts, notCached]).toEqual([{}, [image]]);
    expect(warningsOf(stack)).toEqual([expect.stringContaining(`buildStageNamed: the image '${image}' of `)]);
  });

  test('keeps the image of a stage that is named without its tag', () => {
    const { hub, stack } = world();
    const { buildContexts } = BuildImages.fromDockerfile(stack, [hub], dockerfile('FROM nginx:1.27 AS nginx', 'FROM nginx'));
    expect(Object.keys(buildContexts)).toContain('nginx:1.27');
  });

  test('has to be there', () => {
    const { hub, stack } = world();
    for (const file of ['Other', '.', '../Dockerfile', '/etc/hostname']) {
      expect(() => BuildImages.fromDockerfile(stack, [hub], dockerfile(), { file })).toThrow(/^got no file '.*' in '.*', expected the Dockerfile of the build: /);
    }
    expect(() => BuildImages.fromDockerfile(stack, [hub], dockerfile(), { file: 0 as any })).toThrow('got the number 0 as file, expected a text');
    expect(() => BuildImages.fromDockerfile(stack, [], dockerfile())).toThrow('got an empty list of caches');
  });
});

describe('a replacement', () => {
  test('is granted to those who were allowed before', () => {
    const { caches, quay, hub, stack } = world();
    const build = BuildImages.forStack(stack, [quay.image('team/tool:2')]);
    build.grantPublishing();
    build.replace('node:24', hub.image('node:24-slim'));
    expect(JSON.stringify(Template.fromStack(caches).findResources('AWS::IAM::Policy'))).toContain('repository/docker-hub/library/node');
  });

  test('comes before an asset has its contexts', () => {
    const { quay, stack } = world();
    const build = BuildImages.forStack(stack, [quay.image('team/tool:2')]);
    expect(Object.keys(build.buildContexts)).toHaveLength(1);
    expect(() => build.replace('node:24', quay.image('node:24'))).toThrow("got replace() of 'node:24' after buildContexts was read, expected all replacements before");
  });
});

describe('images are built before the CDK deploys', () => {
  test('so a cache in a stack that this one does not depend on warns', () => {
    const { app, quay } = world();
    const stack = newStack(app, 'Other');
    BuildImages.forStack(stack, [quay.image('team/tool:2')]);
    expect(warningsOf(stack)).toEqual([expect.stringContaining("builtBeforeCache: images of this stack are built through the cache 'Caches/Quay', which may be deployed after them. "
      + "Call addDependency() of this stack with 'Caches'")]);
  });

  test('so a cache in the same stack warns', () => {
    const stack = newStack();
    BuildImages.forStack(stack, [new PullThroughCache(stack, 'Quay', { upstream: UpstreamRegistry.QUAY }).image('tool:2')]);
    expect(warningsOf(stack)).toEqual([expect.stringContaining('which is deployed with them, after they are built. Move the cache to a stack of its own')]);
  });

  test('and a cache before it, or one that is imported, does not', () => {
    const { quay, stack } = world();
    const other = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Import', { repositoryPrefix: 'k8s', upstream: UpstreamRegistry.KUBERNETES });
    BuildImages.forStack(stack, [quay.image('team/tool:2'), other.image('pause:3')]);
    expect(warningsOf(stack)).toEqual([]);
  });
});

describe('the permission that comes too late', () => {
  const importIn = (scope: Stack) => PullThroughCache.fromPullThroughCacheAttributes(scope, 'Import', { repositoryPrefix: 'quay', upstream: UpstreamRegistry.QUAY });
  const TOO_LATE = /builtBeforeCache: the permission to build images of this stack through the cache 'quay' is in the stack 'Main', which is deployed after they are built/;

  test('is warned of for a cache that is imported beside the images', () => {
    const stack = newStack(new App(), 'Main');
    BuildImages.forStack(stack, [importIn(stack).image('team/tool:2')]).grantPublishing();

    expect(warningsOf(stack)).toContainEqual(expect.stringMatching(TOO_LATE));
  });

  test('is warned of for a role that is named beside the images', () => {
    const { quay, stack } = world();
    BuildImages.forStack(stack, [quay.image('team/tool:2')]).grantPublishing(iam.Role.fromRoleName(stack, 'Builder', 'ci'));

    expect(warningsOf(stack)).toContainEqual(expect.stringMatching(TOO_LATE));
  });

  test('is not where both are in a stack that is deployed before', () => {
    const { caches, stack } = world();
    BuildImages.forStack(stack, [importIn(caches).image('team/tool:2')]).grantPublishing(iam.Role.fromRoleName(caches, 'Builder', 'ci'));

    expect(warningsOf(stack)).toEqual([]);
  });
});
