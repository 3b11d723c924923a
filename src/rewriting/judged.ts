import type { Finding } from './lookup';

/** An image of a cache. */
export type Cached = NonNullable<Finding['cached']>;

/** An image of a cache whose pullers are granted, and what it is called now where its name changes. */
export interface Judged {
  readonly cached: Cached;
  readonly after?: string;
}

/** Where a name stands, and what is written instead of it. */
export interface Written {
  /** How names begin that the service itself understands. */
  readonly ownImages?: string;
  /** Whether names stay here. */
  readonly kept?: boolean;
  /** What is written for an image of a cache. */
  readonly written?: (cached: Cached) => string;
}
