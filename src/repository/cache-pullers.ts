import { Aws, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { accessTexts, checkNoMore, checkOptions, kindOf } from '../private/access';
import { checkAccount } from '../private/checks';
import { BY_METHOD, checkChoice, madeByMethod } from '../private/choices';
import { excerpt, InvalidInputError } from '../private/errors';
import { checkAround, checkWhenKnown, isLater } from '../private/later';

/** AWS Organizations API reference, "Organization": Id. */
const ORGANIZATION = /^o-[a-z0-9]{10,32}$/;
const ROLE = /^[A-Za-z0-9_+=,.@*-]+(?:\/[A-Za-z0-9_+=,.@*-]+)*$/;
/** A part of dots alone: a path in a file system, and none of a role. */
const DOTS = /(?:^|\/)\.+(?:\/|$)/;
/** How a path begins of which not all is known: as the id of an organisation, or by what is not known. */
const PATH_START = /^(?:o-|\$\{Token\[|dummy-value-for-)/;
/** What to write where something else was given than `CachePullers`. */
const CHOICES = 'CachePullers.account() or CachePullers.organization()';

/** Whom of an account to let pull. */
export interface AccountPullersOptions {
  /**
   * Names of the roles that may pull, with their paths and without a slash in front: `task-execution`, `ci/builder`. `*` stands for any
   * characters. They need not exist yet.
   *
   * @default - every principal that the account itself allows
   */
  readonly roles?: string[];
}

/** Whom of an organisation to let pull. */
export interface OrganizationPullersOptions {
  /**
   * Accounts of the organisation, 12 digits each: only these may pull, and only as long as they belong to it. A registry policy needs
   * them, since it does without the principal `*`.
   *
   * @default - every account of the organisation
   */
  readonly accounts?: string[];

  /**
   * Paths of organisational units, as in `o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*`: only accounts below them may pull.
   *
   * @default - everywhere in the organisation
   */
  readonly paths?: string[];
}

/**
 * Who of other accounts may pull.
 *
 * ECR refuses a policy whose principals don't exist, so policies name accounts and narrow them by conditions on `aws:PrincipalArn` and
 * `aws:PrincipalOrgID`: IAM User Guide, "AWS global condition context keys". Whoever pulls needs the permissions in their own account
 * too: `grants.pull()` of an imported cache there, or a `PullPolicy`.
 *
 * @example
 * import { CachePullers, PullThroughCache, RegistryPolicy, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
 *
 * const builders = CachePullers.account('111122223333', { roles: ['task-execution', 'ci/*'] });
 * const others = CachePullers.organization('o-a1b2c3d4e5', { accounts: ['444455556666', '777788889999'] });
 * const echo = new PullThroughCache(this, 'Echo', {
 *   upstream: UpstreamRegistry.echo({ account: '123456789012' }),
 *   repositoryTemplate: { pullers: [builders, others] },
 * });
 * new RegistryPolicy(this, 'RegistryPolicy').allowFirstPull(echo, { pullers: [builders, others] });
 */
export class CachePullers {
  /**
   * Pullers of one account.
   *
   * @param account the account: 12 digits, or a token
   * @param options which of its roles
   */
  public static account(account: string, options: AccountPullersOptions = {}): CachePullers {
    checkNoMore('account', arguments, 2, 'name the roles in the options');
    checkAccount(account);
    checkOptions('pullers of an account', options, ['roles']);
    const roles = options.roles === undefined ? undefined : accessTexts('roles', options.roles, 'leave the roles out for the whole account');
    roles?.forEach(checkRole);
    return new CachePullers(BY_METHOD, [account], roles);
  }

  /**
   * Pullers of an organisation of AWS Organizations.
   *
   * @param organizationId its id, such as `o-a1b2c3d4e5`, or a token
   * @param options which of its accounts and organisational units
   */
  public static organization(organizationId: string, options: OrganizationPullersOptions = {}): CachePullers {
    checkNoMore('organization', arguments, 2, 'name the accounts and paths in the options');
    checkOrganization(organizationId);
    checkOptions('pullers of an organisation', options, ['accounts', 'paths']);
    const read = (name: 'accounts' | 'paths') => options[name] === undefined
      ? undefined
      : accessTexts(name, options[name], `leave the ${name} out for the whole organisation`);
    const [accounts, paths] = [read('accounts'), read('paths')];
    accounts?.forEach(account => checkAccount(account));
    paths?.forEach(path => checkPath(organizationId, path));
    return new CachePullers(BY_METHOD, accounts, undefined, organizationId, paths);
  }

  /**
   * Refuses what none of the methods gave.
   *
   * @internal
   */
  public static _check(pullers: readonly CachePullers[], scope: IConstruct): void {
    for (const who of pullers) {
      checkChoice('pullers', who, CachePullers, CHOICES, scope);
      // what is a Lazy is known when the app is synthesized
      who.accounts?.forEach(account => checkAccount(account, scope));
      who.roles?.forEach(role => checkWhenKnown('role', scope, role, checkRole));
      if (who.organizationId !== undefined) { checkWhenKnown('organisation', scope, who.organizationId, checkOrganization); }
      who.paths?.forEach(path => checkPathWhenKnown(scope, who.organizationId!, path));
    }
  }

  /**
   * What lets them do something by a policy of a resource: those who differ in their accounts and roles alone share a statement.
   *
   * @param ownAccount the account of the resource, whose own principals a statement for everybody of an organisation leaves out
   * @internal
   */
  public static _statements(pullers: readonly CachePullers[], props: iam.PolicyStatementProps, ownAccount: string): iam.PolicyStatement[] {
    const alike = new Map<string, CachePullers[]>();
    for (const who of pullers) {
      const key = JSON.stringify([who.organizationId, who.paths, who.accounts === undefined, who.roles === undefined]);
      alike.set(key, [...alike.get(key) ?? [], who]);
    }
    return [...alike.values()].map(some => statementOf(some, props, ownAccount));
  }

  private constructor(
    key: symbol,
    private readonly accounts: string[] | undefined,
    private readonly roles?: string[],
    private readonly organizationId?: string,
    private readonly paths?: string[]) {
    madeByMethod(this, key, CachePullers, CHOICES);
  }

  /**
   * Whether they are accounts by number, as a registry policy wants them.
   *
   * @internal
   */
  public get _numbered(): boolean {
    return this.accounts !== undefined;
  }

  /**
   * What narrows a statement to them, beside the principals.
   *
   * @internal
   */
  public get _conditions(): iam.Conditions {
    const { accounts = [], roles, organizationId, paths } = this;
    return {
      ...roles && { ArnLike: { 'aws:PrincipalArn': accounts.flatMap(account => roles.map(role => roleArn(account, role))) } },
      ...organizationId !== undefined && { StringEquals: { 'aws:PrincipalOrgID': organizationId } },
      ...paths && { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': paths } },
    };
  }

  /**
   * Their accounts, with the roles where they are named; undefined for an organisation, which may have any.
   *
   * @internal
   */
  public get _accounts(): { readonly account: string; readonly roles?: string[] }[] | undefined {
    return this.accounts?.map(account => ({ account, ...this.roles && { roles: [...this.roles] } }));
  }
}

/** A statement for pullers of one kind. */
function statementOf(pullers: readonly CachePullers[], props: iam.PolicyStatementProps, ownAccount: string): iam.PolicyStatement {
  const [{ _conditions: conditions }] = pullers;
  const accounts = new Set(pullers.flatMap(who => who._accounts?.map(({ account }) => account) ?? []));
  if (accounts.size === 0) {
    // by the principal '*' alone every principal of the own account would get in, also one that IAM allows nothing
    return new iam.PolicyStatement({
      ...props, principals: [new iam.StarPrincipal()], conditions: { ...conditions, StringNotEquals: { 'aws:PrincipalAccount': ownAccount } },
    });
  }
  const roles = [...new Set(pullers.flatMap(who => Object.values(who._conditions.ArnLike ?? {}).flat() as string[]))];
  return new iam.PolicyStatement({
    ...props,
    principals: [...accounts].map(account => new iam.AccountPrincipal(account)),
    conditions: { ...conditions, ...roles.length > 0 && { ArnLike: { 'aws:PrincipalArn': roles } } },
  });
}

function roleArn(account: string, role: string): string {
  return `arn:${Aws.PARTITION}:iam::${account}:role/${role}`;
}

function checkRole(role: string): void {
  if (isLater(role) || ROLE.test(role) && !DOTS.test(role)) {
    return;
  }
  const name = /^(?:arn:.*:role)?\/([^:]+)$/.exec(role)?.[1];
  throw new InvalidInputError({
    got: `the role ${excerpt(role)}`,
    expected: 'the name of a role, with its path and without a slash in front',
    fix: name !== undefined && ROLE.test(name) && !DOTS.test(name) ? `write '${name}'` : "write it such as 'task-execution' or 'ci/*'",
  });
}

function checkOrganization(id: string): void {
  if (isLater(id)) { checkAround('organisation', id, /^[a-z0-9-]*$/); }
  if (!isLater(id) && !(typeof id === 'string' && ORGANIZATION.test(id))) {
    throw new InvalidInputError({
      got: typeof id === 'string' ? `the organisation ${excerpt(id)}` : `${kindOf(id)} as organisation`,
      expected: "its id: 'o-' and 10 to 32 lower-case letters and digits",
      fix: 'look it up with: aws organizations describe-organization',
    });
  }
}

function checkPath(organizationId: string, path: string): void {
  const mayBegin = isLater(path) || isLater(organizationId) ? PATH_START.test(path) : path.startsWith(`${organizationId}/`);
  if (mayBegin) {
    return;
  }
  throw new InvalidInputError({
    got: `the path ${excerpt(path)}`,
    expected: `a path of the organisation ${organizationId}, which begins with its id`,
    fix: `write it such as '${organizationId}/r-ab12/ou-ab12-11111111/*'`,
  });
}

/** The id may be known then, or the path, or both. */
function checkPathWhenKnown(scope: IConstruct, organizationId: string, path: string): void {
  const known = (text: string): string => {
    const value: unknown = Stack.of(scope).resolve(text);
    return typeof value === 'string' ? value : text;
  };
  checkWhenKnown('path', scope, Token.isUnresolved(path) ? path : organizationId, () => checkPath(known(organizationId), known(path)));
}
