import { isText } from './tree';
import type { Path, Tree } from './tree';
import { isLater, maskLater } from '../../private/later';

/** Keys under which a text is a whole image in charts and custom resources. */
const WHOLE = /^image$|^(?!os).*Image$|[_-]image$|^image[_-]?name$|[a-z]ImageName$|^imageName$|^imageK8S$|RepositoryAndTag$/;
/** The same for a name whose tag stands elsewhere. */
const BARE = /^default.*(Image|Repository)$/;
const PICTURE = /\.(png|svg|jpe?g|gif|ico|webp|bmp)$/i;
/** Words that injectors replace. */
const WORDS = ['auto'];

export function isImageKey(key: string): boolean {
  return WHOLE.test(key) || BARE.test(key);
}

/** Whether a key says that an object stands for an image. */
export function isImageObjectKey(key: string): boolean {
  return /(^i|I)mage$/.test(key);
}

/** Whether an object is a container: an element of a list that is called so, whatever it has besides, or a named one of any list. */
export function isContainer(object: Tree, path: Path, inList: boolean): boolean {
  return inList && (isText(object.name) || /(^c|C)ontainers$/.test(path.at(-2) ?? ''));
}

/** Whether a text under such a key can be an image at all. */
export function maybeImage(text: string): boolean {
  return !PICTURE.test(text) && !text.includes('://') && !WORDS.includes(text);
}

/** Whether what stands in front of the first slash is a registry. */
export function hasRegistry(name: string): boolean {
  const masked = isLater(name) ? maskLater(name) : name;
  const head = masked.slice(0, masked.indexOf('/') + 1);
  return /[.:]/.test(head) || head === 'localhost/';
}

/** Whether a name ends in a tag or digest. */
export function hasVersion(name: string): boolean {
  const masked = isLater(name) ? maskLater(name) : name;
  return /[:@][^/]*$/.test(masked);
}

/** The last part of a name with what is behind it: `:1.2@sha256:...`. */
export function versionIn(name: string): string {
  const masked = isLater(name) ? maskLater(name) : name;
  return name.slice(masked.length - (/[:@][^/]*$/.exec(masked)?.[0].length ?? 0));
}
