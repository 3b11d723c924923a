import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import { RegistryPolicy, CustomerAccess } from '../../src';
import { Customer } from '../../src/registry/customer';
import { ENV, newStack } from '../app';
import { Deployed, untestedActions, wrongRows } from '../simulator';
import type { Caller, Row, World } from '../simulator';

const ONE = '999999999999', TWO = '888888888888', ORGANIZATION = 'o-a1b2c3d4e5';
const FOUR = ['ecr:BatchGetImage', 'ecr:BatchImportUpstreamImage', 'ecr:GetDownloadUrlForLayer', 'ecr:GetImageCopyStatus'];
const VENDOR = `arn:aws:ecr:${ENV.region}:${ENV.account}:repository`;

const many = (count: number): Customer[] => Array.from({ length: count }, (_, index) => Customer.account(String(100000000000 + index)));
const registryStatements = (stack: Stack) => new Deployed(stack).only('AWS::ECR::RegistryPolicy').PolicyText.Statement;

function onRepository(customers: Customer[], sharedStatement = false) {
  const stack = newStack();
  CustomerAccess.forCustomers(customers, { sharedStatement }).allowOnRepositories([new ecr.Repository(stack, 'Nginx')]);
  return stack;
}

function onRegistry(customers: Customer[], repositories?: string[], sharedStatement = false) {
  const stack = newStack();
  const access = CustomerAccess.forCustomers(customers, { sharedStatement });
  const policy = new RegistryPolicy(stack, 'Policy');
  if (repositories) { access.allowOnRegistryByName(policy, repositories); } else { access.allowOnRegistry(policy); }
  return stack;
}

