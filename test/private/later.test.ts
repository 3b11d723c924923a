import { App, CfnParameter, Lazy, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import {
  CachedImages, CachePullers, Customer, CustomerAccess, NodeMirrors, PullPolicy,
  PullThroughCache, RegistryPolicy, RegistryReplication, RegistryScanning, RepositoryTemplate,
  UpstreamCredential, UpstreamRegistry, UpstreamRole, UpstreamSecret,
} from '../../src';
import { ENV, newStack } from '../app';

let stack: Stack;
beforeEach(() => { stack = newStack(); });

const cacheIn = (repositoryPrefix = 'quay') => new PullThroughCache(stack, 'Cache', { upstream: UpstreamRegistry.QUAY, repositoryPrefix });
/** What aws-cdk has for a parameter until the CLI has looked it up. */
const lookedUp = (name = 'Some/Value') => ssm.StringParameter.valueFromLookup(stack, `/${name}`);
const parameter = () => new CfnParameter(stack, 'Parameter').valueAsString;

test.each<[string, () => unknown]>([
  ['a prefix', () => cacheIn(lookedUp())],
  ['the account of an upstream', () => new PullThroughCache(stack, 'Cache', { upstream: UpstreamRegistry.echo({ account: lookedUp(), region: lookedUp('Region') }) })],
  ['an account, role, organisation and path of pullers', () => [CachePullers.account(lookedUp(), { roles: [lookedUp('Role')] }),
    CachePullers.organization(lookedUp(), { accounts: [lookedUp('Account')], paths: [lookedUp('Path')] })]],
  ['an image', () => cacheIn().image(lookedUp()).grantPull(new iam.User(stack, 'User'))],
  ['a tag and a digest', () => [cacheIn().image(`a/b:${lookedUp('Tag')}`).uri, `a/b@${lookedUp('Digest')}`]],
  ['an allowed image', () => cacheIn().grants.pullImages(new iam.User(stack, 'User'), [lookedUp()])],
  ['a customer', () => CustomerAccess.forCustomers([Customer.account(lookedUp(), { organizationId: lookedUp('Org') })])
    .allowOnRegistryByName(new RegistryPolicy(stack, 'Policy'), [lookedUp('Name')])],
  ['the account and Region of an import', () => PullThroughCache.fromPullThroughCacheAttributes(stack, 'Cache', { repositoryPrefix: lookedUp(), account: lookedUp('Account'), region: lookedUp('Region') }).image('a/b').uri],
  ['the role of an upstream', () => new PullThroughCache(stack, 'Cache', {
    upstream: UpstreamRegistry.echo({ account: '123456789012' }), upstreamRole: UpstreamRole.fromRole(iam.Role.fromLookup(stack, 'Role', { roleName: 'reader' })),
  })],
  ['the prefix and tags of a template', () => new RepositoryTemplate(stack, 'Template', { prefix: lookedUp(), tags: { team: lookedUp('Team') } })],
  ['a credential and the name of a secret', () => [UpstreamCredential.fromSecretCompleteArn(stack, 'Secret', lookedUp()),
    new UpstreamSecret(stack, 'Made', { secretName: lookedUp('Name') })]],
  ['a replica and a filter', () => {
    new RegistryReplication(stack, 'Replication').replicate(cacheIn(), { region: lookedUp('Region'), account: lookedUp('Account') });
    new RegistryScanning(stack, 'Scanning').scanOnPushMatching(lookedUp('Filter'));
  }],
  ['what nodes and builds are told', () => {
    const azure = UpstreamRegistry.azure(lookedUp('Azure'), UpstreamCredential.fromSecretCompleteArn(stack, 'Secret', lookedUp('Secret')));
    const mirrors = NodeMirrors.forCaches(stack, [cacheIn(lookedUp()), new PullThroughCache(stack, 'Azure', { upstream: azure })]);
    mirrors.hostsToml();
    mirrors.registriesConf();
    mirrors.addToUserData(new ec2.MultipartUserData());
  }],
  ['the text in front of replaced names', () => CachedImages.of(stack).useWith(cacheIn(), { replaces: [`${lookedUp()}/*`], replacementPrefix: lookedUp('Prefix') })],
  ['the name of a policy of a cluster', () => {
    CachedImages.of(stack).use(cacheIn(lookedUp()));
    CachedImages.of(stack).mutatingAdmissionPolicy({ policyName: lookedUp('Name'), exceptions: [lookedUp('Exception')] });
  }],
  ['an exception and what is replaced', () => {
    CachedImages.of(stack).configure({ exceptions: [lookedUp()] });
    CachedImages.of(stack).useWith(cacheIn(), { replaces: [lookedUp('Other')] });
  }],
])('what stands in for a value that is looked up passes: %s', (_, make) => {
  make();
  expect(() => (stack.node.root as App).synth()).not.toThrow();
});

test.each<[string, () => unknown]>([
  ['a prefix', () => cacheIn(`${parameter()}*`)],
  ['an account', () => CachePullers.account(`${parameter()}*`)],
  ['an organisation', () => CachePullers.organization(`${parameter()}*`)],
  ['an image', () => cacheIn().image(`a/${parameter()}*`)],
  ['names of customers', () => CustomerAccess.forCustomers([Customer.account(ENV.account)])
    .allowOnRegistryByName(new RegistryPolicy(stack, 'Policy'), [`${parameter()}*`])],
])('a wildcard beside a token is refused: %s', (_, make) => {
  expect(make).toThrow(/^got /);
});

test.each<[string, string, () => unknown]>([
  ['a prefix', "got the repository prefix 'Not*One'", () => cacheIn(Lazy.string({ produce: () => 'Not*One' }))],
  ['an account', "got the account '*'", () => new RepositoryTemplate(stack, 'Template', { prefix: 'a', pullers: [CachePullers.account(Lazy.string({ produce: () => '*' }))] })],
  ['an allowed image', "got the allowed image 'a*b'", () => cacheIn().grants.pullImages(new iam.User(stack, 'User'), [Lazy.string({ produce: () => 'a*b' })])],
])('a Lazy is checked when it is known: %s', (_, message, make) => {
  make();
  expect(() => (stack.node.root as App).synth()).toThrow(message);
});

const nothing = () => Lazy.string({ produce: () => undefined });
const nobody = () => new iam.User(stack, 'User');
const onPolicy = () => new RegistryPolicy(stack, 'Policy');
const pullersOnTemplate = (...pullers: CachePullers[]) => new RepositoryTemplate(stack, 'Template', { prefix: 'a', pullers });
const EMPTY = 'came out empty, expected a value: look for what the token gives, such as a variable that is not set';

test.each<[string, string, () => unknown]>([
  ['an account of pullers', 'account', () => pullersOnTemplate(CachePullers.account(nothing()))],
  ['a null', 'account', () => pullersOnTemplate(CachePullers.account(Token.asString(Lazy.any({ produce: () => null }))))],
  ['a role of an account', 'role', () => pullersOnTemplate(CachePullers.account(ENV.account, { roles: [`ci/${nothing()}`] }))],
  ['an account of an organisation', 'account', () => pullersOnTemplate(CachePullers.organization('o-a1b2c3d4e5', { accounts: [nothing()] }))],
  ['a path of an organisation', 'path', () => pullersOnTemplate(CachePullers.organization('o-a1b2c3d4e5', { paths: [`o-a1b2c3d4e5/${nothing()}/*`] }))],
  ['an allowed image', 'allowed image', () => cacheIn().grants.pullImages(nobody(), [nothing()])],
  ['an allowed image that is cached', 'allowed image', () => cacheIn().grants.pullCachedImages(nobody(), [`team/${nothing()}/*`])],
  ['an image of a pull policy', 'allowed image', () => new PullPolicy(stack, 'PullPolicy', { caches: [cacheIn()], images: [nothing()] })],
  ['an image of a first pull', 'allowed image', () => onPolicy().allowFirstPull(cacheIn(), { pullers: [CachePullers.account('999999999999')], images: [nothing()] })],
  ['a source of replicas', 'account', () => RegistryReplication.allowSource(onPolicy(), { account: nothing() })],
  ['a customer on a repository', 'account', () => CustomerAccess.forCustomers([Customer.account(nothing())]).allowOnRepositories([new ecr.Repository(stack, 'Repository')])],
  ['a role of a customer', 'role', () => CustomerAccess.forCustomers([Customer.account(ENV.account, { roles: [nothing()] })]).allowOnRegistry(onPolicy())],
  ['a customer in a document', 'account, role or organisation of a customer', () => new ecr.CfnRepository(stack, 'Repository', {
    repositoryPolicyText: CustomerAccess.forCustomers([Customer.account(nothing())]).toPolicyDocument(),
  })],
  ['the name of a repository', 'name of a repository', () => CustomerAccess.forCustomers([Customer.account(ENV.account)]).allowOnRegistryByName(onPolicy(), [nothing()])],
  ['the name of an image', 'image', () => cacheIn().image(`team/${nothing()}:1`).grantPull(nobody())],
])('what comes out empty is refused: %s', (_, name, make) => {
  make();
  expect(() => (stack.node.root as App).synth()).toThrow(`got the ${name} that ${EMPTY}`);
});

const star = () => Lazy.string({ produce: () => '*' });

test.each<[string, string, () => unknown]>([
  ['a path of an organisation', "got the path '*', expected a path of the organisation o-a1b2c3d4e5", () => pullersOnTemplate(CachePullers.organization('o-a1b2c3d4e5', { paths: [star()] }))],
  ['a path of another organisation, both Lazy', "got the path 'o-zzzzzzzzzz/*'", () => pullersOnTemplate(
    CachePullers.organization(Lazy.string({ produce: () => 'o-a1b2c3d4e5' }), { paths: ['o-zzzzzzzzzz/*'] }))],
  ['the name of a repository', "got the repository '*', expected the name of a repository, without registry, tag and digest, or one that ends in '/*': call allowOnRegistry()",
    () => CustomerAccess.forCustomers([Customer.account(ENV.account)]).allowOnRegistryByName(onPolicy(), [star()])],
  ['the name of an image', "got the image '*:1' with a wildcard", () => cacheIn().image(`${star()}:1`).grantPull(nobody())],
])('a wildcard in a Lazy is refused like a written one: %s', (_, message, make) => {
  make();
  expect(() => (stack.node.root as App).synth()).toThrow(message);
});

test('a wildcard alone is refused where names are meant', () => {
  expect(() => CustomerAccess.forCustomers([Customer.account(ENV.account)]).allowOnRegistryByName(onPolicy(), ['*'])).toThrow(
    "got the repository '*', expected the name of a repository, without registry, tag and digest, or one that ends in '/*': call allowOnRegistry() for the whole registry");
  expect(() => CachePullers.organization(nothing(), { paths: ['*'] })).toThrow("got the path '*'");
});

test.each<[string, string, (value: any) => unknown]>([
  ['pullers', 'account', value => CachePullers.account(value, '222222222222' as never)],
  ['a customer', 'account', value => Customer.account(value)],
  ['an organisation', 'organisation', value => CachePullers.organization(value)],
  ['the account of an upstream', 'account', value => UpstreamRegistry.echo({ account: value })],
])('a construct or an object in the place of a text is refused: %s', (_, name, make) => {
  expect(() => make(stack)).toThrow(`got the construct 'Stack' as ${name}, expected a text: `);
  expect(() => make(Lazy.any({ produce: () => 'x' }))).toThrow(`got a value that is known only at deployment as ${name}, expected a text: `);
});
