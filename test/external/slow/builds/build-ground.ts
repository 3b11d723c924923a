import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Builder } from './builder';
import type { Programs } from './builder';
import type { Aws } from '../../../../local/harness/aws';
import { RegistryClient } from '../../../../local/harness/registry-client';
import { BuildImages, NodeMirrors, PullThroughCache, UpstreamRegistry, UpstreamSecret } from '../../../../src';
import { startDockerRegistry } from '../../../local/docker-registry';
import { Ground, REGION } from '../../../local/ground';
import { ACCOUNT, REGISTRY } from '../../../local/mirrored-ground';
import { MirroredNetwork } from '../../../local/mirrored-network';
import { debianPackage } from '../../debian-package';
import { goProgram } from '../../go-program';

const STACK = 'Caches';
const BUSYBOX = 'FROM scratch\nCOPY busybox /bin/busybox\nCOPY name /name\n';
// without the label it takes no contexts
const FRONTEND = 'FROM scratch\nLABEL moby.buildkit.frontend.caps="moby.buildkit.frontend.inputs,moby.buildkit.frontend.contexts"\n'
  + 'COPY dockerfile-frontend /bin/dockerfile-frontend\nENTRYPOINT ["/bin/dockerfile-frontend"]\n';

/** Caches of Docker Hub and Quay that are deployed, a registry in the place of both upstreams, and a network that leads to ECR alone. */
export class BuildGround {
  public static async prepare(): Promise<BuildGround> {
    const ground = await Ground.prepare([ACCOUNT]);
    const programs = {
      buildkitd: goProgram('builds', ground.path('buildkitd'), 'github.com/moby/buildkit/cmd/buildkitd'),
      buildx: goProgram('builds', ground.path('buildx'), 'github.com/docker/buildx/cmd/buildx'),
      runc: join(debianPackage('runc', ground.path('debian-runc')), 'usr', 'sbin', 'runc'),
    };
    const upstream = await startDockerRegistry(ground, join(debianPackage('docker-registry', ground.path('debian-registry')), 'usr', 'bin', 'docker-registry'));
    const network = await MirroredNetwork.start(ground, REGISTRY);
    const builder = await Builder.start(ground, 'contexts', programs, network.environment, `[registry."${upstream}"]\n  http = true\n`);
    const made = new BuildGround(ground, programs, network, builder, upstream);
    await made.fill();
    await made.deploy();
    return made;
  }

  public caches!: { readonly hub: PullThroughCache; readonly quay: PullThroughCache; readonly stack: Stack };

  private developer?: Promise<Aws>;

  private constructor(
    public readonly ground: Ground,
    private readonly programs: Programs,
    public readonly network: MirroredNetwork,
    /** Without mirrors. */
    public readonly builder: Builder,
    /** The registry in the place of the upstreams. */
    private readonly upstream: string) {}

  /** A BuildKit with the configuration that is printed. */
  public async mirroredBuilder(): Promise<Builder> {
    const { hub, quay, stack } = this.caches;
    return Builder.start(this.ground, 'mirrors', this.programs, this.network.environment, NodeMirrors.forCaches(stack, [hub, quay]).buildkitToml());
  }

  /** Logs a builder in as a role. */
  public async login(builder: Builder, role: string): Promise<void> {
    this.network.token = (await this.clientOf(role)).userAndPassword;
    builder.login(REGISTRY, this.network.token);
  }

  /** A name with tag and digest of an image that is cached already, since whether ECR makes a first pull by a digest is unverified. */
  public async pinned(name: string, tag: string): Promise<string> {
    const { digest } = await (await this.clientOf('builder')).pull(`docker-hub/library/${name}`, tag);
    return `${name}:${tag}@${digest}`;
  }

  private async clientOf(role: string): Promise<RegistryClient> {
    this.developer ??= this.ground.developer(ACCOUNT);
    return RegistryClient.login(await (await this.developer).assume(`arn:aws:iam::${ACCOUNT}:role/${role}`));
  }

  public async end(): Promise<void> {
    this.network.end();
    await this.ground.end();
  }

  /** Images that say which they are, made by BuildKit itself. */
  private async fill(): Promise<void> {
    const busybox = readFileSync(join(debianPackage('busybox-static', this.ground.path('debian-busybox')), 'bin', 'busybox'));
    const frontend = goProgram('builds', this.ground.path('dockerfile-frontend'), 'github.com/moby/buildkit/frontend/dockerfile/cmd/dockerfile-frontend');
    const push = async (name: string, dockerfile: string, files: Record<string, string | Buffer>) => {
      const { code, output } = await this.builder.build(dockerfile, {
        files, args: ['--platform', 'linux/amd64,linux/arm64', '--output', `type=image,name=${this.upstream}/${name},push=true`],
      });
      if (code !== 0) { throw new Error(output); }
    };
    this.builder.login(REGISTRY);
    for (const name of ['library/node:24', 'library/node:latest', 'library/golang:latest', 'library/pinned:1', 'team/tool:2', 'team/nginx:1.27']) {
      await push(name, BUSYBOX, { busybox, name });
    }
    await push('docker/dockerfile:1', FRONTEND, { 'dockerfile-frontend': readFileSync(frontend) });
    for (const host of ['registry-1.docker.io', 'quay.io']) { await this.ground.engine.upstream(host, { url: `http://${this.upstream}` }); }
  }

  private async deploy(): Promise<void> {
    const app = this.ground.synth(scope => {
      const stack = new Stack(scope, STACK, { env: { account: ACCOUNT, region: REGION } });
      const login = new UpstreamSecret(stack, 'Login', { secretName: 'ecr-pullthroughcache/docker-hub', username: 'my-team' });
      const hub = new PullThroughCache(stack, 'Hub', { upstream: UpstreamRegistry.dockerHub(login.credential) });
      const quay = new PullThroughCache(stack, 'Quay', { upstream: UpstreamRegistry.QUAY });
      const role = (roleName: string) => new iam.Role(stack, roleName, { roleName, assumedBy: new iam.AccountRootPrincipal() });
      const images = [
        ...['node:24', 'node', 'golang', 'pinned', 'docker/dockerfile:1'].map(one => hub.image(one)), ...['team/tool:2', 'team/nginx:1.27'].map(one => quay.image(one)),
      ];
      BuildImages.forStack(stack, images).grantPull(role('builder'));
      BuildImages.forStack(stack, [hub.image('node')]).grantPull(role('builder-of-less'));
      new CfnOutput(stack, 'Secret', { value: login.secret.secretArn });
      this.caches = { hub, quay, stack };
    });
    const { code, output } = await this.ground.cdk(ACCOUNT).deploy(STACK, { app });
    if (code !== 0) { throw new Error(output); }
    await this.ground.aws(ACCOUNT).secretsManager.send(new PutSecretValueCommand({
      SecretId: this.ground.cdk(ACCOUNT).outputs(STACK).Secret, SecretString: JSON.stringify({ username: 'my-team', accessToken: 'right' }),
    }));
  }
}
