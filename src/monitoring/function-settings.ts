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

/** For the probe. */
export interface ProbeSettings {
  /** The images by the prefix of their cache, named as in the cache: `echo/nginx:1.27`. */
  readonly images: { readonly [prefix: string]: string[] };
  /** The time between two runs. */
  readonly intervalSeconds: number;
  /** The longest that one image may take. */
  readonly imageTimeoutSeconds: number;
}

/** Reads them in the function. */
export function readSettings<T>(environment: { [name: string]: string | undefined }): T {
  return JSON.parse(environment[SETTINGS] ?? '{}') as T;
}
