import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { EarlyReads } from './early-reads';
import { ImagePlaces } from './image-properties';
import type { ImageProperty } from './known-properties';
import { CacheLookup, NamePattern } from './lookup';
import type { UsedCache } from './lookup';
import { ScopeOptions } from './options';
import type { JudgedImage } from './report';
import { excerpt, InvalidInputError } from '../private/errors';

/** What `CachedImages` was told of one scope. */
export class ScopeSettings {
  public readonly options: ScopeOptions;
  public readonly caches: UsedCache[] = [];
  public readonly properties: ImageProperty[] = [];

  constructor(private readonly scope: IConstruct) {
    this.options = new ScopeOptions(scope);
  }

  public addProperty(property: ImageProperty): void {
    const { resourceType, imagePath } = property;
    const known = ({ rolePath, removes = [] }: ImageProperty) => JSON.stringify([rolePath, [...removes].sort()]);
    const earlier = this.properties.find(one => one.resourceType === resourceType && one.imagePath === imagePath);
    if (earlier && known(earlier) !== known(property)) {
      throw new InvalidInputError({
        got: `the property ${excerpt(imagePath)} of ${resourceType} with another 'rolePath' or 'removes' than before`,
        expected: 'one description of a property for a scope, wherever it is added',
        fix: 'add it in one place, or to a narrower scope',
      }, this.scope);
    }
    this.properties.push(property);
  }
}

/** What holds for a construct, by the scopes around it. */
export interface Settings {
  readonly lookup: CacheLookup;
  readonly places: ImagePlaces;
  readonly pullers: readonly iam.IGrantable[];
  readonly requireCached: boolean;
}

/** The scopes of a tree that have `CachedImages`, and what was found in all of them. Scopes may be told more until the app is synthesized. */
export class ImageScopes {
  /** Each image name that was judged, once, in whichever scope. */
  public readonly found: JudgedImage[] = [];
  /** Scopes whose constructs are as their templates will be: Aspects are done. */
  public readonly settled = new Set<IConstruct>();
  /** The constructs that have the Aspect; those below them have it too, but for Stages. */
  public readonly covered = new Set<IConstruct>();

  private readonly settings = new Map<IConstruct, ScopeSettings>();
  private readonly reads = new EarlyReads();
  /** By the nearest scope; forgotten with every change. */
  private readonly effective = new Map<IConstruct | undefined, Settings>();

  public add(scope: IConstruct): void {
    this.settings.set(scope, new ScopeSettings(scope));
  }

  public change(scope: IConstruct, change: (settings: ScopeSettings) => void): void {
    change(this.settings.get(scope)!);
    this.effective.clear();
    this.reads.changed(scope, one => this.at(one));
  }

  /** Notes that a call such as `helmValues()` gives a result by what a scope was told so far. */
  public noteRead(scope: IConstruct, call: string): void {
    this.reads.note(scope, call, this.at(scope));
  }

  /** What holds for a construct now: the caches of all scopes around it, the nearest first, and each option of the nearest that has it. */
  public at(construct: IConstruct): Settings {
    let nearest: IConstruct | undefined = construct;
    while (nearest && !this.settings.has(nearest)) { nearest = nearest.node.scope; }
    let settings = this.effective.get(nearest);
    if (!settings) {
      settings = together((nearest?.node.scopes ?? []).reverse().flatMap(scope => this.settings.get(scope) ?? []));
      this.effective.set(nearest, settings);
    }
    return settings;
  }

  /** The constructs to which a scope is the nearest one. */
  public nearestTo(scope: IConstruct): IConstruct[] {
    const constructs: IConstruct[] = [];
    const visit = (construct: IConstruct) => {
      constructs.push(construct);
      construct.node.children.filter(child => !this.settings.has(child)).forEach(visit);
    };
    visit(scope);
    return constructs;
  }

  /** What was found in a scope, whoever asked for it. */
  public foundIn(scope: IConstruct): JudgedImage[] {
    return scope.node.scope ? this.found.filter(({ node }) => node.node.scopes.includes(scope)) : this.found;
  }
}

function together(nearestFirst: readonly ScopeSettings[]): Settings {
  const option: ScopeOptions['get'] = name => nearestFirst.map(({ options }) => options.get(name)).find(value => value !== undefined);
  return {
    lookup: new CacheLookup(nearestFirst.map(({ caches }) => caches), {
      exceptions: (option('exceptions') ?? []).map(pattern => new NamePattern(pattern)),
      digests: option('digests') ?? false,
    }),
    places: new ImagePlaces([...nearestFirst].reverse().flatMap(({ properties }) => properties)),
    pullers: option('pullers') ?? [],
    requireCached: option('requireCached') ?? false,
  };
}
