import { Token } from 'aws-cdk-lib';

/** A tree of plain values as in a manifest or in the values of a chart. */
export type Tree = { readonly [key: string]: unknown };

/** What to write instead of an image's name, in its parts. */
interface Replacement {
  readonly host: string;
  readonly repositoryName: string;
  /** The tag with its colon, or the digest with its at sign, when the name had one. */
  readonly suffix: string;
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
    if (key === 'image' && isText(value)) { return replacedText(value, join(place, key), replace); }
    if (key === 'image' && isObject(value) && isText(value.reference)) {
      return { ...value, reference: replacedText(value.reference, join(place, 'image.reference'), replace) };
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
      isImageKey(name) && name !== nameKey && isText(value) ? replacedText(value, join(place, name), replace) : value);
    return nameKey === undefined ? texts : imageWith(texts, nameKey, place, replace);
  }, []);
}

/** A text gets a tag only where it had one: a chart may put the one of another key behind it. */
function replacedText(text: string, place: string, replace: Replace): string {
  const replacement = replace(text, place);
  return replacement ? `${replacement.host}/${replacement.repositoryName}${replacement.suffix}` : text;
}

/**
 * Under which key an object that stands for an image has its name, if it is one: its own key says so or its neighbours do, since a
 * `repository` alone may be one of Git or Helm, and an `image` alone is the whole name.
 */
function nameKeyOf(object: Tree, key: string): string | undefined {
  const has = (...parts: string[]) => parts.some(part => part in object);
  if ('repository' in object) {
    return isImageKey(key) || has('registry', 'tag', 'digest', 'sha', 'pullPolicy', 'imagePullPolicy') ? 'repository' : undefined;
  }
  return 'image' in object && has('registry', 'tag', 'digest', 'sha') ? 'image' : undefined;
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
