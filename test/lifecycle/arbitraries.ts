import { Duration } from 'aws-cdk-lib';
import { TagStatus } from 'aws-cdk-lib/aws-ecr';
import * as fc from 'fast-check';
import { CacheLifecycleRule, CacheLifecycleSelectionOptions } from '../../src/lifecycle/cache-lifecycle-rule';

const count = fc.integer({ min: 1, max: 1_000_000 });
const days = fc.integer({ min: 1, max: 5000 }).map(Duration.days);
const archivedDays = fc.integer({ min: 90, max: 5000 }).map(Duration.days);
const description = fc.option(fc.string({ unit: 'grapheme', maxLength: 60 }), { nil: undefined });

/** Tags that overlap with no others: each rule gets a number of its own to begin with. */
function ownTags(place: number): fc.Arbitrary<CacheLifecycleSelectionOptions> {
  const own = fc.stringMatching(/^[A-Za-z0-9_.-]{0,20}$/).map(rest => `r${place}-${rest}`);
  const pattern = fc.tuple(own, fc.constantFrom('', '*', '*-slim', '.*.*.*')).map(parts => parts.join(''));
  return fc.oneof(
    fc.record({ tagPrefixes: fc.uniqueArray(own, { minLength: 1, maxLength: 3 }) }),
    fc.record({ tagPatterns: fc.uniqueArray(pattern, { minLength: 1, maxLength: 3 }) }),
  );
}

function standard(options: CacheLifecycleSelectionOptions): fc.Arbitrary<CacheLifecycleRule> {
  return fc.oneof(
    count.map(one => CacheLifecycleRule.keepNewest(one, options)),
    count.map(one => CacheLifecycleRule.archiveAllButNewest(one, options)),
    days.map(one => CacheLifecycleRule.expireAfter(one, options)),
    days.map(one => CacheLifecycleRule.archiveAfter(one, options)),
    days.map(one => CacheLifecycleRule.archiveUnpulledAfter(one, options)),
  );
}

function archived(options: CacheLifecycleSelectionOptions): fc.Arbitrary<CacheLifecycleRule> {
  return archivedDays.map(one => CacheLifecycleRule.expireArchivedAfter(one, options));
}

/** A rule for images with tags that no rule at another place selects. */
function tagged(place: number): fc.Arbitrary<CacheLifecycleRule> {
  return fc.tuple(ownTags(place), description)
    .chain(([tags, text]) => fc.oneof(standard({ ...tags, description: text }), archived({ ...tags, description: text })));
}

function atMostOne<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(arbitrary, { maxLength: 1 });
}

/** Sets of rules that ECR takes, of every kind that its grammar has. */
export const legalRules: fc.Arbitrary<CacheLifecycleRule[]> = fc.integer({ min: 0, max: 8 })
  .chain(length => fc.tuple(
    fc.tuple(...[...Array(length).keys()].map(tagged)),
    atMostOne(fc.uniqueArray(fc.constantFrom('stable', 'lts', '*-pinned'), { minLength: 1 }).map(patterns => CacheLifecycleRule.protect(...patterns))),
    atMostOne(standard({})),
    atMostOne(standard({ tagStatus: TagStatus.UNTAGGED })),
    atMostOne(archived({ tagStatus: TagStatus.UNTAGGED })),
    atMostOne(standard({ tagStatus: TagStatus.ANY })),
    atMostOne(archived({ tagStatus: TagStatus.ANY })),
  ))
  .map(parts => parts.flat())
  .filter(rules => rules.length > 0);

type Path = (string | number)[];

function pathsIn(value: unknown): Path[] {
  if (typeof value !== 'object' || value === null) return [[]];
  return [[], ...Object.entries(value).flatMap(([key, member]) => pathsIn(member).map(path => [key, ...path]))];
}

/** A copy in which the member at the path is another one, or gone. */
function changed(value: unknown, [key, ...rest]: Path, replacement: unknown): unknown {
  if (key === undefined) return replacement;
  const copy: any = Array.isArray(value) ? [...value] : { ...value as object };
  copy[key] = changed(copy[key], rest, replacement);
  return copy;
}

const replacement = fc.oneof(
  fc.jsonValue({ maxDepth: 1 }),
  fc.constantFrom<unknown>(
    undefined, null, 0, -1, 1, 1.5, 90, 1e300, '', [], {}, '*', ['*'], 'tagged', 'untagged', 'any', 'standard', 'archive', 'days', 'expire', 'transition',
    'imageCountMoreThan', 'sinceImagePushed', 'sinceImagePulled', 'sinceImageTransitioned',
  ),
);

/** Policy texts that ECR takes, but for one or two values that may be anything or missing. */
export const almostPolicies: fc.Arbitrary<string> = fc.tuple(legalRules, fc.array(fc.tuple(fc.nat(), replacement), { minLength: 1, maxLength: 2 }))
  .map(([rules, changes]) => changes.reduce((policy: unknown, [place, value]) => {
    const paths = pathsIn(policy);
    return changed(policy, paths[place % paths.length], value);
  }, JSON.parse(CacheLifecycleRule.toPolicyText(rules)!)))
  .map(policy => JSON.stringify(policy) ?? '');
