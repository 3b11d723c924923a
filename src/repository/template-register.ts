import { Lazy, Stage } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { ROOT } from '../private/checks';
import { isLater } from '../private/later';
import { isSynthesized } from '../private/outside-stacks';
import { differ } from '../private/places';
import { isInTree, oncePerTree } from '../private/tree';
import { CacheActions } from '../rule/cache-actions';

/** Where repositories are. */
export interface RegistryPlace {
  readonly account: string;
  readonly region: string;
}

/** A template as others ask for it. */
export interface RegisteredTemplate extends RegistryPlace {
  readonly construct: IConstruct;
  readonly prefix: string;
  /** Whether repositories are born with tags: settled, or read late. */
  readonly tagged: () => boolean;
  readonly tagsSettled: boolean;
  /** The tags that pullers may set and no others; absent where they may set any. */
  readonly onlyTags?: { readonly [key: string]: string };
}

/** A grant that a template may concern that is made later. */
interface Waiting extends RegistryPlace {
  readonly names: readonly string[];
  readonly tell: (template: RegisteredTemplate) => void;
}

interface Kept {
  readonly templates: RegisteredTemplate[];
  readonly waiting: Waiting[];
}

/** The repository templates of an app, and which of them a repository of some name is born by. */
export class TemplateRegister {
  public static of(scope: IConstruct): TemplateRegister {
    return new TemplateRegister(oncePerTree<Kept>(scope, 'Templates', () => ({ templates: [], waiting: [] })));
  }

  private constructor(private readonly kept: Kept) {}

  public add(template: RegisteredTemplate): void {
    this.kept.templates.push(template);
    this.kept.waiting.filter(one => mayBeBeside(one, template) && mayShape(template.prefix, one.names)).forEach(one => one.tell(template));
  }

  /** Whether there is a template for this very prefix. */
  public knows(place: RegistryPlace, prefix: string): boolean {
    return this.kept.templates.some(one => one.prefix === prefix && mayBeBeside(one, place) && isInTree(one.construct));
  }

  /** Calls back for each template that is made later and may shape these repositories. */
  public whenAdded(place: RegistryPlace, names: readonly string[], tell: (template: RegisteredTemplate) => void): void {
    this.kept.waiting.push({ ...place, names, tell });
  }

  /**
   * The templates that may give birth to repositories of these names, of which `team/*` is all below `team`: the most specific one that each name
   * begins with, and those below a `*`.
   */
  public shaping(place: RegistryPlace, names: readonly string[]): RegisteredTemplate[] {
    const beside = this.kept.templates.filter(one => mayBeBeside(one, place) && isInTree(one.construct));
    return beside.filter(one => names.some(name => isLater(one.prefix) || isBelow(one.prefix, name) || one === nearest(beside, name)));
  }
}

/** What lets a puller tag the repositories that templates tag: the action, or one that leaves the statement again when no tag comes. */
export function taggingActionOf(all: readonly RegisteredTemplate[], scope: IConstruct): string[] {
  const templates = all.filter(({ onlyTags }) => onlyTags === undefined);
  const certain = templates.some(one => one.tagsSettled && one.tagged());
  const open = templates.filter(one => !one.tagsSettled);
  if (certain || open.length === 0) {
    return certain ? [...CacheActions.TAG_NEW_REPOSITORY] : [];
  }
  // the same token for the same templates, so that aws-cdk can join statements
  const tokens = oncePerTree(scope, 'TaggingActions', () => new Map<string, string[]>());
  const key = open.map(one => one.construct.node.addr).sort().join(' ');
  const token = tokens.get(key)
    ?? CacheActions.TAG_NEW_REPOSITORY.map(action => Lazy.uncachedString({
      produce: ({ scope: puller }) => open.some(one => one.tagged() || isOpenAt(puller, one.construct)) ? action : undefined,
    }));
  tokens.set(key, token);
  return token;
}

/** A Stage is written before what is around it, and before the Stages that follow: their tags may still come, and a first pull without the action fails. */
function isOpenAt(puller: IConstruct, template: IConstruct): boolean {
  return Stage.of(puller) !== Stage.of(template) && !isSynthesized(template);
}

function mayBeBeside(one: RegistryPlace, other: RegistryPlace): boolean {
  return !differ(one.account, other.account) && !differ(one.region, other.region);
}

function mayShape(prefix: string, names: readonly string[]): boolean {
  return isLater(prefix) || names.some(name => isLater(name) || isBelow(prefix, name) || begins(prefix, name));
}

function nearest(templates: readonly RegisteredTemplate[], name: string): RegisteredTemplate | undefined {
  const length = ({ prefix }: RegisteredTemplate) => prefix === ROOT ? 0 : prefix.length;
  return templates.filter(({ prefix }) => begins(prefix, name)).sort((one, other) => length(other) - length(one))[0];
}

/** Whether a repository of this name may be of a prefix. */
export function begins(prefix: string, name: string): boolean {
  return prefix === ROOT || name === prefix || name.startsWith(`${prefix}/`);
}

/** Whether a prefix is below what a `*` at the end of names stands for. */
function isBelow(prefix: string, name: string): boolean {
  return name.endsWith('*') && prefix !== ROOT && prefix.startsWith(name.slice(0, -1)) || name === '*' && prefix === ROOT;
}
