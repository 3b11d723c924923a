import { join } from 'path';

const REWRITING = join(require.resolve('cdk-ecr-pull-through-cache/package.json'), '../lib/rewriting');

/** The time in which a kind of work was done so far, in milliseconds. */
export interface TimeSpent {
  /** Finding, judging, replacing, granting and ordering. */
  readonly rewriting: () => number;
  /** Reading what the templates hold, as `requireCached` asks. */
  readonly checking: () => number;
}

/**
 * Keeps the time that the files behind `CachedImages` take. What is rendered later is left out: aws-cdk-lib would render the same names and
 * policies if a hand had written them.
 */
export function timeSpentIn(): TimeSpent {
  const { CachedImagesAspect } = require(join(REWRITING, 'aspect.js'));
  const rewriting = timer();
  rewriting.time(CachedImagesAspect.prototype, 'visit');
  rewriting.time(CachedImagesAspect.prototype, 'grantAhead');
  rewriting.time(require(join(REWRITING, 'cached-images.js')).CachedImages.prototype, 'use');
  const { Waiting } = require(join(REWRITING, '../private/waiting.js'));
  rewriting.time(Waiting.prototype, 'reaches');
  const checking = timer();
  checking.time(require(join(REWRITING, 'checks.js')), 'problemsIn');
  return { rewriting: rewriting.spent, checking: checking.spent };
}

function timer() {
  let spent = 0;
  let depth = 0;
  const time = (holder: any, name: string) => {
    const original = holder[name];
    holder[name] = function (this: unknown, ...args: unknown[]) {
      const begun = performance.now();
      depth++;
      try {
        return original.apply(this, args);
      } finally {
        if (--depth === 0) { spent += performance.now() - begun; }
      }
    };
  };
  return { time, spent: () => spent };
}
