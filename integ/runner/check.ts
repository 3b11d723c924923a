import type { App } from 'aws-cdk-lib';
import type { Session } from './session';

/** What a run says of an assumption, and by what it can tell. */
export interface Verdict {
  readonly answer: 'confirmed' | 'refuted' | 'not decided';
  readonly seen: string;
}

/** An assumption that can be decided: one of docs/unverified.md, by its id. */
interface Check {
  readonly id: string;
  /** Why the local engine can't decide it; the engine runs all others. */
  readonly notOnEngine?: string;
  readonly run: (session: Session) => Promise<Verdict>;
}

/** What a group takes that not everybody with an account has. */
export enum Need {
  OTHER_ACCOUNT = 'a second account (--other-profile)',
  ORGANIZATION = 'an organisation that both accounts are in (--organization)',
  DAY = '25 hours (--wait)',
}

/** Where a run goes. */
export interface Place {
  readonly account: string;
  readonly region: string;
  /** A second Region of the same account. */
  readonly farRegion: string;
  readonly otherAccount?: string;
  readonly organization?: string;
  /** Whether it is the local engine rather than AWS. */
  readonly engine: boolean;
}

/** Assumptions that share a deployment. */
export interface Group {
  readonly name: string;
  /** What it creates, for whoever pays for it. */
  readonly creates: string;
  readonly minutes: number;
  /** What it costs at most, in USD: list prices of US East, rounded up. */
  readonly dollars: number;
  readonly needs?: readonly Need[];
  /** The images that it pulls from public registries. The local engine has a stand-in for each. */
  readonly images?: Readonly<Record<string, readonly string[]>>;
  /** Adds what is deployed before the checks to an app. Their names begin with `Integ`. */
  readonly stacks?: (app: App, place: Place) => void;
  readonly checks: readonly Check[];
}

/** A verdict by what was seen. */
export function decided(confirmed: boolean, seen: unknown): Verdict {
  return { answer: confirmed ? 'confirmed' : 'refuted', seen: text(seen) };
}

/** No verdict, and why. */
export function undecided(seen: unknown): Verdict {
  return { answer: 'not decided', seen: text(seen) };
}

function text(seen: unknown): string {
  return typeof seen === 'string' ? seen : JSON.stringify(seen);
}
