import { App, Lazy, Stack } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { fingerprintOf } from '../../src/private/properties';

let stack: Stack;

beforeEach(() => {
  stack = new Stack(new App(), 'Stack');
});

const ruleOf = (upstreamRegistryUrl: string, scope: Construct = new Stack(new App(), 'Stack')) =>
  new ecr.CfnPullThroughCacheRule(scope, 'Rule', { ecrRepositoryPrefix: 'echo', upstreamRegistryUrl });
const fingerprint = (...constructs: Construct[]) => stack.resolve(fingerprintOf(...constructs));

test('is short enough to read, and the same for the same properties', () => {
  expect(fingerprint(ruleOf('quay.io'))).toMatch(/^[0-9a-f]{16}$/);
  expect(fingerprint(ruleOf('quay.io'))).toBe(fingerprint(ruleOf('quay.io')));
});

test('changes with a property', () => {
  expect(fingerprint(ruleOf('quay.io'))).not.toBe(fingerprint(ruleOf('registry.k8s.io')));
});

test('changes with a property of a resource below', () => {
  const below = (url: string) => {
    const above = new Construct(new Stack(new App(), 'Stack'), 'Above');
    ruleOf(url, above);
    return above;
  };
  expect(fingerprint(below('quay.io'))).not.toBe(fingerprint(below('registry.k8s.io')));
});

test('changes with a property of each of several', () => {
  expect(fingerprint(ruleOf('quay.io'), ruleOf('quay.io'))).not.toBe(fingerprint(ruleOf('quay.io'), ruleOf('registry.k8s.io')));
});

test('knows what is set after it was made', () => {
  const rule = ruleOf('quay.io');
  const made = fingerprintOf(rule);
  rule.upstreamRegistryUrl = 'registry.k8s.io';
  expect(stack.resolve(made)).toBe(fingerprint(ruleOf('registry.k8s.io')));
});

test('knows values that are tokens', () => {
  const late = (value: string) => ruleOf(Lazy.string({ produce: () => value }));
  expect(fingerprint(late('quay.io'))).toBe(fingerprint(ruleOf('quay.io')));
});

test('stays when something else than a property changes', () => {
  const rule = ruleOf('quay.io', stack);
  const before = fingerprint(rule);
  rule.addMetadata('note', 'more');
  rule.addDependency(new iam.CfnUser(stack, 'User'));
  expect(fingerprint(rule)).toBe(before);
});

test('is the same in whatever order the keys of a map come', () => {
  const repository = (tags: { [key: string]: string }) => {
    const created = new ecr.CfnRepository(new Stack(new App(), 'Stack'), 'Repository', { repositoryPolicyText: { Condition: { StringEquals: tags } } });
    return fingerprint(created);
  };

  expect(repository({ team: 'web', cost: '7' })).toBe(repository({ cost: '7', team: 'web' }));
  expect(repository({ team: 'web', cost: '7' })).not.toBe(repository({ team: 'web', cost: '8' }));
});
