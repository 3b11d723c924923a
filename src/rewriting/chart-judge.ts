import type { IConstruct } from 'constructs';
import type { Pulled } from './allowed';
import type { CachedImagesAspect } from './aspect';
import type { ImageJudge, NameOptions, Replacement } from './charts/judge';
import { eachText, shownPath } from './charts/tree';
import { ImageOutcome } from './lookup';
import type { CacheLookup } from './lookup';
import { MentionFinder } from './mentions';
import type { ImageScopes } from './scopes';
import { excerpt, warn, WarningId } from '../private/errors';
import { maskLater } from '../private/later';
import { CacheAddress } from '../rule/cache-address';
import { ImageReference } from '../upstream/image-reference';

/** Below a registry, a name that nobody has: where it would go, all others go too. */
const ANY = 'x-y/z';
const MOST_SHOWN = 5;

/** Judges the images of one document of a scope, records them, and lets pull those who have to. */
export class ChartJudge implements ImageJudge {
  private readonly lookup: CacheLookup;
  private readonly images: Pulled[] = [];
  private readonly names: string[] = [];
  private readonly changed: string[] = [];
  private readonly unknownNames: string[] = [];

  constructor(private readonly scope: IConstruct, private readonly what: 'manifest' | 'values', private readonly scopes: ImageScopes,
    private readonly aspect: CachedImagesAspect) {
    this.lookup = scopes.at(scope).lookup;
  }

  public get digests(): boolean {
    return this.lookup.digests;
  }

  /** Whether an image of Bitnami is pulled through a cache now. */
  public get substitutesBitnami(): boolean {
    return this.changed.some(name => /(^|\/)bitnami(legacy|secure)?\//.test(name));
  }

  public image(name: string, place: string, { open = false }: NameOptions = {}): Replacement | undefined {
    this.names.push(name);
    const replacementOf = ({ image, rule }: Pick<Pulled, 'rule'> & { readonly image: { readonly repositoryName: string; readonly digest?: string; readonly tag?: string } }) => ({
      host: CacheAddress.fromRule(rule).registryHost,
      repositoryName: image.repositoryName,
      suffix: image.digest === undefined ? isTagged(name) ? `:${image.tag}` : '' : `@${image.digest}`,
    });
    const judged = this.aspect.judge(this.scope, `${this.what}.${place}`, name, {
      written: cached => {
        const { host, repositoryName, suffix } = replacementOf(cached);
        return `${host}/${repositoryName}${suffix}`;
      },
    });
    if (!judged) { return undefined; }
    const { rule, image: { path } } = judged.cached;
    this.images.push({ rule, image: { path: open ? `${path}*` : path } });
    if (judged.after === undefined) { return undefined; }
    this.changed.push(name);
    return replacementOf(judged.cached);
  }

  public serves(name: string): boolean {
    return [ImageOutcome.CACHED, ImageOutcome.PINNED_BY_DIGEST].includes(this.lookup.find(name, this.scope).outcome);
  }

  public registry(text: string): string | undefined {
    const { outcome, cached } = this.lookup.find(`${text}/${ANY}`, this.scope);
    return outcome === ImageOutcome.CACHED && cached?.image.repositoryName.endsWith(`/${ANY}`)
      ? `${CacheAddress.fromRule(cached.rule).registryHost}/${cached.image.repositoryName.slice(0, -ANY.length - 1)}`
      : undefined;
  }

  public below(text: string, after: string, place: string): void {
    const { cached } = this.lookup.find(`${text}/${ANY}`, this.scope);
    this.names.push(text);
    this.scopes.found.push({ node: this.scope, property: `${this.what}.${place}`, before: text, after, outcome: ImageOutcome.CACHED });
    this.images.push({ rule: cached!.rule, image: { path: `${cached!.image.path.slice(0, -ANY.length)}*` } });
  }

  public unknown(name: string, place: string): void {
    if (this.lookup.rules.length === 0) { return; }
    this.names.push(name);
    this.unknownNames.push(`${excerpt(name)} at ${place}`);
    this.found(name, place, ImageOutcome.REGISTRY_NOT_KNOWN);
  }

  /** Lets pull, and warns of what was left in the document as it is now. */
  public finish(document: unknown): void {
    if (this.images.length > 0) { this.aspect.grant(this.scope, this.images, undefined); }
    if (this.unknownNames.length > 0) {
      warn(this.scope, WarningId.REGISTRY_NOT_KNOWN,
        `the registry of ${listed(this.unknownNames)} is not known, since a chart may put any in front, so the names stay. Give the chart's own values `
        + "as 'defaults' of helmValues(), write the names with their registry where the chart takes them so, or acknowledge this warning.");
    }
    this.warnOfMentions(document);
  }

  private warnOfMentions(document: unknown): void {
    const finder = new MentionFinder(this.lookup.hosts);
    const mentions: string[] = [];
    eachText(document, (text, path) => finder.in(text)
      .filter(name => !this.lookup.isExcepted(name) && !this.names.some(known => known.startsWith(name)))
      .forEach(name => {
        mentions.push(`${excerpt(name)} at ${shownPath(path)}`);
        this.found(name, shownPath(path), ImageOutcome.MENTIONED);
      }));
    if (mentions.length > 0) {
      warn(this.scope, WarningId.IMAGES_MENTIONED,
        `${listed(mentions)} of the ${this.what === 'values' ? 'values of a chart' : 'manifest'} looks like an image that a cache has, where none is known to `
        + "stand, so it stays. Write what image() of a cache gives, name it in 'exceptions', or acknowledge this warning.");
    }
  }

  private found(name: string, place: string, outcome: ImageOutcome): void {
    this.scopes.found.push({ node: this.scope, property: `${this.what}.${place}`, before: name, after: name, outcome });
  }
}

/** Whether a name has a tag: where it is a token, the name is read without it. */
function isTagged(name: string): boolean {
  const masked = maskLater(name);
  return masked === name ? ImageReference.parse(name).tag !== undefined : /:[^/]*$/.test(masked);
}

function listed(names: readonly string[]): string {
  const more = names.length - MOST_SHOWN;
  return `${names.slice(0, MOST_SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
