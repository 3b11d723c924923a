import { CfnResource, Stage } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { holdersAt } from './image-properties';
import { ImageOutcome } from './lookup';
import { shown } from './report';
import type { JudgedImage } from './report';
import type { ImageScopes, Settings } from './scopes';
import { excerpt, place, problemAt, sentence } from '../private/errors';

const OUTSIDE = [ImageOutcome.NOT_SERVED, ImageOutcome.CACHED_ELSEWHERE, ImageOutcome.PINNED_BY_DIGEST, ImageOutcome.NOT_A_NAME];

/**
 * What is not as it was asked for in a scope and below it, up to where another scope is nearer: images that stayed, where none may, and
 * Stages without the caches.
 */
export function problemsIn(scope: IConstruct, scopes: ImageScopes): string[] {
  const constructs = scopes.nearestTo(scope);
  const settings = scopes.at(scope);
  return [
    ...settings.lookup.rules.length > 0 ? uncoveredStages(constructs, scopes.covered) : [],
    ...settings.requireCached ? [...uncachedImages(constructs, settings), ...uncachedTexts(scope, scopes.found)] : [],
  ];
}

/** One sentence for each image name that no cache serves, by what the template will hold: also what came after the Aspect. */
function uncachedImages(constructs: readonly IConstruct[], settings: Settings): string[] {
  return constructs.filter(one => CfnResource.isCfnResource(one)).flatMap(resource =>
    settings.places.of(resource.cfnResourceType).flatMap(({ holderSteps, key, ownImages }) => holdersAt(resource, holderSteps)
      .map(({ properties }) => properties[key])
      .filter(name => typeof name === 'string' && !(ownImages !== undefined && name.startsWith(ownImages)))
      .map(name => ({ name: name as string, finding: settings.lookup.find(name as string, resource) }))
      // a name that a cache serves can be here only when it came after the Aspect
      .filter(({ finding }) => [...OUTSIDE, ImageOutcome.CACHED].includes(finding.outcome))
      .map(one => problem(shown(one.name, resource), place(resource), one.finding.outcome))));
}

/** The same for manifests and values of charts that this very scope rewrote. */
function uncachedTexts(scope: IConstruct, found: readonly JudgedImage[]): string[] {
  return found
    .filter(one => one.node === scope && OUTSIDE.includes(one.outcome) && /^(manifest|values)\./.test(one.property))
    .map(one => problem(shown(one.before, scope), `${place(scope)} ${one.property}`, one.outcome));
}

function problem(name: string, where: string, outcome: ImageOutcome): string {
  const fixes: Partial<Record<ImageOutcome, string>> = {
    [ImageOutcome.PINNED_BY_DIGEST]: "use a tag, or set 'digests' and pull a tag of the image once before",
    [ImageOutcome.CACHED_ELSEWHERE]: 'use a cache of this account, or one in this Region that lets this account pull',
    [ImageOutcome.CACHED]: 'it was added after the image names were rewritten, by an Aspect that runs later: add it earlier, or use image() of a cache',
  };
  return `${sentence({
    got: `the image ${excerpt(name)}, which is not pulled through a cache`,
    expected: "images of the caches only, as 'requireCached' asks",
    fix: fixes[outcome] ?? "use a cache of its registry, or name it in 'exceptions'",
  })} [at ${where}]`;
}

/** One sentence for each Stage that was made after the caches were named, and so was synthesized without them. */
function uncoveredStages(constructs: readonly IConstruct[], covered: ReadonlySet<IConstruct>): string[] {
  return constructs.filter(one => Stage.isStage(one) && !covered.has(one)).map(stage => problemAt(stage, {
    got: 'a Stage that was made after CachedImages got its caches',
    expected: 'all Stages before, since their images are rewritten each by itself',
    fix: 'call use() after the last Stage was made, or CachedImages.of() for something in that Stage',
  }));
}
