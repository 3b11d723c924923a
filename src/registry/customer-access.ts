import { Aws, Stack, Token } from 'aws-cdk-lib';
import type { IResolveContext } from 'aws-cdk-lib';
import type * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { Customer } from './customer';
import type { RegistryPolicy } from './registry-policy';
import { refusals, refuse } from '../private/accepted';
import { accessList, accessTexts, checkNoMore, checkOptions, checkResource, emptyConditionProblems, readFlag } from '../private/access';
import { jsonLength, PATH } from '../private/checks';
import { BY_METHOD, checkChoice, madeByMethod } from '../private/choices';
import { CheckId, excerpt, InvalidInputError, problemAt } from '../private/errors';
import type { Problem } from '../private/errors';
import { checkConstructOf } from '../private/given';
import { cameOutEmpty, checkWhenKnown, isEmptyWhenKnown, isLater, isLookup, maskLater } from '../private/later';
import { oncePerTree } from '../private/tree';
import { CachePullers } from '../repository/cache-pullers';
import { CacheActions } from '../rule/cache-actions';

/** CloudFormation reference of `AWS::ECR::Repository` and of `AWS::ECR::RegistryPolicy`. */
const LONGEST_POLICY = 10_240;
const SHARED_ID = 'UpstreamOfCustomers';
const EVERYTHING = '*';
/** IAM User Guide, "Amazon Resource Names (ARNs)": the partitions are `aws`, `aws-cn`, `aws-us-gov` and those of isolated Regions. */
const PARTITION = /^aws(?:-[a-z]+)*$/;
const REPOSITORY_ARN = /^arn:aws(?:-[a-z]+)*:ecr:(?:[a-z0-9-]+|\*):(?:[0-9]{12}|\*):repository\/[a-z0-9._/*?-]+$/;

/** How the statements for customers are written. */
export interface CustomerAccessOptions {
  /**
   * Whether the customers that are not narrowed share one statement. A policy holds more of them then, some 280 instead of some 40, and the
   * end of one customer's access changes a statement of all.
   *
   * @default false
   */
  readonly sharedStatement?: boolean;
}

/** What a printed policy is for. */
export interface CustomerPolicyTextOptions {
  /**
   * ARNs of the repositories, for a registry policy: `arn:aws:ecr:us-east-1:123456789012:repository/*`. Without, the policy is one for a
   * repository, which names none. An empty list is refused.
   *
   * @default - a policy for a repository
   */
  readonly repositoryArns?: string[];

  /**
   * The partition of the customers' accounts.
   *
   * @default aws
   */
  readonly partition?: string;
}

/**
 * The vendor's side of a cache: lets the caches of customers read a private ECR registry.
 *
 * It allows the four actions that Amazon documents for the upstream of a cache in another account, and neither creating repositories nor
 * pushing: ECR User Guide, "IAM permissions required to sync an upstream registry with an Amazon ECR private registry". Whether they are
 * enough for referrers, such as signatures and SBOMs, is not documented and not verified.
 *
 * Each customer has a statement with an id of its own, so that the end of its access changes nothing for others. The principal is always the
 * customer's account, narrowed by conditions on `aws:PrincipalArn` and `aws:PrincipalOrgID`, since ECR refuses a policy that names a role that
 * doesn't exist. What a customer has cached already stays in the customer's account when access ends.
 *
 * @example
 * import { Customer, CustomerAccess, RegistryPolicy } from 'cdk-ecr-pull-through-cache';
 * import type * as ecr from 'aws-cdk-lib/aws-ecr';
 *
 * declare const nginx: ecr.Repository;
 *
 * const access = CustomerAccess.forCustomers([
 *   Customer.account('111122223333'),
 *   Customer.account('444455556666', { roles: ['echo-mirror-*'], organizationId: 'o-a1b2c3d4e5' }),
 * ]);
 * access.allowOnRepositories([nginx]);
 * // or all that begins with hardened/, by the one policy of the registry
 * access.allowOnRegistryByName(new RegistryPolicy(this, 'RegistryPolicy'), ['hardened/*']);
 */
export class CustomerAccess {
  /**
   * Access for customers.
   *
   * @param customers the customers, each account once
   * @param options how their statements are written
   * @throws for no customers, an account twice, what is no account, role or organisation
   */
  public static forCustomers(customers: Customer[], options: CustomerAccessOptions = {}): CustomerAccess {
    const read = accessList('customers', customers, 'leave the access out while there are none');
    read.forEach(customer => Customer._check(customer));
    checkOptions('access for customers', options, ['sharedStatement']);
    const twice = read.find(({ _account: account }, index) => read.slice(0, index).some(other => other._account === account));
    if (twice) {
      throw new InvalidInputError({
        got: `the customer ${twice._account} twice`,
        expected: 'each account once, since its statement has the id of the account',
        fix: 'name all its roles in one entry',
      });
    }
    return new CustomerAccess(BY_METHOD, read, readFlag('sharedStatement', options.sharedStatement, false));
  }

  private constructor(key: symbol, private readonly customers: Customer[], private readonly shared: boolean) {
    madeByMethod(this, key, CustomerAccess, 'CustomerAccess.forCustomers()');
    // a customer that can't be written is refused here, and not where the access is used
    this.statements();
  }

  /**
   * Lets the customers read repositories, by the policy of each.
   *
   * @param repositories repositories of this app
   * @throws for an empty list, an imported repository, whose policy isn't managed here; at synthesis for a policy of more than 10,240 characters
   */
  public allowOnRepositories(repositories: ecr.IRepository[]): void {
    const named = accessList('repositories', repositories, 'name repositories of this app, or call allowOnRegistry() for the whole registry');
    named.forEach(one => checkResource('a repository', one, 'repositoryArn', 'name a repository of this app, or use allowOnRegistryByName()'));
    for (const repository of named) {
      const added = this.statements().map(statement => repository.addToResourcePolicy(statement));
      if (added.some(({ statementAdded }) => !statementAdded)) {
        throw new InvalidInputError({
          got: 'an imported repository, whose policy is not managed here',
          expected: 'a repository of this app',
          fix: 'write what toPolicyText() prints where the repository is made, or use allowOnRegistryByName()',
        }, repository);
      }
      checkAtSynthesis(repository);
      this.checkCustomers(repository);
    }
  }

  /**
   * Lets the customers read every repository of the registry, by its policy.
   *
   * @param policy the registry policy
   * @throws for a customer that the policy has already, statements of more than 10,240 characters
   */
  public allowOnRegistry(policy: RegistryPolicy): void {
    checkConstructOf('the registry policy', policy, 'addStatements', 'RegistryPolicy');
    checkNoMore('allowOnRegistry', arguments, 1, 'call allowOnRegistryByName() for some repositories', policy);
    this.allowNames(policy, [EVERYTHING]);
  }

  /**
   * Lets the customers read some repositories by the policy of the registry. They need not be of this app, nor exist yet.
   *
   * @param policy the registry policy
   * @param repositories names of repositories, and `team/*` for all that begins with `team/`
   * @throws for an empty list, what is no name, a customer that the policy has already, statements of more than 10,240 characters
   */
  public allowOnRegistryByName(policy: RegistryPolicy, repositories: string[]): void {
    checkConstructOf('the registry policy', policy, 'addStatements', 'RegistryPolicy');
    const names = accessTexts('names of repositories', repositories, 'call allowOnRegistry() for the whole registry', policy);
    names.forEach(name => checkName(name, policy));
    this.allowNames(policy, [...new Set(names)]);
  }

  private allowNames(policy: RegistryPolicy, names: string[]): void {
    const stack = Stack.of(policy);
    const statements = this.statements(names.map(resourceName => stack.formatArn({ service: 'ecr', resource: 'repository', resourceName })));
    const length = jsonLength(documentOf(statements), policy);
    if (length > LONGEST_POLICY) {
      refuse(policy, CheckId.REGISTRY_POLICY_LENGTH, tooLong(length));
    }
    const taken = oncePerTree(policy, `CustomerAccess.${policy.node.addr}`, () => new Set<string>());
    const again = statements.find(({ sid }) => taken.has(sid!));
    if (again) {
      throw new InvalidInputError({
        got: `the statement '${again.sid}' a second time in this registry policy`,
        expected: 'each customer once, with all its repositories',
        fix: 'name the repositories in one call',
      }, policy);
    }
    statements.forEach(({ sid }) => taken.add(sid!));
    policy.addStatements(...statements);
    this.checkCustomers(policy);
  }

  /** The policy for a repository, as a document: for an L1, or to be merged with others. */
  public toPolicyDocument(): iam.PolicyDocument {
    return new CheckedDocument(this.statements(), this.customers);
  }

  /**
   * The policy as JSON for those who write it without the CDK: `aws ecr set-repository-policy --policy-text`, or with the ARNs of repositories
   * `aws ecr put-registry-policy --policy-text`, which replaces the registry policy that is there.
   *
   * @param options what the policy is for
   * @throws for an empty list of ARNs, what is no ARN of repositories, what is no partition, customers whose account is a token, a text of more than 10,240 characters
   */
  public toPolicyText(options: CustomerPolicyTextOptions = {}): string {
    checkOptions('a printed policy', options, ['repositoryArns', 'partition']);
    const partition = options.partition ?? 'aws';
    checkPartition(partition);
    // in each value and not in the text, and by a function: nothing in a partition is JSON or a pattern then
    const inPartition = (value: string) => value.replaceAll(Aws.PARTITION, () => partition);
    const repositoryArns = options.repositoryArns === undefined
      ? undefined
      : accessTexts('ARNs of repositories', options.repositoryArns, 'leave repositoryArns out for the policy of a repository').map(inPartition);
    repositoryArns?.forEach(checkRepositoryArn);
    const document: unknown = documentOf(this.statements(repositoryArns)).toJSON();
    const text = JSON.stringify(document, (_, value: unknown) => typeof value === 'string' ? inPartition(value) : value, 2);
    if (Token.isUnresolved(text)) {
      throw new InvalidInputError({
        got: 'a customer that is known at deployment only',
        expected: 'accounts that can be printed',
        fix: 'write the accounts out, or use toPolicyDocument()',
      });
    }
    const { length } = JSON.stringify(JSON.parse(text));
    if (length > LONGEST_POLICY) {
      const problem = tooLong(length);
      throw new InvalidInputError({ ...problem, fix: `${problem.fix}; if AWS takes it by now, print what toPolicyDocument() gives` });
    }
    return text;
  }

  /** A customer may be a Lazy, which is known when the app is synthesized. */
  private checkCustomers(scope: IConstruct): void {
    this.customers.forEach(customer => CachePullers._check(pullersOf(customer), scope));
  }

  private statements(resources?: string[]): iam.PolicyStatement[] {
    checkChoice('access for customers', this, CustomerAccess, 'CustomerAccess.forCustomers()');
    const sharing = this.shared ? this.customers.filter(customer => customer._isWholeAccount) : [];
    const alone = this.customers.filter(customer => !sharing.includes(customer));
    const together = sharing.length === 0 ? [] : [statementOf({
      sid: SHARED_ID,
      principals: sharing.map(customer => root(customer._account)),
      resources,
    })];
    return [...together, ...alone.map(customer => customerStatement(customer, resources))];
  }
}

function customerStatement(customer: Customer, resources?: string[]): iam.PolicyStatement {
  const { _account: account } = customer;
  const conditions = pullersOf(customer).map(who => who._conditions);
  return statementOf({
    sid: `UpstreamOf${account}`,
    principals: [root(account)],
    conditions: Object.assign({}, ...conditions) as iam.Conditions,
    resources,
  });
}

/** A customer in the words for pullers, which are checked already: its account, and where it belongs. */
function pullersOf({ _account: account, _roles: roles, _organizationId: organizationId }: Customer): CachePullers[] {
  const ofAccount = CachePullers.account(account, roles && { roles: [...roles] });
  return organizationId === undefined ? [ofAccount] : [ofAccount, CachePullers.organization(organizationId, { accounts: [account] })];
}

/** Not `AccountPrincipal`, whose partition can't be printed without a stack. */
function root(account: string): iam.IPrincipal {
  return new iam.ArnPrincipal(`arn:${Aws.PARTITION}:iam::${account}:root`);
}

function statementOf(props: iam.PolicyStatementProps): iam.PolicyStatement {
  return new iam.PolicyStatement({ ...props, actions: [...CacheActions.READ_UPSTREAM] });
}

function documentOf(statements: iam.PolicyStatement[]): iam.PolicyDocument {
  return new iam.PolicyDocument({ statements });
}

/** Goes anywhere, so that it is read where it is rendered. */
class CheckedDocument extends iam.PolicyDocument {
  constructor(statements: iam.PolicyStatement[], private readonly customers: readonly Customer[]) {
    super({ statements });
  }

  public resolve(context: IResolveContext): unknown {
    const stack = Stack.of(context.scope);
    const statements = (this.toJSON() as { Statement?: object[] } | undefined)?.Statement ?? [];
    const texts = this.customers.flatMap(({ _account, _roles = [], _organizationId }) => [_account, ..._roles, _organizationId])
      .filter(text => text !== undefined);
    const isEmpty = texts.some(text => isEmptyWhenKnown(text, value => stack.resolve(value) as unknown));
    const [problem] = isEmpty
      ? [cameOutEmpty('account, role or organisation of a customer')]
      : emptyConditionProblems(stack.resolve(statements) as object[]);
    if (problem) {
      throw new InvalidInputError(problem, context.scope);
    }
    return super.resolve(context) as unknown;
  }
}

function checkName(name: string, policy: RegistryPolicy): void {
  const path = name.endsWith('/*') ? name.slice(0, -2) : name;
  if (PATH.test(maskLater(path))) {
    checkWhenKnown('name of a repository', policy, name, known => checkName(known, policy));
    return;
  }
  throw new InvalidInputError({
    got: `the repository ${excerpt(name)}`,
    expected: "the name of a repository, without registry, tag and digest, or one that ends in '/*'",
    fix: name === EVERYTHING ? 'call allowOnRegistry() for the whole registry' : "write one such as 'nginx' or 'team/*'",
  }, policy);
}

function checkPartition(partition: string): void {
  if (typeof partition !== 'string' || !PARTITION.test(partition) && !isLookup(partition)) {
    throw new InvalidInputError({
      got: `the partition ${excerpt(String(partition))}`,
      expected: "the name of a partition: 'aws', or one that begins with 'aws-'",
      fix: "write one such as 'aws-us-gov', or leave it out for 'aws'",
    });
  }
}

function checkRepositoryArn(arn: string): void {
  if (arn !== EVERYTHING && !REPOSITORY_ARN.test(arn) && !isLookup(arn)) {
    throw new InvalidInputError({
      got: isLater(arn) ? 'an ARN of repositories that is known at deployment only' : `the ARN ${excerpt(arn)}`,
      expected: "the ARN of an ECR repository or of several, or '*'",
      fix: "write it such as 'arn:aws:ecr:us-east-1:123456789012:repository/team/*'",
    });
  }
}

/** Others may write into the policy of a repository too, so it is read and measured when all have. */
function checkAtSynthesis(repository: ecr.IRepository): void {
  oncePerTree(repository, `CustomerAccess.${repository.node.addr}`, () => {
    const validate = () => {
      const resource = repository.node.defaultChild as ecr.CfnRepository;
      const length = jsonLength(resource.repositoryPolicyText, repository);
      return [
        ...emptyConditionProblems(statementsOf(resource)).map(problem => problemAt(repository, problem)),
        ...length <= LONGEST_POLICY ? [] : refusals(repository, CheckId.REPOSITORY_POLICY_LENGTH, tooLong(length)),
      ];
    };
    repository.node.addValidation({ validate });
    return true;
  });
}

function statementsOf(resource: ecr.CfnRepository): object[] {
  const policy = Stack.of(resource).resolve(resource.repositoryPolicyText) as { Statement?: object[] } | undefined;
  return policy?.Statement ?? [];
}

function tooLong(length: number): Problem {
  return {
    got: `a policy for customers of ${length} characters`,
    expected: `at most ${LONGEST_POLICY}`,
    fix: 'let customers share a statement by the option sharedStatement, narrow fewer of them to roles, or give groups of customers repositories of '
      + 'their own or registries in other Regions or accounts',
  };
}