describe('access on a repository', () => {
  const statements = (stack: Stack) => new Deployed(stack).only('AWS::ECR::Repository').RepositoryPolicyText.Statement;

  test('is a statement for each customer, with the four documented actions and no resource', () => {
    expect(statements(onRepository([Customer.account(ONE), Customer.account(TWO)]))).toEqual([ONE, TWO].map(account => ({
      Sid: `UpstreamOf${account}`, Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: FOUR,
    })));
  });

  test('is narrowed to roles and an organisation by conditions, never by the principal', () => {
    expect(statements(onRepository([Customer.account(ONE, { roles: ['mirror', 'ci/*'], organizationId: ORGANIZATION })]))).toEqual([{
      Sid: `UpstreamOf${ONE}`,
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${ONE}:root` },
      Action: FOUR,
      Condition: {
        ArnLike: { 'aws:PrincipalArn': [`arn:aws:iam::${ONE}:role/mirror`, `arn:aws:iam::${ONE}:role/ci/*`] },
        StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION },
      },
    }]);
  });

  test('of one that leaves ends without a change for others', () => {
    const before = statements(onRepository([Customer.account(ONE), Customer.account(TWO, { roles: ['mirror'] }), Customer.account('777777777777')]));
    const after = statements(onRepository([Customer.account(ONE), Customer.account('777777777777')]));
    expect(before).toEqual([after[0], expect.objectContaining({ Sid: `UpstreamOf${TWO}` }), after[1]]);
  });

  test('stands beside other statements, on several repositories', () => {
    const stack = newStack();
    const repositories = ['A', 'B'].map(id => new ecr.Repository(stack, id));
    repositories[0].grantPull(new iam.AccountPrincipal('777777777777'));
    CustomerAccess.forCustomers([Customer.account(ONE)]).allowOnRepositories(repositories);
    const counts = Object.values(Template.fromStack(stack).findResources('AWS::ECR::Repository')).map(({ Properties }) => Properties.RepositoryPolicyText.Statement.length);
    expect(counts).toEqual([2, 1]);
  });

  test('fails for an empty list of repositories', () => {
    expect(() => CustomerAccess.forCustomers([Customer.account(ONE)]).allowOnRepositories([])).toThrow(
      'got an empty list of repositories, expected at least one: name repositories of this app, or call allowOnRegistry() for the whole registry');
  });

  test('fails for an imported repository', () => {
    const repository = ecr.Repository.fromRepositoryName(newStack(), 'Nginx', 'nginx');
    expect(() => CustomerAccess.forCustomers([Customer.account(ONE)]).allowOnRepositories([repository])).toThrow(
      'got an imported repository, whose policy is not managed here, expected a repository of this app: write what toPolicyText() prints where the '
      + 'repository is made, or use allowOnRegistryByName() [at Stack/Nginx]');
  });
});

describe('access by the registry policy', () => {
  test('is for all repositories', () => {
    const stack = newStack();
    CustomerAccess.forCustomers([Customer.account(ONE)]).allowOnRegistry(new RegistryPolicy(stack, 'Policy'));
    expect(registryStatements(stack)).toEqual([{
      Sid: `UpstreamOf${ONE}`, Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ONE}:root` }, Action: FOUR, Resource: `${VENDOR}/*`,
    }]);
  });

  test('is for those that are named', () => {
    expect(registryStatements(onRegistry([Customer.account(ONE)], ['nginx', 'hardened/*', 'nginx']))[0].Resource).toEqual([`${VENDOR}/nginx`, `${VENDOR}/hardened/*`]);
  });

  test('is for all repositories by their name, and for those that are known at deployment only', () => {
    const stack = newStack();
    const name = new CfnParameter(stack, 'Name').valueAsString;
    CustomerAccess.forCustomers([Customer.account(ONE)]).allowOnRegistryByName(new RegistryPolicy(stack, 'Policy'), ['a', name]);
    expect(registryStatements(stack)[0].Resource).toHaveLength(2);
  });

  test('may differ from customer to customer', () => {
    const stack = newStack();
    const policy = new RegistryPolicy(stack, 'Policy');
    CustomerAccess.forCustomers([Customer.account(ONE)]).allowOnRegistryByName(policy, ['nginx']);
    CustomerAccess.forCustomers([Customer.account(TWO)]).allowOnRegistry(policy);
    expect(registryStatements(stack).map(({ Resource }: { Resource: string }) => Resource)).toEqual([`${VENDOR}/nginx`, `${VENDOR}/*`]);
  });

  test('fails for a customer that the policy has already', () => {
    const stack = newStack();
    const [policy, access] = [new RegistryPolicy(stack, 'Policy'), CustomerAccess.forCustomers([Customer.account(ONE)])];
    access.allowOnRegistryByName(policy, ['nginx']);
    expect(() => access.allowOnRegistryByName(policy, ['redis'])).toThrow(
      `got the statement 'UpstreamOf${ONE}' a second time in this registry policy, expected each customer once, with all its repositories: name the `
      + 'repositories in one call [at Stack/Policy]');
  });

  test('may be by the policies of several registries', () => {
    const app = new App();
    const access = CustomerAccess.forCustomers([Customer.account(ONE)]);
    ['us-east-1', 'eu-west-1'].forEach(region => access.allowOnRegistry(new RegistryPolicy(newStack(app, region, { ...ENV, region }), 'Policy')));
    expect(registryStatements(app.node.findChild('eu-west-1') as Stack)).toHaveLength(1);
  });

  test('fails for an empty list of names', () => {
    expect(() => onRegistry([Customer.account(ONE)], [])).toThrow(
      'got an empty list of names of repositories, expected at least one: call allowOnRegistry() for the whole registry [at Stack/Policy]');
  });

  test.each(['Nginx', 'nginx:1', '/nginx', 'team*', 'team//x/*', 'Team/*', ''])("fails for the name '%s'", name => {
    expect(() => onRegistry([Customer.account(ONE)], [name])).toThrow(
      `got the repository '${name}', expected the name of a repository, without registry, tag and digest, or one that ends in '/*': write one such as `
      + "'nginx' or 'team/*'");
  });
});

describe('customers', () => {
  test('fail when there are none', () => {
    expect(() => CustomerAccess.forCustomers([])).toThrow(
      'got an empty list of customers, expected at least one: leave the access out while there are none');
  });

  test('fail when one is named twice', () => {
    expect(() => CustomerAccess.forCustomers([Customer.account(ONE), Customer.account(ONE, { roles: ['mirror'] })])).toThrow(
      `got the customer ${ONE} twice, expected each account once, since its statement has the id of the account: name all its roles in one entry`);
  });

  test.each([
    [() => Customer.account('1'), "got the account '1', expected the 12 digits of an AWS account id"],
    [() => Customer.account(ONE, { roles: ['/mirror'] }), "got the role '/mirror', expected the name of a role"],
    [() => Customer.account(ONE, { roles: [] }), 'got an empty list of roles'],
    [() => Customer.account(ONE, { organizationId: 'acme' }), "got the organisation 'acme', expected its id"],
  ])('fail for %s', (customer, message) => {
    expect(() => CustomerAccess.forCustomers([customer()])).toThrow(message);
  });

  test('are printed for ARNs that a stack formats, whose partition the option names', () => {
    const arn = newStack().formatArn({ service: 'ecr', resource: 'repository', resourceName: 'hardened/*' });
    const text = CustomerAccess.forCustomers([Customer.account(ONE)]).toPolicyText({ repositoryArns: [arn], partition: 'aws-us-gov' });
    expect(JSON.parse(text).Statement[0].Resource).toBe(`arn:aws-us-gov:ecr:${ENV.region}:${ENV.account}:repository/hardened/*`);
  });

  test('may be known at deployment only', () => {
    const stack = newStack();
    const account = new CfnParameter(stack, 'Customer').valueAsString;
    CustomerAccess.forCustomers([Customer.account(account)]).allowOnRepositories([new ecr.Repository(stack, 'Nginx')]);
    const [statement] = new Deployed(stack).only('AWS::ECR::Repository').RepositoryPolicyText.Statement;
    expect([statement.Sid, statement.Principal.AWS]).toEqual(['UpstreamOfCustomer', 'arn:aws:iam::Customer:root']);
  });
});

describe('how many customers a policy holds', () => {
  const TOO_LONG = /got a policy for customers of \d{5} characters, expected at most 10240: let customers share a statement by the option sharedStatement, narrow fewer of them to roles, or give groups of customers repositories of their own or registries in other Regions or accounts/;

  test.each([
    ['a repository', () => Template.fromStack(onRepository(many(40))), () => Template.fromStack(onRepository(many(50)))],
    ['a registry', () => onRegistry(many(34)), () => onRegistry(many(40))],
    ['a printed text', () => CustomerAccess.forCustomers(many(40)).toPolicyText(), () => CustomerAccess.forCustomers(many(50)).toPolicyText()],
  ])('of %s: some 40, and more fail', (_, some, more) => {
    expect(some).not.toThrow();
    expect(more).toThrow(TOO_LONG);
  });

  test('is some 280 in one statement, and more fail', () => {
    expect(registryStatements(onRegistry(many(280), undefined, true))[0].Principal.AWS).toHaveLength(280);
    expect(() => onRegistry(many(320), undefined, true)).toThrow(TOO_LONG);
  });

  test('fails when the others in the policy of a repository leave no place', () => {
    const stack = newStack();
    CustomerAccess.forCustomers(many(1)).allowOnRepositories([new ecr.Repository(stack, 'Other')]);
    const repository = new ecr.Repository(stack, 'Nginx');
    CustomerAccess.forCustomers(many(40)).allowOnRepositories([repository]);
    Array.from({ length: 20 }, (_, index) => repository.addToResourcePolicy(new iam.PolicyStatement({
      sid: `Other${index}`, actions: ['ecr:BatchGetImage'], principals: [new iam.AccountPrincipal(String(200000000000 + index))],
    })));
    expect(() => Template.fromStack(stack)).toThrow(TOO_LONG);
  });
});

describe('a shared statement', () => {
  test('has all customers but those that are narrowed', () => {
    const statements = registryStatements(onRegistry([Customer.account(ONE), Customer.account(TWO, { roles: ['mirror'] }), Customer.account('777777777777')], undefined, true));
    expect(statements).toMatchObject([
      { Sid: 'UpstreamOfCustomers', Principal: { AWS: [`arn:aws:iam::${ONE}:root`, 'arn:aws:iam::777777777777:root'] } },
      { Sid: `UpstreamOf${TWO}`, Principal: { AWS: `arn:aws:iam::${TWO}:root` }, Condition: expect.anything() },
    ]);
  });

  test('fails for a customer that is no account', () => {
    expect(() => CustomerAccess.forCustomers([Customer.account(ONE), Customer.account('1')], { sharedStatement: true })).toThrow("got the account '1'");
  });

  test('has no customer that is narrowed to an organisation', () => {
    const customers = [Customer.account(ONE), Customer.account(TWO, { organizationId: ORGANIZATION })];
    const statements = registryStatements(onRegistry(customers, undefined, true));
    expect(statements).toMatchObject([
      { Sid: 'UpstreamOfCustomers', Principal: { AWS: `arn:aws:iam::${ONE}:root` } },
      { Sid: `UpstreamOf${TWO}`, Condition: { StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION } } },
    ]);
  });
});

describe('the printed policy', () => {
  const access = CustomerAccess.forCustomers([Customer.account(ONE, { roles: ['mirror'] })]);

  test('is one for a repository', () => {
    expect(JSON.parse(access.toPolicyText())).toEqual({
      Version: '2012-10-17',
      Statement: [{
        Sid: `UpstreamOf${ONE}`,
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${ONE}:root` },
        Action: FOUR,
        Condition: { ArnLike: { 'aws:PrincipalArn': [`arn:aws:iam::${ONE}:role/mirror`] } },
      }],
    });
  });

  test('is one for a registry when repositories are named, in another partition when that is', () => {
    const text = access.toPolicyText({ repositoryArns: ['arn:aws-iso:ecr:us-iso-east-1:123456789012:repository/*'], partition: 'aws-iso' });
    expect(JSON.parse(text).Statement[0]).toMatchObject({
      Principal: { AWS: `arn:aws-iso:iam::${ONE}:root` }, Resource: 'arn:aws-iso:ecr:us-iso-east-1:123456789012:repository/*',
    });
  });

  test('says the same as the document', () => {
    const stack = newStack();
    expect(JSON.parse(JSON.stringify(stack.resolve(access.toPolicyDocument())).replaceAll('{"Ref":"AWS::Partition"}', '"aws"'))).toMatchObject({
      Statement: [{ Sid: `UpstreamOf${ONE}`, Action: FOUR }],
    });
  });

  test('fails for an empty list of ARNs', () => {
    expect(() => CustomerAccess.forCustomers([Customer.account(ONE)]).toPolicyText({ repositoryArns: [] })).toThrow(
      'got an empty list of ARNs of repositories, expected at least one: leave repositoryArns out for the policy of a repository');
  });

  test('fails for a customer that is known at deployment only', () => {
    const account = new CfnParameter(newStack(), 'Customer').valueAsString;
    expect(() => CustomerAccess.forCustomers([Customer.account(account)]).toPolicyText()).toThrow(
      'got a customer that is known at deployment only, expected accounts that can be printed: write the accounts out, or use toPolicyDocument()');
  });
});

describe('what IAM decides', () => {
  const caller = (account: string, role: string, organization?: string): Caller => ({
    arn: `arn:aws:sts::${account}:assumed-role/${role}/session`,
    policies: [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'ecr:*', Resource: '*' }] }],
    context: { 'aws:PrincipalArn': `arn:aws:iam::${account}:role/${role}`, ...organization ? { 'aws:PrincipalOrgID': organization } : {} },
  });

  test('on the actions, the repositories and the callers', async () => {
    // given
    const stack = onRegistry([Customer.account(ONE), Customer.account(TWO, { roles: ['mirror-*'], organizationId: ORGANIZATION })], ['hardened/*']);
    const policy = new Deployed(stack).only('AWS::ECR::RegistryPolicy').PolicyText;
    const world: World = {
      callers: {
        'any role of one': caller(ONE, 'anything'),
        'the role of two': caller(TWO, 'mirror-a', ORGANIZATION),
        'another role of two': caller(TWO, 'admin', ORGANIZATION),
        'the role of two outside': caller(TWO, 'mirror-a', 'o-zzzzzzzzzz'),
        'a stranger': caller('777777777777', 'mirror-a', ORGANIZATION),
      },
      resourcePolicies: [{ resource: /./, policy: { ...policy, Statement: policy.Statement } }],
    };
    const row = (who: string, action: string, repository: string, allowed: boolean): Row => ({ who, action, resource: `${VENDOR}/${repository}`, allowed });
    const rows = [
      ...FOUR.flatMap(action => [row('any role of one', action, 'hardened/nginx', true), row('the role of two', action, 'hardened/nginx', true)]),
      ...['any role of one', 'the role of two'].flatMap(who => [
        row(who, 'ecr:BatchGetImage', 'internal/nginx', false),
        ...['ecr:CreateRepository', 'ecr:PutImage', 'ecr:DeleteRepository', 'ecr:SetRepositoryPolicy'].map(action => row(who, action, 'hardened/nginx', false)),
      ]),
      ...['another role of two', 'the role of two outside', 'a stranger'].flatMap(who => FOUR.map(action => row(who, action, 'hardened/nginx', false))),
    ];
    // then
    expect(await wrongRows(world, rows)).toEqual([]);
    // strangers lose nothing with the policies of their own
    expect((await untestedActions(world, rows)).filter(action => !action.startsWith('ecr:*'))).toEqual([]);
  });
});
