/*
 * What the constructs tell their functions, by an environment variable. It imports nothing, since it is bundled.
 */

/** The environment variable; its value is JSON. */
export const SETTINGS = 'PULL_THROUGH_CACHE_SETTINGS';

/** Lambda gives all environment variables together 4 KB. */
export const MOST_SETTINGS = 3800;

/** For the statistics. */
export interface StatisticsSettings {
  /** The prefixes of the caches that are counted. */
  readonly prefixes: string[];
  /** How far back pulls and imports are counted. */
  readonly windowHours: number;
}

/** The images of one cache. A prefix may be known at deployment only, so it is a value here and no key. */
interface ProbedCache {
  readonly prefix: string;
  /** As the cache names them: `echo/nginx:1.27`. */
  readonly images: string[];
}

/** For the probe. */
export interface ProbeSettings {
  readonly caches: ProbedCache[];
  /** The time between two runs. */
  readonly intervalSeconds: number;
  /** The longest that one image may take. */
  readonly imageTimeoutSeconds: number;
}

/** Reads them in the function. */
export function readSettings<T>(environment: { [name: string]: string | undefined }): T {
  return JSON.parse(environment[SETTINGS] ?? '{}') as T;
}
