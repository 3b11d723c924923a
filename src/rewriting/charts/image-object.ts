import type { Replacement } from './judge';
import { hasRegistry, hasVersion, isImageObjectKey, maybeImage, versionIn } from './names';
import type { Edits, Path, Tree } from './tree';
import { isText } from './tree';

/** An object of a chart's values that stands for an image. */
export class ImageObject {
  /** The object at a path, if it stands for an image and has its name. */
  public static at(object: Tree, path: Path): ImageObject | undefined {
    const nameKey = nameKeyOf(object, path.at(-1) ?? '');
    const name = nameKey === undefined ? undefined : object[nameKey];
    return nameKey !== undefined && isText(name) && maybeImage(name) ? new ImageObject(object, path, nameKey, name) : undefined;
  }

  /** The registry that the object names itself, perhaps with a path. */
  public readonly registry?: string;
  /** The key that is written for it: one that is used where the object names none (Kyverno's `defaultRegistry`) stays. */
  private readonly registryKey: 'registry' | 'hub';

  private constructor(private readonly object: Tree, public readonly path: Path, public readonly nameKey: string, public readonly name: string) {
    this.registry = [object.registry, object.hub, object.defaultRegistry].find(isText);
    this.registryKey = !isText(object.registry) && isText(object.hub) ? 'hub' : 'registry';
  }

  /** Whether the name needs no registry from elsewhere. */
  public get complete(): boolean {
    return this.registry !== undefined || hasRegistry(this.name);
  }

  /** Whether the chart puts a registry in front for sure: the names of Datadog (`agent`) and Istio (`ztunnel`) are nobody's alone. */
  public get isPart(): boolean {
    return !this.complete && (this.nameKey === 'name' || this.nameKey === 'image' && !this.name.includes('/'));
  }

  /** Whether the chart lets the object name its registry, also where it names none. */
  public get takesRegistry(): boolean {
    return 'registry' in this.object;
  }

  /** Whether the chart puts the name together with something else, as Cilium's operator has one of each cloud. */
  public get open(): boolean {
    return 'suffix' in this.object || this.digestsOfVariants().length > 0;
  }

  /** Whether a digest pins the image, wherever the object has it. */
  public get pinned(): boolean {
    return this.version.includes('@');
  }

  /** What follows the name: tag and digest, in whichever of their keys. */
  public get version(): string {
    const { tag, digest, sha, useDigest } = this.object;
    const used = useDigest === false ? undefined : [digest, sha, ...this.digestsOfVariants()].find(isText);
    const algorithm = used === undefined || used.includes(':') ? '' : 'sha256:';
    return `${versionIn(this.name)}${isText(tag) || typeof tag === 'number' ? `:${tag}` : ''}${used === undefined ? '' : `@${algorithm}${used}`}`;
  }

  /** The name without what follows it. */
  public get repository(): string {
    return hasVersion(this.name) ? this.name.slice(0, -versionIn(this.name).length) : this.name;
  }

  /**
   * Writes what a cache has for the image.
   *
   * @param registry where its registry goes: into the object's own key, in front of the name, or, where one for the whole chart may go before the
   * object's own, into the object's own with everything that the cache puts in front, so that the name fits both
   */
  public replace(replacement: Replacement, registry: 'own' | 'name' | 'either', edits: Edits): void {
    const { host, repositoryName } = replacement;
    const version = versionIn(this.name);
    if (registry === 'name') {
      edits.set(this.key(this.nameKey), `${host}/${repositoryName}${version}`);
    } else if ((registry === 'either' || this.registryKey === 'hub') && repositoryName.endsWith(`/${this.repository}`)) {
      edits.set(this.key(this.registryKey), `${host}/${repositoryName.slice(0, -this.repository.length - 1)}`);
    } else {
      edits.set(this.key(this.registryKey), host);
      edits.set(this.key(this.nameKey), `${repositoryName}${version}`);
    }
    // a chart that was told to use a digest and has none writes `tag@`
    if (this.object.useDigest === true && !this.pinned) { edits.set(this.key('useDigest'), false); }
  }

  public key(key: string): Path {
    return [...this.path, key];
  }

  private digestsOfVariants(): unknown[] {
    return Object.entries(this.object).flatMap(([key, value]) => /[a-z]Digest$/.test(key) && key !== 'useDigest' ? [value] : []);
  }
}

/**
 * Under which key an object that stands for an image has its name, if it is one: its own key says so or its neighbours do, since a
 * `repository` alone may be one of Git or Helm, and an `image` alone is the whole name.
 */
function nameKeyOf(object: Tree, key: string): string | undefined {
  const has = (...parts: string[]) => parts.some(part => part in object);
  if (isText(object.repository)) {
    return isImageObjectKey(key) || has('registry', 'tag', 'digest', 'sha', 'pullPolicy', 'imagePullPolicy') ? 'repository' : undefined;
  }
  if ('image' in object && has('registry', 'tag', 'digest', 'sha')) { return 'image'; }
  return 'name' in object && isImageObjectKey(key) && has('registry', 'tag', 'digest', 'pullPolicy', 'repository') ? 'name' : undefined;
}
