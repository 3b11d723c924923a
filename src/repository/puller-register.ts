import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { CachePullers } from './cache-pullers';
import { TemplateRegister } from './template-register';
import type { RegistryPlace } from './template-register';
import { ROOT } from '../private/checks';
import { warn, WarningId } from '../private/errors';
import { isLater } from '../private/later';
import { oncePerTree } from '../private/tree';

/** What the owner of a cache has to allow other accounts; a first pull needs both. */
export enum OwnerHalf {
  READ = 'reading what is cached',
  IMPORT = 'importing what is not',
}

/** A prefix of a registry. */
export interface PrefixPlace extends RegistryPlace {
  readonly prefix: string;
}

/** Who of an account is allowed. */
interface AllowedAccount {
  readonly account: string;
  /** Patterns of names with their paths; absent where it is every role. */
  readonly roles?: string[];
}

/** Who is allowed where, as the tree keeps it. */
interface Allowance extends PrefixPlace {
  readonly halves: OwnerHalf[];
  /** Names of repositories, perhaps with a `*` at the end; absent for what a template says of the repositories that are born by it. */
  readonly names?: string[];
  /** Absent where it may be any account. */
  readonly accounts?: AllowedAccount[];
}

/** Who is allowed where, as it is noted. */
interface AllowedPullers extends PrefixPlace {
  readonly halves: OwnerHalf[];
  readonly names?: string[];
  readonly pullers: CachePullers[];
}

/** Who pulls. */
export interface Puller {
  readonly account: string;
  /** The name of the role with its path, where it is known. */
  readonly roleName?: string;
}

/** Who of other accounts is allowed where in an app. Ask it when the app is synthesized: the halves may come in any order. */
export class PullerRegister {
  public static of(scope: IConstruct): PullerRegister {
    return new PullerRegister(oncePerTree<Allowance[]>(scope, 'Pullers', () => []), TemplateRegister.of(scope));
  }

  private constructor(private readonly allowances: Allowance[], private readonly templates: TemplateRegister) {}

  public add({ prefix, account, region, halves, names, pullers }: AllowedPullers): void {
    const accounts = pullers.map(who => who._accounts);
    const anybody = accounts.includes(undefined);
    this.allowances.push({
      prefix, account, region, halves, ...names && { names }, ...anybody ? {} : { accounts: accounts.flatMap(some => some ?? []) },
    });
  }

  /** Whether a half is there for anything below a prefix, and for anybody or an account. What isn't known yet counts as there. */
  public has(half: OwnerHalf, place: PrefixPlace, account?: string): boolean {
    return this.allowances.some(one => one.halves.includes(half) && isAt(one, place) && overlap(one.prefix, place.prefix)
      && (account === undefined || isFor(one, { account })));
  }

  /** Whether anybody of another account is let into the repositories that a template gives birth to. */
  public letsInto(template: IConstruct, place: PrefixPlace): boolean {
    return this.allowances.some(one => isAt(one, place) && (one.names === undefined
      ? mayBeSame(one.prefix, place.prefix)
      : this.templates.shaping(place, one.names).some(({ construct }) => construct === template)));
  }

  /** Which of these repositories a puller lacks a half for. What isn't known yet counts as there. */
  public lacking(half: OwnerHalf, place: RegistryPlace, names: readonly string[], puller: Puller): string[] {
    const allowed = this.allowances.filter(one => one.halves.includes(half) && isAt(one, place) && isFor(one, puller));
    return names.filter(name => !allowed.some(one => one.names?.some(pattern => covers(pattern, name))) && !this.bornReadable(allowed, place, name));
  }

  /** Whether each template that a repository may be born by lets the puller in. */
  private bornReadable(allowed: readonly Allowance[], place: RegistryPlace, name: string): boolean {
    const byTemplate = allowed.filter(one => one.names === undefined);
    const templates = this.templates.shaping(place, [name]);
    return templates.length > 0 && templates.every(({ prefix }) => byTemplate.some(one => mayBeSame(one.prefix, prefix)));
  }
}

function isAt(one: RegistryPlace, place: RegistryPlace): boolean {
  return mayBeSame(one.account, place.account) && mayBeSame(one.region, place.region);
}

function isFor({ accounts }: Allowance, { account, roleName }: Puller): boolean {
  return accounts === undefined || accounts.some(allowed => mayBeSame(allowed.account, account)
    && (allowed.roles === undefined || roleName === undefined || allowed.roles.some(role => isLater(role) || matches(role, roleName))));
}

/** As `ArnLike` does. */
function matches(pattern: string, name: string): boolean {
  const source = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(name);
}

function covers(pattern: string, name: string): boolean {
  return mayBeSame(pattern, name) || pattern.endsWith('*') && name.startsWith(pattern.slice(0, -1));
}

function mayBeSame(one: string, other: string): boolean {
  return one === other || isLater(one) || isLater(other);
}

function overlap(one: string, other: string): boolean {
  return mayBeSame(one, other) || one === ROOT || other === ROOT || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}

interface Template extends IConstruct {
  readonly prefix: string;
  readonly tagged: boolean;
}

/** Notes down who of other accounts a template lets pull; at synthesis it warns when they can't import. */
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
    return [];
  };
  template.node.addValidation({ validate: warnings });
}

/** Warns, when the app is synthesized, of a template that tags repositories which other accounts are let into. */
export function warnOfTagsForOthers(template: Template): void {
  const { account, region } = Stack.of(template);
  const register = PullerRegister.of(template);
  const validate = () => {
    const place = { prefix: template.prefix, account, region };
    if (template.tagged && register.letsInto(template, place)) {
      warn(template, WarningId.TAGGED_FOR_OTHER_ACCOUNTS,
        `the repositories below '${template.prefix}' are born with tags: a first pull then needs ecr:TagResource, which ECR takes from identity-based `
        + 'policies only, so one from another account is expected to fail. Leave the tags out, or make the first pull in this account, and '
        + 'acknowledge this warning.');
    }
    return [];
  };
  template.node.addValidation({ validate });
}
