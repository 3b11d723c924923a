import type { ImageJudge } from './judge';
import { hasRegistry, hasVersion, isContainer, isImageKey, maybeImage } from './names';
import { Edits, eachObject, isText, isTree, shownPath } from './tree';
import type { Path, Tree } from './tree';

/** Parts of a manifest that hold text of others: what looks like an image there is none to pull. */
const OPAQUE = ['metadata', 'data', 'stringData', 'binaryData'];
const ARGUMENTS = /(^|[a-z])(args|command|flags)$|(Args|Arguments|Command|Flags)$/;

/**
 * A Kubernetes manifest with its images replaced: each text under a key `image`, `reference` of an image volume, and names with registry and tag in
 * arguments, variables and the fields of custom resources. Metadata and the data of ConfigMaps and Secrets stay as they are. Pure.
 */
export function manifestWith(manifest: Tree, judge: ImageJudge): Tree {
  const edits = new Edits();
  eachObject(manifest, (object, path, inList) => {
    for (const [key, value] of Object.entries(object)) {
      const place = [...path, key];
      if (key === 'image' && isText(value)) {
        if (isWhole(value, isContainer(object, path, inList))) { edits.replace(place, value, judge); }
      } else if (key === 'image' && isTree(value) && isText(value.reference)) {
        edits.replace([...place, 'reference'], value.reference, judge);
      } else if (isImageKey(key) && isText(value) && maybeImage(value) && hasRegistry(value)) {
        edits.replace(place, value, judge);
      } else {
        replaceIn(object, key, value, place, edits, judge);
      }
    }
  }, OPAQUE);
  return edits.appliedTo(manifest, manifest);
}

/** A word without slash and tag is an image in a container only. */
function isWhole(text: string, inContainer: boolean): boolean {
  return maybeImage(text) && (inContainer || /[/:]/.test(text));
}

/** Names in arguments and variables: only whole ones, with a registry that a cache serves and a tag or digest, are sure to be images. */
export function replaceIn(object: Tree, key: string, value: unknown, place: Path, edits: Edits, judge: ImageJudge): void {
  if (ARGUMENTS.test(key) && Array.isArray(value)) {
    value.forEach((argument, at) => replaceSure(argument, [...place, String(at)], edits, judge));
  } else if (key === 'value' && 'name' in object) {
    replaceSure(value, place, edits, judge);
  }
}

function replaceSure(argument: unknown, place: Path, edits: Edits, judge: ImageJudge): void {
  if (!isText(argument)) { return; }
  const [flag] = /^(?:--?[A-Za-z0-9._-]+=)?/.exec(argument)!;
  const name = argument.slice(flag.length);
  if (hasRegistry(name) && hasVersion(name) && judge.serves(name)) {
    const replacement = judge.image(name, shownPath(place));
    if (replacement) { edits.set(place, `${flag}${replacement.host}/${replacement.repositoryName}${replacement.suffix}`); }
  }
}
