import type { ImageObject } from './image-object';
import type { ImageJudge } from './judge';
import { hasRegistry } from './names';
import { eachObject, isText, shownPath } from './tree';
import type { Edits, Path, Tree } from './tree';
import { REGISTRIES } from '../../upstream/registries';

/** A registry that stands outside of the objects that name images. */
interface ChartRegistry {
  readonly text: string;
  readonly path: Path;
  /** What it is put in front of: everything below this path. */
  readonly scope: Path;
  /** What a chart puts between it and a name. */
  readonly namespace: string;
}

const KEY = /^(?:image|container|docker|default)?registry$|^hub$/i;
const DOCKER_HUB: readonly string[] = REGISTRIES.dockerHub.imageHosts;

/**
 * The registries that a chart puts in front of the names of others, such as `global.imageRegistry`. Whether they go before an image's own is up to
 * the chart, so both are written such that each is right.
 */
export class ChartRegistries {
  private readonly all: ChartRegistry[] = [];

  constructor(
    values: Tree, private readonly images: readonly ImageObject[], private readonly defaultsKnown: boolean, private readonly judge: ImageJudge,
  ) {
    const named = new Set(images.map(({ path }) => shownPath(path)));
    eachObject(values, (object, path) => {
      if (named.has(shownPath(path))) { return; }
      for (const [key, text] of Object.entries(object)) {
        if (KEY.test(key) && isText(text) && hasRegistry(`${text}/`) && !text.includes('://')) {
          const namespace = isText(object.imageNamespace) ? `${object.imageNamespace}/` : '';
          this.all.push({ text, path: [...path, key], scope: scopeOf(path), namespace });
        }
      }
    });
  }

  /** Whether one of them may be put in front of what stands there. */
  public has(path: Path): boolean {
    return this.nearestTo(path) !== undefined;
  }

  /** Moves those that a cache has as a whole, and reports the others with the names that depend on them. */
  public replace(edits: Edits): void {
    for (const registry of this.all) {
      const names = this.images.filter(image => !image.complete && this.nearestTo(image.path) === registry);
      const after = this.canMove(registry, names) ? this.judge.registry(registry.text) : undefined;
      if (after !== undefined) {
        edits.set(registry.path, after);
        this.judge.below(registry.text, after, shownPath(registry.path));
        names.forEach(image => this.moved(registry, image, edits));
      } else if (this.judge.serves(`${registry.text}/x/x`)) {
        this.judge.unknown(registry.text, shownPath(registry.path));
        names.forEach(image => this.judge.unknown(`${image.repository}${image.version}`, shownPath(image.path)));
      } else {
        names.forEach(image => this.judge.image(fullName(registry, image), shownPath(image.path), { elsewhere: true }));
      }
    }
  }

  /** A pin can't be left behind where its registry moves, and Docker Hub's names of one part change, so all have to be seen. */
  private canMove({ text, path, namespace }: ChartRegistry, names: readonly ImageObject[]): boolean {
    // one that no image of the chart depends on is there for others, such as Kyverno's own mutations
    const isForOthers = /^default/i.test(path.at(-1)!) && names.length === 0;
    return !isForOthers && (this.defaultsKnown || !DOCKER_HUB.includes(text))
      && names.every(image => (this.judge.digests || !image.pinned) && this.judge.serves(`${text}/${namespace}${image.repository}`));
  }

  private moved(registry: ChartRegistry, image: ImageObject, edits: Edits): void {
    const replacement = this.judge.image(fullName(registry, image), shownPath(image.path), { open: image.open, elsewhere: true });
    if (DOCKER_HUB.includes(registry.text) && replacement?.repositoryName.endsWith(`/library/${image.repository}`)) {
      edits.set(image.key(image.nameKey), `library/${image.name}`);
    }
  }

  private nearestTo(path: Path): ChartRegistry | undefined {
    return this.all.filter(({ scope }) => scope.every((key, at) => path[at] === key)).sort((one, other) => other.scope.length - one.scope.length)[0];
  }
}

/** What stands in `global` is for the chart around it; what stands in an object for an image without a name, for that object. */
function scopeOf(path: Path): Path {
  const at = path.indexOf('global');
  return at < 0 ? path : path.slice(0, at);
}

function fullName({ text, namespace }: ChartRegistry, image: ImageObject): string {
  return `${text}/${namespace}${image.repository}${image.version}`;
}
