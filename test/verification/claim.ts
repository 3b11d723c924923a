import type { Evidence } from './evidence';
import type { Judge } from './judges';

/** Something that a user relies on, with who decides about it and on what ground. */
export interface Claim {
  /** Names the claim in links. */
  readonly id: string;
  readonly claim: string;
  readonly judges: Judge[];
  /** What was tried, and what had to be refused. */
  readonly tried: string;
  readonly evidence: Evidence[];
  /** Ids of docs/unverified.md without which the claim says nothing about AWS. */
  readonly restsOn?: string[];
}

export interface Area {
  readonly title: string;
  readonly claims: Claim[];
}
