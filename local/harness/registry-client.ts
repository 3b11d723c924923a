import { createHash } from 'node:crypto';
import { GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import type { Aws } from './aws';
import { ask } from './http';
import type { Answer } from './http';

/** An image that was pulled whole: every content of it has the digest that it is named by. */
export interface PulledImage {
  readonly digest: string;
  /** Such as `linux/amd64`; empty for an image of one platform. */
  readonly platforms: readonly string[];
  /** How many contents came: manifests, configurations, layers. */
  readonly contents: number;
}

/** A registry said no. */
export class PullRefused extends Error {
  constructor(public readonly status: number, public readonly code: string, public readonly reason: string) {
    super(`${status} ${code}: ${reason}`);
  }
}

interface Descriptor {
  readonly digest: string;
  readonly platform?: { readonly os: string; readonly architecture: string };
}

interface Manifest {
  readonly manifests?: readonly Descriptor[];
  readonly config?: Descriptor;
  readonly layers?: readonly Descriptor[];
}

const ACCEPT = [
  'application/vnd.oci.image.index.v1+json', 'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json', 'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** A registry client: OCI Distribution Specification, "Pull". */
export class RegistryClient {
  /**
   * Logs in as `docker login` does with what `aws ecr get-login-password` prints.
   *
   * @param registry the account of another registry than the caller's own
   */
  public static async login(aws: Aws, registry?: string): Promise<RegistryClient> {
    const { authorizationData } = await aws.ecr.send(new GetAuthorizationTokenCommand({}));
    const host = registry && `${registry}.dkr.ecr.${aws.region}.amazonaws.com`;
    return new RegistryClient(aws.endpoint, authorizationData![0].authorizationToken!, host);
  }

  constructor(private readonly url: string, private readonly token: string, private readonly host?: string) {}

  /** The user and password of the login, for other clients. */
  public get userAndPassword(): string {
    return Buffer.from(this.token, 'base64').toString();
  }

  /** Pulls an image with all its platforms and proves every content. Rejects with PullRefused. */
  public async pull(repository: string, reference: string): Promise<PulledImage> {
    const top = await this.manifest(repository, reference);
    const read = JSON.parse(top.body.toString()) as Manifest;
    const children = read.manifests ?? [];
    let contents = 1;
    for (const child of children) {
      contents += 1 + await this.pullContents(repository, JSON.parse((await this.manifest(repository, child.digest)).body.toString()) as Manifest);
    }
    contents += await this.pullContents(repository, read);
    const platforms = children.map(({ platform }) => platform ? `${platform.os}/${platform.architecture}` : 'unknown');
    return { digest: sha256(top.body), platforms, contents };
  }

  /** A manifest by tag or digest. Rejects with PullRefused. */
  public async manifest(repository: string, reference: string): Promise<Answer> {
    const answer = await this.get(`/v2/${repository}/manifests/${reference}`);
    const named = reference.includes(':') ? reference : answer.headers['docker-content-digest'];
    expectDigest(answer.body, String(named));
    return answer;
  }

  /** The referrers of an image: OCI Distribution Specification, "Listing Referrers". Rejects with PullRefused. */
  public async referrers(repository: string, digest: string): Promise<readonly { readonly artifactType?: string }[]> {
    const { body } = await this.get(`/v2/${repository}/referrers/${digest}`);
    return (JSON.parse(body.toString()) as { manifests: { artifactType?: string }[] }).manifests;
  }

  private async pullContents(repository: string, { config, layers = [] }: Manifest): Promise<number> {
    const all = [...config ? [config] : [], ...layers];
    for (const { digest } of all) {
      expectDigest((await this.get(`/v2/${repository}/blobs/${digest}`)).body, digest);
    }
    return all.length;
  }

  private async get(path: string): Promise<Answer> {
    const answer = await ask('GET', this.url + path, {
      headers: { Accept: ACCEPT, Authorization: `Basic ${this.token}`, ...this.host ? { Host: this.host } : {} },
    });
    if (answer.status === 307) {
      // ECR sends the client to S3 for layers, or to an upstream: the login stays behind
      return ask('GET', String(answer.headers.location));
    }
    if (answer.status !== 200) {
      throw refusal(answer);
    }
    return answer;
  }
}

function refusal({ status, body }: Answer): PullRefused {
  try {
    const { errors: [{ code, message }] } = JSON.parse(body.toString()) as { errors: { code: string; message: string }[] };
    return new PullRefused(status, code, message);
  } catch {
    // what stands in front of a registry doesn't answer as one
    return new PullRefused(status, 'UNKNOWN', body.toString());
  }
}

function sha256(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

function expectDigest(content: Buffer, digest: string): void {
  if (sha256(content) !== digest) {
    throw new Error(`got content of ${sha256(content)}, expected ${digest}`);
  }
}
