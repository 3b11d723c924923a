import { Token } from 'aws-cdk-lib';
import { ImageObject } from './image-object';
import type { ImageJudge } from './judge';
import { replaceIn } from './manifest';
import { hasRegistry, hasVersion, isContainer, isImageKey, isImageObjectKey, maybeImage } from './names';
import { ChartRegistries } from './registries';
import { eachObject, Edits, isText, merged, shownPath } from './tree';
import type { Path, Tree } from './tree';

/**
 * Values of a Helm chart with their images replaced, in the shapes that charts use: a text (`image: nginx:1.27`, `helperImage: ...`), or an
 * object of `registry`, `repository` (or `image` or `name`), `tag` and `digest` (or `sha`). Pure.
 *
 * A name without a registry is Docker Hub's only where the chart's own values show that nothing is put in front of it.
 *
 * @param defaults the chart's own values
 */
export function helmValuesWith(values: Tree, judge: ImageJudge, defaults?: Tree): Tree {
  const full = defaults === undefined ? values : merged(defaults, values);
  const edits = new Edits();
  const images: ImageObject[] = [];
  eachObject(full, (object, path) => {
    const image = ImageObject.at(object, path);
    if (image) { images.push(image); }
  });
  const registries = new ChartRegistries(full, images, defaults !== undefined, judge);
  registries.replace(edits);
  for (const image of images.filter(one => one.complete || !registries.has(one.path))) {
    replaceObject(image, registries.has(image.path), defaults !== undefined, edits, judge);
  }
  const named = new Set(images.map(image => shownPath(image.key(image.nameKey))));
  eachObject(full, (object, path, inList) => {
    for (const [key, value] of Object.entries(object)) {
      const place = [...path, key];
      if (named.has(shownPath(place))) { continue; }
      if (isText(value) && (isImageKey(key) || key === 'override' && isImageObjectKey(path.at(-1) ?? ''))) {
        replaceText(value, place, isContainer(object, path, inList), registries, edits, judge);
      } else {
        replaceIn(object, key, value, place, edits, judge);
      }
    }
  });
  return edits.appliedTo(values, full);
}

function replaceObject(image: ImageObject, underRegistry: boolean, defaultsKnown: boolean, edits: Edits, judge: ImageJudge): void {
  const place = shownPath(image.path);
  if (!image.complete && (!defaultsKnown || image.isPart) && !Token.isUnresolved(image.name)) {
    judge.unknown(`${image.repository}${image.version}`, place);
    return;
  }
  const front = image.registry === undefined ? '' : `${image.registry}/`;
  const replacement = judge.image(`${front}${image.repository}${image.version}`, place, { open: image.open });
  if (replacement) {
    const own = image.registry !== undefined || !hasRegistry(image.name) && image.takesRegistry;
    image.replace(replacement, own ? underRegistry ? 'either' : 'own' : 'name', edits);
  }
}

/** A text that is a whole image, or the only part of one that is here. */
function replaceText(text: string, place: Path, inContainer: boolean, registries: ChartRegistries, edits: Edits, judge: ImageJudge): void {
  if (!maybeImage(text)) { return; }
  if (inContainer || Token.isUnresolved(text) || text.includes('{{') || hasRegistry(text) || hasVersion(text) && !registries.has(place)) {
    edits.replace(place, text, judge);
  } else if (text.includes('/') || hasVersion(text)) {
    judge.unknown(text, shownPath(place));
  }
}
