import { join } from 'path';

const REWRITING = join(require.resolve('cdk-ecr-pull-through-cache/package.json'), '../lib/rewriting');

/**
 * Keeps the time in which the files behind `CachedImages` find, judge, replace, grant and check. What is rendered later is left out:
 * aws-cdk-lib would render the same names and policies if a hand had written them.
 */
export function timeSpentIn(): () => number {
  let spent = 0;
  let depth = 0;
  const timed = (holder: any, name: string) => {
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
  timed(require(join(REWRITING, 'aspect.js')).CachedImagesAspect.prototype, 'visit');
  timed(require(join(REWRITING, 'checks.js')), 'problemsIn');
  timed(require(join(REWRITING, 'cached-images.js')).CachedImages.prototype, 'use');
  return () => spent;
}
