import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { CachePullers } from './cache-pullers';
import { ROOT } from '../private/checks';
import { oncePerTree } from '../private/tree';

/** What the owner of a cache has to allow other accounts; a first pull needs both. */
export enum OwnerHalf {
  READ = 'reading what is cached',
  IMPORT = 'importing what is not',
}

/** A prefix of a registry. */
export interface PrefixPlace {
  readonly prefix: string;
  readonly account: string;
  readonly region: string;
}

interface Allowance extends PrefixPlace {
  readonly halves: OwnerHalf[];
  readonly pullers: CachePullers[];
}

/** Who of other accounts is allowed where in an app. Ask it when the app is synthesized: the halves may come in any order. */
export class PullerRegister {
  public static of(scope: IConstruct): PullerRegister {
    return oncePerTree(scope, 'PullerRegister', () => new PullerRegister());
  }

  private readonly allowances: Allowance[] = [];

  private constructor() {}

  public add(allowance: Allowance): void {
    this.allowances.push(allowance);
  }

  /** Whether a half is there for a prefix, and for an account when one is given. What isn't known yet counts as there. */
  public has(half: OwnerHalf, place: PrefixPlace, account?: string): boolean {
    return this.allowances.some(one => one.halves.includes(half)
      && mayBeSame(one.account, place.account) && mayBeSame(one.region, place.region) && overlap(one.prefix, place.prefix)
      && (account === undefined || one.pullers.some(pullers => pullers._mayInclude(account))));
  }
}

function mayBeSame(one: string, other: string): boolean {
  return one === other || Token.isUnresolved(one) || Token.isUnresolved(other);
}

function overlap(one: string, other: string): boolean {
  return mayBeSame(one, other) || one === ROOT || other === ROOT || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}
