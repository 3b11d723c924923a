import { Token } from 'aws-cdk-lib';

/** A tree of plain values as in a manifest or in the values of a chart. */
export type Tree = { readonly [key: string]: unknown };

/** What to write instead of an image's full name: registry host and repository, apart and together. */
export interface Replacement {
  readonly host: string;
  readonly repositoryName: string;
  readonly uri: string;
}

/** Gives the replacement of an image name, or nothing where the name stays. `place` is the path to it, for reports. */
export type Replace = (image: string, place: string) => Replacement | undefined;

/** Parts of a manifest that hold text of others: what looks like an image there is none to pull. */
const OPAQUE = ['metadata', 'data', 'stringData', 'binaryData'];

/**
 * A Kubernetes manifest with its images replaced: each text under a key `image`, and `reference` of an image volume. Metadata and the data of
 * ConfigMaps and Secrets stay as they are. Pure: the manifest that is given is not changed.
 */
export function manifestWith(manifest: Tree, replace: Replace): Tree {
  return walk(manifest, '', (object, place) => mapEntries(object, (key, value) => {
    if (key === 'image' && isText(value)) { return replace(value, join(place, key))?.uri ?? value; }
    if (key === 'image' && isObject(value) && isText(value.reference)) {
      return { ...value, reference: replace(value.reference, join(place, 'image.reference'))?.uri ?? value.reference };
    }
    return value;
  }), OPAQUE);
}

/**
 * Values of a Helm chart with their images replaced, in the shapes that charts use: a text (`image: nginx:1.27`, `helperImage: ...`), or an
 * object of `registry`, `repository` (or `image`), `tag` and `digest` (or `sha`), each but the repository optional. Pure.
 */
export function helmValuesWith(values: Tree, replace: Replace): Tree {
  return walk(values, '', (object, place, key) => {
    const nameKey = nameKeyOf(object, key);
    const texts = mapEntries(object, (name, value) =>
      isImageKey(name) && name !== nameKey && isText(value) ? replace(value, join(place, name))?.uri ?? value : value);
    return nameKey === undefined ? texts : imageWith(texts, nameKey, place, replace);
  }, []);
}

/**
 * Under which key an object that stands for an image has its name, if it is one: its own key says so or its neighbours do, since a
 * `repository` alone may be one of Git or Helm.
 */
function nameKeyOf(object: Tree, key: string): string | undefined {
  const parts = ['registry', 'tag', 'digest', 'sha', 'pullPolicy', 'imagePullPolicy'].some(part => part in object);
  if ('repository' in object) { return isImageKey(key) || parts ? 'repository' : undefined; }
  return 'image' in object && (isImageKey(key) && parts) ? 'image' : undefined;
}

function imageWith(image: Tree, nameKey: string, place: string, replace: Replace): Tree {
  const name = image[nameKey];
  const registry = isText(image.registry) ? `${image.registry}/` : '';
  // a chart that calls the name `image` gets the registry from elsewhere, often from `global`: which one can't be seen
  if (!isText(name) || (nameKey === 'image' && registry === '' && !name.slice(0, name.indexOf('/') + 1).includes('.'))) { return image; }
  const digest = [image.digest, image.sha].find(isText);
  const algorithm = digest === undefined || digest.includes(':') ? '' : 'sha256:';
  const tag = isText(image.tag) || typeof image.tag === 'number' ? `:${image.tag}` : '';
  const replacement = replace(`${registry}${name}${tag}${digest === undefined ? '' : `@${algorithm}${digest}`}`, place);
  if (!replacement) { return image; }
  return registry === ''
    ? { ...image, [nameKey]: `${replacement.host}/${replacement.repositoryName}` }
    : { ...image, registry: replacement.host, [nameKey]: replacement.repositoryName };
}

function isImageKey(key: string): boolean {
  return /(^i|I)mage$/.test(key);
}

type Visit = (object: Tree, place: string, key: string) => Tree;

function walk(tree: Tree, place: string, visit: Visit, opaque: readonly string[], key = ''): Tree {
  const inner = mapEntries(tree, (name, value) => opaque.includes(name) ? value : walkValue(value, join(place, name), visit, opaque, name));
  return visit(inner, place, key);
}

function walkValue(value: unknown, place: string, visit: Visit, opaque: readonly string[], key: string): unknown {
  if (Array.isArray(value)) { return value.map((element, index) => walkValue(element, `${place}.${index}`, visit, opaque, key)); }
  return isObject(value) ? walk(value, place, visit, opaque, key) : value;
}

function mapEntries(object: Tree, change: (key: string, value: unknown) => unknown): Tree {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(key, value)]));
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isObject(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Token.isUnresolved(value);
}

function join(place: string, key: string): string {
  return place === '' ? key : `${place}.${key}`;
}
