import { inParallel } from './runtime';
import type { CallOptions } from './runtime';

/** A manifest as ECR gives it. */
export interface Manifest {
  readonly digest: string;
  readonly text: string;
}

/** What is known of an image that is in the cache. */
export interface CachedAlready {
  readonly digest: string;
  readonly cachedAt: Date;
}

/** The calls of ECR that a pull is made of. Each fails with an error whose name says why. */
export interface PullCalls {
  /** What a tag stands for in the cache now, without asking upstream; undefined when it isn't there. */
  cachedAlready(repository: string, tag: string): Promise<CachedAlready | undefined>;
  /** The manifests of tags or digests, at most 100; missing ones are an error. */
  manifests(repository: string, references: Reference[]): Promise<Manifest[]>;
  /** Asks where a layer can be downloaded from, and doesn't download it. */
  layer(repository: string, digest: string): Promise<void>;
}

export type Reference = { readonly imageTag: string } | { readonly imageDigest: string };

/** What a pull found. */
export interface Pulled {
  readonly digest: string;
  /** How long ECR took to answer with the manifest. */
  readonly milliseconds: number;
  /** Images below an index, or 1. */
  readonly platforms: number;
  readonly layers: number;
  /** Whether nobody had pulled the tag before. */
  readonly first: boolean;
  /** Whether the tag stands for another image than at the run before. */
  readonly moved: boolean;
}

const IDS_AT_ONCE = 100;
const LAYERS_AT_ONCE = 4;

interface ManifestJson {
  readonly manifests?: { readonly digest: string }[];
  readonly config?: { readonly digest: string };
  readonly layers?: { readonly digest: string }[];
  /** Of the old schema, whose layers have no size. */
  readonly fsLayers?: { readonly blobSum: string }[];
}

/**
 * Pulls an image as a client does, short of the downloads: the tag, since a digest alone may not be imported; what an index
 * names; and the URL of each layer.
 *
 * @param name the image as the cache names it: `echo/nginx:1.27`, `echo/nginx@sha256:...` or both
 */
export async function probeImage(calls: PullCalls, name: string, previousRun: Date): Promise<Pulled> {
  const { repository, tag, digest } = parts(name);
  const before = tag ? await calls.cachedAlready(repository, tag) : undefined;
  const started = Date.now();
  const [top] = await calls.manifests(repository, [tag ? { imageTag: tag } : { imageDigest: digest! }]);
  const milliseconds = Date.now() - started;
  if (tag && digest && top.digest !== digest) {
    // the tag has moved on, and pullers of the digest need the image that it names
    await calls.manifests(repository, [{ imageDigest: digest }]);
  }
  const { platforms, layers } = await pullContents(calls, repository, top);
  return {
    digest: top.digest,
    milliseconds,
    platforms,
    layers,
    first: tag !== undefined && before === undefined,
    // somebody's pull may have refreshed the tag since the run before
    moved: before !== undefined && (before.digest !== top.digest || before.cachedAt > previousRun),
  };
}

async function pullContents(calls: PullCalls, repository: string, top: Manifest): Promise<{ platforms: number; layers: number }> {
  const index = parse(top);
  const children: Manifest[] = [];
  const named = (index.manifests ?? []).map(child => ({ imageDigest: child.digest }));
  for (let start = 0; start < named.length; start += IDS_AT_ONCE) {
    children.push(...await calls.manifests(repository, named.slice(start, start + IDS_AT_ONCE)));
  }
  const images = children.length > 0 ? children.map(parse) : [index];
  const layers = new Set(images.flatMap(layersOf));
  await inParallel(LAYERS_AT_ONCE, [...layers], layer => calls.layer(repository, layer));
  return { platforms: images.length, layers: layers.size };
}

function parse(manifest: Manifest): ManifestJson {
  return JSON.parse(manifest.text) as ManifestJson;
}

function layersOf(image: ManifestJson): string[] {
  return [
    ...image.config ? [image.config.digest] : [],
    ...(image.layers ?? []).map(layer => layer.digest),
    ...(image.fsLayers ?? []).map(layer => layer.blobSum),
  ];
}

function parts(name: string): { repository: string; tag?: string; digest?: string } {
  const [tagged, digest] = name.split('@');
  const colon = tagged.lastIndexOf(':');
  if (colon < 0) {
    return { repository: tagged, tag: digest ? undefined : 'latest', digest };
  }
  return { repository: tagged.slice(0, colon), tag: tagged.slice(colon + 1), digest };
}

/** What clients accept; without it ECR converts manifests to the oldest form. */
const MEDIA_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

/** The calls of the SDK's `ECR` that a pull is made of, named here so that only handlers import the SDK. */
export interface EcrOfPulls {
  describeImages(input: { repositoryName: string; imageIds: Reference[] }, options: CallOptions): Promise<{
    readonly imageDetails?: { readonly imageDigest?: string; readonly imagePushedAt?: Date }[];
  }>;
  batchGetImage(input: { repositoryName: string; imageIds: Reference[]; acceptedMediaTypes: string[] }, options: CallOptions): Promise<{
    readonly images?: { readonly imageId?: { readonly imageDigest?: string }; readonly imageManifest?: string }[];
    readonly failures?: { readonly imageId?: object; readonly failureCode?: string; readonly failureReason?: string }[];
  }>;
  getDownloadUrlForLayer(input: { repositoryName: string; layerDigest: string }, options: CallOptions): Promise<unknown>;
}

const NOT_THERE = ['ImageNotFoundException', 'RepositoryNotFoundException'];

/** The calls for one image, all of which end when its time is up. */
export class EcrPullCalls implements PullCalls {
  constructor(private readonly ecr: EcrOfPulls, private readonly options: CallOptions) {}

  public async cachedAlready(repositoryName: string, imageTag: string): Promise<CachedAlready | undefined> {
    try {
      const { imageDetails } = await this.ecr.describeImages({ repositoryName, imageIds: [{ imageTag }] }, this.options);
      const image = imageDetails?.[0];
      return image && { digest: image.imageDigest!, cachedAt: image.imagePushedAt! };
    } catch (error) {
      if (NOT_THERE.includes((error as Error).name)) {
        return undefined;
      }
      throw error;
    }
  }

  public async manifests(repositoryName: string, imageIds: Reference[]): Promise<Manifest[]> {
    const { images = [], failures = [] } = await this.ecr.batchGetImage(
      { repositoryName, imageIds, acceptedMediaTypes: MEDIA_TYPES }, this.options);
    if (failures.length > 0 || images.length < imageIds.length) {
      const [{ failureCode = 'NoAnswer', failureReason = 'ECR gave no manifest', imageId = imageIds[0] } = {}] = failures;
      throw Object.assign(new Error(`${failureReason} (${JSON.stringify(imageId)})`), { name: failureCode });
    }
    return images.map(image => ({ digest: image.imageId!.imageDigest!, text: image.imageManifest! }));
  }

  public async layer(repositoryName: string, layerDigest: string): Promise<void> {
    await this.ecr.getDownloadUrlForLayer({ repositoryName, layerDigest }, this.options);
  }
}
