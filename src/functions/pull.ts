import { inParallel } from './runtime';

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

/** The name of the error of an image that is in the archive: there it can't be pulled, and nothing is broken. */
export const IMAGE_ARCHIVED = 'ImageArchived';

/** The calls of ECR that a pull is made of. Each fails with an error whose name says why. */
export interface PullCalls {
  /** How many manifests ECR gave so far. */
  readonly given: number;
  /** What a tag stands for in the cache now, without asking upstream; undefined when it isn't there. */
  cachedAlready(repository: string, tag: string): Promise<CachedAlready | undefined>;
  /** The manifests of tags or digests, at most 100; missing ones are an error. */
  manifests(repository: string, references: Reference[]): Promise<Manifest[]>;
  /** Asks where a layer can be downloaded from, and doesn't download it. */
  layer(repository: string, digest: string): Promise<string>;
  /** Downloads the first byte of what a layer's address leads to. */
  firstByte(address: string): Promise<void>;
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
  /** Whether the tag stands for another image than the digest beside it. */
  readonly differs: boolean;
}

const IDS_AT_ONCE = 100;
const LAYERS_AT_ONCE = 4;
/** An index of an index is rare, and none is deeper. */
const DEEPEST = 4;

interface Descriptor {
  readonly digest: string;
  readonly mediaType?: string;
  readonly urls?: string[];
}

interface ManifestJson {
  readonly manifests?: Descriptor[];
  readonly config?: Descriptor;
  readonly layers?: Descriptor[];
  /** Of the old schema, whose layers have no size. */
  readonly fsLayers?: { readonly blobSum: string }[];
}

/**
 * Pulls an image as a client does, short of the downloads: the tag, since a digest alone may not be imported; what an index
 * names; the URL of each layer; and one byte, which proves the way to the layers and the key that they are encrypted with.
 *
 * @param name the image as the cache names it: `echo/nginx:1.27`, `echo/nginx@sha256:...` or both
 * @param movedAfter when somebody else than the run before moved the tag, if the image came after that
 */
export async function probeImage(calls: PullCalls, name: string, movedAfter: Date): Promise<Pulled> {
  const { repository, tag, digest } = parts(name);
  const before = tag ? await calls.cachedAlready(repository, tag) : undefined;
  const started = Date.now();
  const [top] = await calls.manifests(repository, [tag ? { imageTag: tag } : { imageDigest: digest! }]);
  const milliseconds = Date.now() - started;
  const differs = digest !== undefined && top.digest !== digest;
  if (tag && differs) {
    // the tag has moved on, and pullers of the digest need the image that it names
    await calls.manifests(repository, [{ imageDigest: digest }]);
  }
  const images = await imagesBelow(calls, repository, [top]);
  const layers = [...new Set(images.flatMap(layersOf))];
  if (layers.length === 0) {
    throw Object.assign(new Error(`${name} has a manifest that names no layer (${top.digest})`), { name: 'NoContent' });
  }
  const addresses = new Map<string, string>();
  await inParallel(LAYERS_AT_ONCE, layers, async layer => { addresses.set(layer, await calls.layer(repository, layer)); });
  await calls.firstByte(addresses.get(layers[0])!);
  return {
    digest: top.digest,
    milliseconds,
    platforms: images.length,
    layers: layers.length,
    first: tag !== undefined && before === undefined,
    // somebody's pull may have refreshed the tag since the run before
    moved: before !== undefined && (before.digest !== top.digest || before.cachedAt > movedAfter),
    differs,
  };
}

/** The images that manifests are, or that indexes among them name, at any depth; each once. */
async function imagesBelow(calls: PullCalls, repository: string, manifests: Manifest[], depth = 1): Promise<ManifestJson[]> {
  const parsed = manifests.map(parse);
  const named = [...new Set(parsed.flatMap(({ manifests: children = [] }) => children.map(child => child.digest)))];
  const images = parsed.filter(({ manifests: children }) => children === undefined);
  if (named.length === 0 || depth === DEEPEST) {
    return images;
  }
  const children: Manifest[] = [];
  for (let start = 0; start < named.length; start += IDS_AT_ONCE) {
    children.push(...await calls.manifests(repository, named.slice(start, start + IDS_AT_ONCE).map(imageDigest => ({ imageDigest }))));
  }
  return [...images, ...await imagesBelow(calls, repository, children, depth + 1)];
}

function parse(manifest: Manifest): ManifestJson {
  return JSON.parse(manifest.text) as ManifestJson;
}

function layersOf(image: ManifestJson): string[] {
  return [
    ...image.config ? [image.config.digest] : [],
    ...(image.layers ?? []).filter(layer => !isForeign(layer)).map(layer => layer.digest),
    ...(image.fsLayers ?? []).map(layer => layer.blobSum),
  ];
}

/** Whether a layer is somewhere else than in the registry: OCI Image Format Specification, non-distributable layers; Docker's foreign ones. */
function isForeign({ mediaType = '', urls = [] }: Descriptor): boolean {
  return urls.length > 0 || /nondistributable|foreign/.test(mediaType);
}

function parts(name: string): { repository: string; tag?: string; digest?: string } {
  const [tagged, digest] = name.split('@');
  const colon = tagged.lastIndexOf(':');
  if (colon < 0) {
    return { repository: tagged, tag: digest ? undefined : 'latest', digest };
  }
  return { repository: tagged.slice(0, colon), tag: tagged.slice(colon + 1), digest };
}
