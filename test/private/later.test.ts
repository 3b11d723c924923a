import { App, CfnParameter, Lazy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import {
  CachedImages, CachePullers, Customer, CustomerAccess, NodeMirrors, PullThroughCache, RegistryPolicy, RegistryReplication, RegistryScanning,
  RepositoryTemplate, UpstreamCredential, UpstreamRegistry, UpstreamRole, UpstreamSecret,
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
