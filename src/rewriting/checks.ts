import { Stage } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { ImageOutcome } from './lookup';
import { TemplateReader } from './rendered';
import type { RenderedImage } from './rendered';
import { shown } from './report';
import type { JudgedImage } from './report';
import type { ImageScopes } from './scopes';
import { BYPASS, isBypassed } from '../private/bypass';
import { excerpt, place, problemAt, sentence, warn, WarningId } from '../private/errors';
import { isInStack } from '../private/outside-stacks';
import { checkNotSynthesized } from '../private/tree';

const OUTSIDE: readonly ImageOutcome[] = [
  ImageOutcome.NOT_SERVED, ImageOutcome.CACHED_ELSEWHERE, ImageOutcome.PINNED_BY_DIGEST, ImageOutcome.NOT_A_NAME,
  ImageOutcome.REGISTRY_NOT_KNOWN, ImageOutcome.NOT_REWRITTEN, ImageOutcome.MENTIONED,
];

/** Refuses what comes too late for a Stage around a scope or below it: its images would stay without a word. */
export function checkInTime(scope: IConstruct, call: string): void {
  checkNotSynthesized(scope, `CachedImages.${call}`, 'the images of a Stage are rewritten while it is synthesized, once',
    [scope, ...scope.node.findAll().filter(one => Stage.isStage(one))]);
}

/**
 * What is not as it was asked for in a scope and below it, up to where another scope is nearer: images that stayed, where none may, and
 * Stages without the caches. While the caches are bypassed, images that stayed are a warning.
 */
export function problemsIn(scope: IConstruct, scopes: ImageScopes): string[] {
  const constructs = scopes.nearestTo(scope);
  const settings = scopes.at(scope);
  const images = settings.requireCached ? [...uncachedImages(constructs, scopes), ...uncachedTexts(scope, scopes.found)] : [];
  const bypassed = settings.lookup.rules.length > 0 && isBypassed(scope);
  // of a Stage it comes too late here
  if (bypassed && isInStack(scope)) { warnOfBypass(scope); }
  if (bypassed && images.length > 0) {
    warn(scope, WarningId.BYPASSED,
      `'requireCached' would have failed for ${images.length} of the images of this scope, which are not pulled through a cache while the context '${BYPASS}' is `
      + 'set. Unset it when the caches are back, or acknowledge this warning.');
  }
  return [
    ...settings.lookup.rules.length > 0 ? uncoveredStages(constructs, scopes.covered) : [],
    ...bypassed ? [] : images,
  ];
}

/** Warns that nothing in a scope leads to a cache, as long as the context says so. */
export function warnOfBypass(scope: IConstruct): void {
  warn(scope, WarningId.BYPASSED,
    `the context '${BYPASS}' is set, so no image name of this scope leads to a cache. Unset it when the caches are back, or acknowledge this warning.`);
}

/** What the templates hold that is none of a cache and that nobody asked to stay. */
export function leftIn(constructs: readonly IConstruct[], scopes: ImageScopes): RenderedImage[] {
  const readers = new Map<unknown, TemplateReader>();
  return constructs.flatMap(one => {
    const settings = scopes.at(one);
    const reader = readers.get(settings) ?? new TemplateReader(settings);
    readers.set(settings, reader);
    return reader.imagesOf(one).filter(({ outcome, ofOthers }) => ofOthers || OUTSIDE.includes(outcome));
  });
}

/** One sentence for each image name that no cache serves, by what the template will hold: also what came after the Aspect. */
function uncachedImages(constructs: readonly IConstruct[], scopes: ImageScopes): string[] {
  return leftIn(constructs, scopes).map(({ node, property, before, outcome, ofOthers }) => {
    const where = outcome === ImageOutcome.MENTIONED ? `${place(node)} ${property}` : place(node);
    return problem(before, where, outcome, ofOthers);
  });
}

/** The same for manifests and values of charts that this very scope rewrote. */
function uncachedTexts(scope: IConstruct, found: readonly JudgedImage[]): string[] {
  return found
    .filter(one => one.node === scope && OUTSIDE.includes(one.outcome) && /^(manifest|values)\./.test(one.property))
    .map(one => problem(shown(one.before, scope), `${place(scope)} ${one.property}`, one.outcome));
}

function problem(name: string, where: string, outcome: ImageOutcome, ofOthers?: boolean): string {
  const fixes: Partial<Record<ImageOutcome, string>> = {
    [ImageOutcome.PINNED_BY_DIGEST]: "use a tag, or set 'digests' and pull a tag of the image once before",
    [ImageOutcome.CACHED_ELSEWHERE]: 'use a cache of this account, or one in this Region that lets this account pull',
    [ImageOutcome.NOT_REWRITTEN]: 'it was added after the image names were rewritten, by an Aspect that runs later, or is where none is rewritten, such as in an Fn::Sub: '
      + "add it earlier or as a plain text, name the property by addImageProperty(), use image() of a cache, or name it in 'exceptions'",
    [ImageOutcome.MENTIONED]: "no image is known to stand there: write what image() of a cache gives, or name it in 'exceptions'",
    [ImageOutcome.REGISTRY_NOT_KNOWN]: "give the chart's own values as 'defaults', or write the name with its registry",
    [ImageOutcome.PRIVATE_ECR]: "it is in the ECR registry of an account that neither a cache nor the stack has: name it in 'exceptions', such as "
      + `'${name.split('/')[0]}/*'`,
  };
  return `${sentence({
    got: `the image ${excerpt(name)}, which is not pulled through a cache`,
    expected: "images of the caches only, as 'requireCached' asks",
    fix: (ofOthers ? fixes[ImageOutcome.PRIVATE_ECR] : fixes[outcome]) ?? "use a cache of its registry, or name it in 'exceptions'",
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
