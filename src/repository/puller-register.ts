import { Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { CachePullers } from './cache-pullers';
import { ROOT } from '../private/checks';
import { warn, WarningId } from '../private/errors';
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

/** Who is allowed where, as the tree keeps it. */
interface Allowance extends PrefixPlace {
  readonly halves: OwnerHalf[];
  /** Absent where it may be any account. */
  readonly accounts?: string[];
}

/** Who is allowed where, as it is noted. */
interface AllowedPullers extends PrefixPlace {
  readonly halves: OwnerHalf[];
  readonly pullers: CachePullers[];
}

/** Who of other accounts is allowed where in an app. Ask it when the app is synthesized: the halves may come in any order. */
export class PullerRegister {
  public static of(scope: IConstruct): PullerRegister {
    return new PullerRegister(oncePerTree<Allowance[]>(scope, 'Pullers', () => []));
  }

  private constructor(private readonly allowances: Allowance[]) {}

  public add({ prefix, account, region, halves, pullers }: AllowedPullers): void {
    const accounts = pullers.map(who => who._accounts);
    const anybody = accounts.includes(undefined);
    this.allowances.push({ prefix, account, region, halves, ...anybody ? {} : { accounts: accounts.flatMap(some => some ?? []) } });
  }

  /** Whether a half is there for a prefix, and for an account when one is given. What isn't known yet counts as there. */
  public has(half: OwnerHalf, place: PrefixPlace, account?: string): boolean {
    return this.allowances.some(one => one.halves.includes(half)
      && mayBeSame(one.account, place.account) && mayBeSame(one.region, place.region) && overlap(one.prefix, place.prefix)
      && (account === undefined || one.accounts === undefined || one.accounts.some(allowed => mayBeSame(allowed, account))));
  }
}

function mayBeSame(one: string, other: string): boolean {
  return one === other || Token.isUnresolved(one) || Token.isUnresolved(other);
}

function overlap(one: string, other: string): boolean {
  return mayBeSame(one, other) || one === ROOT || other === ROOT || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}

interface Template extends IConstruct {
  readonly prefix: string;
  readonly tagged: boolean;
}

/** Notes down who of other accounts a template lets pull; at synthesis it warns of what they can't do nevertheless. */
export function allowPullers(template: Template, pullers: CachePullers[]): void {
  const { account, region } = Stack.of(template);
  const place = { prefix: template.prefix, account, region };
  const register = PullerRegister.of(template);
  register.add({ ...place, halves: [OwnerHalf.READ], pullers });
  const warnings = () => {
    if (!register.has(OwnerHalf.IMPORT, place)) {
      warn(template, WarningId.GRANT_HALF_MISSING,
        `other accounts may pull what is cached below '${template.prefix}', and nothing in this app lets them import what isn't: their first pull `
        + 'of an image fails as not found. Call allowFirstPull() of the RegistryPolicy of this account and Region; acknowledge this warning when '
        + 'the registry policy is made elsewhere, or when they are to pull what is cached and no more.');
    }
    if (template.tagged) {
      warn(template, WarningId.TAGGED_FOR_OTHER_ACCOUNTS,
        `the repositories below '${template.prefix}' are born with tags: a first pull then needs ecr:TagResource, which ECR takes from identity-based `
        + 'policies only, so one from another account is expected to fail. Leave the tags out, or make the first pull in this account, and '
        + 'acknowledge this warning.');
    }
    return [];
  };
  template.node.addValidation({ validate: warnings });
}
