import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { listOf, readOptions, TRUTH } from './given';
import type { Kind } from './given';
import { NAME_PATTERN, NamePattern } from './lookup';
import { excerpt, InvalidInputError } from '../private/errors';

/** How the image names of a scope are rewritten. An option of a narrower scope takes the place of the same option of a wider one. */
export interface CachedImagesOptions {
  /**
   * Names that stay as they are: complete, without tag, perhaps with a `*` at the end, such as `ghcr.io/my-team/*`.
   *
   * @default - those of the next wider scope that has some, otherwise none
   */
  readonly exceptions?: string[];

  /**
   * Whether names with a digest are rewritten too. A first pull by digest is reported to fail until a tag of the image was pulled once
   * (aws/containers-roadmap 2837), so warm the cache first.
   *
   * @default - as the next wider scope says, otherwise false
   */
  readonly digests?: boolean;

  /**
   * Whether synthesis fails when an image name stays that none of the caches serves, or that is pinned by a digest. Private ECR registries,
   * images of a service itself, tokens and names in `exceptions` may stay.
   *
   * @default - as the next wider scope says, otherwise false
   */
  readonly requireCached?: boolean;

  /**
   * Who pulls where a resource has no role that does: the nodes of an EKS cluster, instances of ECS or Batch.
   *
   * @default - those of the next wider scope that has some, otherwise nobody, and each such place warns
   */
  readonly pullers?: iam.IGrantable[];
}

type OptionName = keyof CachedImagesOptions;

const PULLER: Kind = {
  expected: 'a role or another principal that permissions are granted to',
  is: value => typeof value === 'object' && (value as iam.IGrantable | null)?.grantPrincipal !== undefined,
  fix: 'pass the construct of the role, not its name or ARN',
};

const KINDS: { readonly [K in OptionName]: Kind } = {
  exceptions: listOf(NAME_PATTERN, 'image names'),
  digests: TRUTH,
  requireCached: TRUTH,
  pullers: listOf(PULLER, 'roles or other principals'),
};

/** The options of one scope, perhaps set from several files: each of them has one value. */
export class ScopeOptions {
  private readonly values = new Map<OptionName, unknown>();

  constructor(private readonly scope: IConstruct) {}

  /** Sets all of these options, or none when one of them is refused. */
  public set(options: CachedImagesOptions): void {
    const read = readOptions(options, 'configure()', KINDS, this.scope);
    for (const [name, list] of Object.entries({ exceptions: read.exceptions, pullers: read.pullers })) {
      if (list?.length === 0) {
        throw new InvalidInputError({
          got: `an empty list as '${name}' of CachedImages.configure()`,
          expected: 'at least one entry, since it takes the place of the list of a wider scope',
          fix: `leave '${name}' out for those of wider scopes`,
        }, this.scope);
      }
    }
    read.exceptions?.forEach(pattern => new NamePattern(pattern));
    const given = Object.entries(read) as [OptionName, unknown][];
    for (const [name, value] of given) {
      const earlier = this.values.get(name);
      if (earlier !== undefined && !isSame(earlier, value)) {
        throw new InvalidInputError({
          got: `the option '${name}' of CachedImages set to ${written(value)} after ${written(earlier)}`,
          expected: 'one value of an option for a scope, wherever it is set',
          fix: 'set it in one place, or for a narrower scope, whose options go before those of wider ones',
        }, this.scope);
      }
    }
    given.forEach(([name, value]) => this.values.set(name, value));
  }

  public get<K extends OptionName>(name: K): CachedImagesOptions[K] {
    return this.values.get(name) as CachedImagesOptions[K];
  }
}

/** Lists are the same in any order. */
function isSame(one: unknown, other: unknown): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) { return one === other; }
  return one.every(member => other.includes(member)) && other.every(member => one.includes(member));
}

function written(value: unknown): string {
  const text = (one: unknown) => String((one as Partial<iam.IGrantable>).grantPrincipal ?? one);
  return Array.isArray(value) ? `[${value.map(one => excerpt(text(one))).join(', ')}]` : text(value);
}
