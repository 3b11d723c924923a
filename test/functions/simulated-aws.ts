import { createServer } from 'http';
import type { IncomingMessage, Server, ServerResponse } from 'http';
import type { AddressInfo } from 'net';

/** An image of the simulated registry; `children` makes it an index. */
export interface SimulatedImage {
  readonly digest: string;
  tags: string[];
  pushedAt: Date;
  readonly bytes: number;
  readonly layers: string[];
  readonly children?: string[];
  /** When somebody pulled it last. */
  readonly pulledAt?: Date;
  /** ECR's word for where it is; `ACTIVE` if nothing is said here. */
  status?: 'ARCHIVED' | 'ACTIVATING';
  readonly subject?: string;
  /** Instead of the manifest that the other members make. */
  readonly manifest?: string;
}

export interface Call {
  readonly action: string;
  readonly input: any;
}

/** What a call gets instead of its answer: an error of AWS, or nothing at all for as long as the server lives. */
export type Fault = { readonly type: string; readonly message?: string; readonly status?: number } | 'hang';

/** Ends the token of a page whose queries have more values. */
const REST = '.rest';
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const OCI_IMAGE = 'application/vnd.oci.image.manifest.v1+json';

/**
 * ECR and CloudWatch as far as the functions call them, over HTTP, so that the real SDK does its signing, paging, retrying and
 * parsing of errors. What can go wrong is a fault that a test sets.
 */
export class SimulatedAws {
  public readonly calls: Call[] = [];
  /** How often an action was called. */
  public readonly counts = new Map<string, number>();
  public readonly repositories = new Map<string, SimulatedImage[]>();
  /** What a first pull of `repository:tag` brings. */
  public readonly upstream = new Map<string, SimulatedImage[]>();
  /** Pulls of a repository by the hour that they were in. */
  public readonly pulls = new Map<string, { readonly at: Date; readonly count: number }[]>();
  public readonly metrics: any[] = [];
  /** What CloudWatch says of the pulls of a repository, `Complete` if nothing is said here. */
  public readonly pullStatus = new Map<string, string>();
  /** Whether CloudWatch gives the values of a query a few at a time, as it may. */
  public partialPulls = false;
  /** The rules that the probe finds. */
  public probedRules = ['echo', 'hub'];
  /** The repository creation templates. */
  public readonly creationTemplates: { readonly prefix: string; readonly appliedFor: string[]; readonly lifecyclePolicy?: string }[] = [];
  /** What ECR finds wrong with the credential of a rule. */
  public badCredential?: string;
  /** How S3 answers who downloads a layer. */
  public downloadStatus = 206;
  /** The most that a page has, whatever is asked for. */
  public page = 1000;

  private readonly server: Server = createServer((request, response) => this.receive(request, response));

  /** Decides for each call whether it fails, from its input and how often the action was called before. */
  public fault: (call: Call, nth: number) => Fault | undefined = () => undefined;

