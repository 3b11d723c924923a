import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { startDockerHub } from './docker-hub';
import { Ground, REGION } from './ground';
import { goJudge, MirroredNode } from './mirrored-node';
import type { Aws } from '../../local/harness/aws';
import { NodeLogin, NodeMirrors, PullThroughCache, UpstreamRegistry, UpstreamSecret } from '../../src';
import type { NodeMirrorsOptions } from '../../src';

export const ACCOUNT = '111122223333';
export const REGISTRY = `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`;
const STACK = 'Nodes';
const LOGIN = { username: 'my-team', accessToken: 'right' };

/** The ways of a node: the token in its files, the same with a fallback, kubelet's login. */
const WAYS = {
  token: {}, fallback: { fallback: true }, kubelet: { login: NodeLogin.CREDENTIAL_PROVIDER },
} satisfies Record<string, NodeMirrorsOptions>;
export type Way = keyof typeof WAYS;

/** What is printed for a way. */
interface Printed {
  readonly userData: string;
  readonly registriesConf: string;
  /** kubelet's configuration, where it logs in. */
  readonly config: string;
}

/** Caches of Docker Hub and ECR Public that are deployed, a role of nodes, and what is printed for them. */
export class MirroredGround {
  public static async prepare(): Promise<MirroredGround> {
    const ground = await Ground.prepare([ACCOUNT]);
    const digests = await startDockerHub(ground, LOGIN, ['library/web', 'acme/app', 'acme/redirected', 'acme/kubelet']);
    const printed: Partial<Record<Way, Printed>> = {};
    const app = ground.synth(scope => {
      const stack = new Stack(scope, STACK, { env: { account: ACCOUNT, region: REGION } });
      const login = new UpstreamSecret(stack, 'Login', { secretName: 'ecr-pullthroughcache/docker-hub', username: LOGIN.username });
      const caches = [
        new PullThroughCache(stack, 'Hub', { upstream: UpstreamRegistry.dockerHub(login.credential) }),
        new PullThroughCache(stack, 'Public', { upstream: UpstreamRegistry.ECR_PUBLIC }),
      ];
      for (const [way, options] of Object.entries(WAYS) as [Way, NodeMirrorsOptions][]) {
        const mirrors = NodeMirrors.forCaches(stack, caches, options);
        const config = way === 'kubelet' ? mirrors.credentialProviderConfig() : '';
        printed[way] = { userData: mirrors.userDataText(), registriesConf: mirrors.registriesConf(), config };
      }
      NodeMirrors.forCaches(stack, caches).grantPull(new iam.Role(stack, 'NodeRole', { roleName: 'node', assumedBy: new iam.AccountRootPrincipal() }));
      new CfnOutput(stack, 'Secret', { value: login.secret.secretArn });
    });
    const { code, output } = await ground.cdk(ACCOUNT).deploy(STACK, { app });
    if (code !== 0) {
      throw new Error(output);
    }
    await ground.aws(ACCOUNT).secretsManager.send(new PutSecretValueCommand({
      SecretId: ground.cdk(ACCOUNT).outputs(STACK).Secret, SecretString: JSON.stringify(LOGIN),
    }));
    const nodeRole = await (await ground.developer(ACCOUNT)).assume(`arn:aws:iam::${ACCOUNT}:role/node`);
    return new MirroredGround(ground, digests, printed as Record<Way, Printed>, nodeRole);
  }

  private readonly judges: { readonly resolver: string; readonly provider: string };
  private nodes = 0;

  private constructor(
    public readonly ground: Ground,
    public readonly digests: Record<string, string>,
    public readonly printed: Record<Way, Printed>,
    private readonly nodeRole: Aws) {
    this.judges = {
      resolver: goJudge(ground, 'resolver'),
      provider: goJudge(ground, 'credential-provider', 'k8s.io/cloud-provider-aws/cmd/ecr-credential-provider'),
    };
  }

  /** A node that was installed and has started. */
  public startedNode(way: Way = 'token', shell?: string): MirroredNode {
    const node = new MirroredNode(this.ground, `node-${++this.nodes}`, this.judges, this.nodeRole, shell);
    node.install(this.printed[way].userData);
    const failure = node.boot();
    if (failure !== undefined) {
      throw new Error(failure);
    }
    return node;
  }

  public async end(): Promise<void> {
    await this.ground.end();
  }
}