  public async start(): Promise<void> {
    await new Promise<void>(started => this.server.listen(0, '127.0.0.1', started));
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'simulated',
      AWS_SECRET_ACCESS_KEY: 'simulated',
    });
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(stopped => this.server.close(stopped));
  }

  public callsOf(action: string): any[] {
    return this.calls.filter(call => call.action === action).map(call => call.input);
  }

  /** The values of a metric by prefix. */
  public metric(name: string): { [prefix: string]: number } {
    return Object.fromEntries(this.metrics.filter(datum => datum.MetricName === name)
      .map(datum => [datum.Dimensions[0].Value, datum.Value]));
  }

  /** What a call gets, if it gets anything. */
  public respond(call: Call): [number, object | string] | undefined {
    const nth = this.counts.get(call.action) ?? 0;
    this.counts.set(call.action, nth + 1);
    this.calls.push(call);
    const fault = this.fault(call, nth);
    if (fault === 'hang') {
      return undefined;
    }
    return fault ? [fault.status ?? 400, { __type: fault.type, message: fault.message ?? fault.type }] : this.answer(call);
  }

  private receive(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', chunk => chunks.push(chunk));
    request.on('end', () => {
      const answer = this.respond(this.read(request, Buffer.concat(chunks).toString()));
      if (!answer) {
        return;
      }
      const [status, body] = answer;
      response.writeHead(status, { 'content-type': request.headers['content-type'] ?? 'text/plain' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  }

  /** Which call a request is. Services that don't name it by a header are for those who need them. */
  protected read(request: IncomingMessage, body: string): Call {
    if (request.method === 'GET') {
      return { action: 'Download', input: { path: request.url, range: request.headers.range } };
    }
    const [, action] = String(request.headers['x-amz-target']).split('.');
    return { action, input: JSON.parse(body) };
  }

  protected answer({ action, input }: Call): [number, object | string] {
    switch (action) {
      case 'DescribeRepositories': return this.describeRepositories(input);
      case 'DescribeImages': return this.describeImages(input);
      case 'BatchGetImage': return this.batchGetImage(input);
      case 'GetDownloadUrlForLayer': return this.getDownloadUrlForLayer(input);
      case 'DescribePullThroughCacheRules':
        return [200, { pullThroughCacheRules: this.probedRules.map(ecrRepositoryPrefix => ({ ecrRepositoryPrefix })) }];
      case 'DescribeRepositoryCreationTemplates': return this.describeTemplates(input);
      case 'ValidatePullThroughCacheRule': return [200, { isValid: !this.badCredential, failure: this.badCredential }];
      case 'Download': return [this.downloadStatus, ' '];
      case 'GetMetricData': return this.getMetricData(input);
      case 'PutMetricData': return this.putMetricData(input);
      default: return error('UnknownOperationException', action);
    }
  }

  private describeTemplates(input: any): [number, object] {
    const { items, nextToken } = this.paged(this.creationTemplates, input);
    return [200, { repositoryCreationTemplates: items, nextToken }];
  }

  private describeRepositories(input: any): [number, object] {
    const { items, nextToken } = this.paged(this.repositoryNames(), input);
    return [200, { repositories: items.map(repositoryName => ({ repositoryName })), nextToken }];
  }

  protected repositoryNames(): string[] {
    return [...this.repositories.keys()];
  }

  /** The images of a repository, or undefined for one that isn't there. */
  protected imagesOf(repository: string): SimulatedImage[] | undefined {
    return this.repositories.get(repository);
  }

  private describeImages(input: any): [number, object] {
    const images = this.imagesOf(input.repositoryName);
    if (!images) {
      return error('RepositoryNotFoundException', `The repository with name '${input.repositoryName}' does not exist`);
    }
    if (input.imageIds) {
      const [{ imageTag, imageDigest }] = input.imageIds;
      const found = images.find(image => imageDigest === image.digest || image.tags.includes(imageTag));
      return found && (found.status === undefined || input.filter?.imageStatus === 'ANY') ? [200, { imageDetails: [details(found)] }] : error('ImageNotFoundException', 'The image does not exist');
    }
    const { items, nextToken } = this.paged(images, input);
    return [200, { imageDetails: items.map(details), nextToken }];
  }

  /** As a pull: what isn't there is imported from upstream, with its repository. */
  private batchGetImage({ repositoryName, imageIds, acceptedMediaTypes }: any): [number, object] {
    if (imageIds.length > 100) {
      return error('InvalidParameterException', 'at most 100 image ids');
    }
    for (const { imageTag } of imageIds) {
      const fresh = this.upstream.get(`${repositoryName}:${imageTag}`);
      if (fresh) {
        this.upstream.delete(`${repositoryName}:${imageTag}`);
        const present = this.repositories.get(repositoryName) ?? [];
        present.forEach(image => { image.tags = image.tags.filter(tag => tag !== imageTag); });
        this.repositories.set(repositoryName, [...present, ...fresh]);
      }
    }
    const present = this.repositories.get(repositoryName);
    if (!present) {
      return error('RepositoryNotFoundException', `The repository with name '${repositoryName}' does not exist`);
    }
    const images: object[] = [];
    const failures: object[] = [];
    for (const imageId of imageIds) {
      const image = present.find(({ digest, tags }) => imageId.imageDigest === digest || tags.includes(imageId.imageTag));
      if (image && image.status === undefined && acceptedMediaTypes.includes(image.children ? OCI_INDEX : OCI_IMAGE)) {
        images.push({ repositoryName, imageId: { ...imageId, imageDigest: image.digest }, imageManifest: manifest(image) });
      } else {
        failures.push({ imageId, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' });
      }
    }
    return [200, { images, failures }];
  }

  private getDownloadUrlForLayer({ repositoryName, layerDigest }: any): [number, object] {
    const known = this.repositories.get(repositoryName)?.some(image => image.layers.includes(layerDigest));
    return known
      ? [200, { downloadUrl: `${process.env.AWS_ENDPOINT_URL}/layers/${layerDigest}?signature=secret`, layerDigest }]
      : error('LayersNotFoundException', layerDigest);
  }

  private getMetricData(input: any): [number, object] {
    if (input.MetricDataQueries.length > 500) {
      return error('ValidationError', 'at most 500 queries');
    }
    const { items, nextToken } = this.paged<any>(input.MetricDataQueries, {
      nextToken: input.NextToken?.replace(REST, '') || undefined, maxResults: 500,
    });
    const rest = input.NextToken?.endsWith(REST);
    return [200, {
      MetricDataResults: items.map(({ Id, MetricStat: { Metric } }) => {
        const repository = Metric.Dimensions[0].Value;
        const values = this.pullsBetween(repository, new Date(input.StartTime * 1000), new Date(input.EndTime * 1000));
        return !this.partialPulls
          ? { Id, StatusCode: this.pullStatus.get(repository) ?? 'Complete', Values: values }
          : rest ? { Id, StatusCode: 'Complete', Values: values.slice(1) } : { Id, StatusCode: 'PartialData', Values: values.slice(0, 1) };
      }),
      NextToken: this.partialPulls && !rest ? `${input.NextToken ?? ''}${REST}` : nextToken,
    }];
  }

  protected pullsBetween(repository: string, from: Date, to: Date): number[] {
    return (this.pulls.get(repository) ?? []).filter(({ at }) => at >= from && at < to).map(({ count }) => count);
  }

  private putMetricData(input: any): [number, object] {
    if (input.MetricData.length > 1000) {
      return error('InvalidParameterValue', 'at most 1000 metrics');
    }
    this.metrics.push(...input.MetricData.map((datum: any) => ({ Namespace: input.Namespace, ...datum })));
    return [200, {}];
  }

  protected paged<T>(all: T[], input: { nextToken?: string; maxResults?: number }): { items: T[]; nextToken?: string } {
    const start = input.nextToken ? Number(Buffer.from(input.nextToken, 'base64').toString()) : 0;
    const end = start + Math.min(this.page, input.maxResults ?? 100);
    return { items: all.slice(start, end), nextToken: end < all.length ? Buffer.from(String(end)).toString('base64') : undefined };
  }
}

/** Collects what is written to standard output by a function. */
export function captureLines(): { readonly lines: any[] } {
  const lines: any[] = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((text: string | Uint8Array) => {
    lines.push(JSON.parse(String(text)));
    return true;
  });
  return { lines };
}

export function error(type: string, message: string): [number, object] {
  return [400, { __type: type, message }];
}

function details(image: SimulatedImage): object {
  return {
    imageDigest: image.digest,
    imageTags: image.tags.length > 0 ? image.tags : undefined,
    imageSizeInBytes: image.bytes,
    imagePushedAt: image.pushedAt && image.pushedAt.getTime() / 1000,
    imageManifestMediaType: image.children ? OCI_INDEX : OCI_IMAGE,
    imageStatus: image.status ?? 'ACTIVE',
    lastRecordedPullTime: image.pulledAt && image.pulledAt.getTime() / 1000,
    subjectManifestDigest: image.subject,
  };
}

function manifest(image: SimulatedImage): string {
  return image.manifest ?? JSON.stringify(image.children
    ? { mediaType: OCI_INDEX, manifests: image.children.map(digest => ({ digest })) }
    : { mediaType: OCI_IMAGE, config: { digest: image.layers[0] }, layers: image.layers.slice(1).map(digest => ({ digest })) });
}
