import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { parseAllDocuments } from 'yaml';
import { AdmissionFailurePolicy, CachedImages, PullThroughCache, UpstreamRegistry } from '../../../src';
import { agnosticStack, ENV, newStack, warningsOf } from '../../app';

type Call = 'mutatingAdmissionPolicy' | 'kyvernoMutatingPolicy' | 'validatingAdmissionPolicy' | 'kyvernoValidatingPolicy';
const CALLS: Call[] = ['mutatingAdmissionPolicy', 'kyvernoMutatingPolicy', 'validatingAdmissionPolicy', 'kyvernoValidatingPolicy'];
const GROUPS: Record<Call, string> = {
  mutatingAdmissionPolicy: 'admissionregistration.k8s.io',
  validatingAdmissionPolicy: 'admissionregistration.k8s.io',
  kyvernoMutatingPolicy: 'policies.kyverno.io',
  kyvernoValidatingPolicy: 'policies.kyverno.io',
};
const HOST = `${ENV.account}.dkr.ecr.${ENV.region}.amazonaws.com`;

function cluster(stack = newStack()) {
  const cache = new PullThroughCache(stack, 'Quay', { upstream: UpstreamRegistry.QUAY });
  const images = CachedImages.of(stack);
  images.use(cache);
  return { stack, cache, images };
}

describe('a policy', () => {
  test.each(CALLS)('of %s is about new and changed Pods outside of kube-system', call => {
    const [{ spec, kind, metadata }, binding] = cluster().images[call]();
    expect(spec.matchConstraints).toEqual({
      namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['kube-system'] }] },
      resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['pods', 'pods/ephemeralcontainers'] }],
    });
    expect(metadata.name).toMatch(/^pull-through-caches(-only)?$/);
    expect(kind.startsWith('Mutating') || kind.startsWith('Validating')).toBe(true);
    expect(binding?.spec.policyName ?? metadata.name).toBe(metadata.name);
  });

  test.each(CALLS)('of %s takes a name, namespaces, a failure policy and an API version', call => {
    const [{ apiVersion, metadata, spec }] = cluster().images[call]({
      policyName: 'images', excludedNamespaces: [], failurePolicy: AdmissionFailurePolicy.FAIL, apiVersion: `${GROUPS[call]}/v1beta1`,
    });
    expect([apiVersion, metadata.name, spec.failurePolicy, spec.matchConstraints.namespaceSelector]).toEqual([`${GROUPS[call]}/v1beta1`, 'images', 'Fail', undefined]);
  });

  test('that rewrites lets Pods in when it fails, and comes again after injectors in Kubernetes', () => {
    const { images } = cluster();
    expect(images.mutatingAdmissionPolicy()[0].spec).toMatchObject({ failurePolicy: 'Ignore', reinvocationPolicy: 'IfNeeded' });
    const [kyverno] = images.kyvernoMutatingPolicy();
    expect(kyverno.spec).toMatchObject({ failurePolicy: 'Ignore', autogen: { podControllers: { controllers: [] } } });
    expect(kyverno.spec).not.toHaveProperty('reinvocationPolicy');
  });

  test('that refuses warns until it is enforced; Kyverno that is down stops nothing until then', () => {
    const { images } = cluster();
    const [policy, binding] = images.validatingAdmissionPolicy();
    expect([policy.spec.failurePolicy, binding.spec.validationActions]).toEqual(['Fail', ['Warn', 'Audit']]);
    expect(images.validatingAdmissionPolicy({ enforce: true })[1].spec.validationActions).toEqual(['Deny']);
    expect(images.kyvernoValidatingPolicy()[0].spec).toMatchObject({ failurePolicy: 'Ignore', validationActions: ['Warn', 'Audit'], autogen: { podControllers: { controllers: [] } } });
    expect(images.kyvernoValidatingPolicy({ enforce: true })[0].spec).toMatchObject({ failurePolicy: 'Fail', validationActions: ['Deny'] });
  });

  test.each(CALLS)('of %s is refused before a cache is used', call => {
    expect(() => CachedImages.of(newStack())[call]()).toThrow(`got ${call}() before any cache is used, expected at least one cache, since the policy is made of them: call use()`);
  });

  test.each(CALLS)('of %s is refused for an option that there is not, and for what is no text or flag', call => {
    const { images } = cluster();
    const options = (given: object) => () => images[call](given);
    expect(options({ exeptions: [] })).toThrow(`got the option 'exeptions' of ${call}()`);
    expect(options({ exceptions: 'quay.io/*' })).toThrow("got the text 'quay.io/*' in exceptions, expected a list of texts");
    expect(options({ excludedNamespaces: [1] })).toThrow('got the number 1 in excludedNamespaces, expected a list of texts');
    expect(options({ exceptions: ['quay.io'] })).toThrow("got the image names 'quay.io'");
    expect(options({ severalRegistries: 'yes' })).toThrow("got the text 'yes' as severalRegistries");
    expect(options({ exceptions: ['quay.io/a/b', undefined] })).toThrow('got nothing in exceptions, expected a list of texts');
    expect(options({ excludedNamespaces: new Array(1) })).toThrow('got nothing in excludedNamespaces');
    expect(options({ excludedNamespaces: ['kube-*'] })).toThrow("got the namespace 'kube-*' in excludedNamespaces, expected the whole name of one");
    expect(options({ failurePolicy: 'ignore' })).toThrow("got the text 'ignore' as failurePolicy, expected one of Ignore, Fail");
    expect(options({ apiVersion: 'v1beta1' })).toThrow(`got the text 'v1beta1' as apiVersion of ${call}(), expected a version of the group ${GROUPS[call]}`);
    expect(() => (images as any)[call]({}, { enforce: true })).toThrow(`got an object as one more argument of ${call}()`);
    expect(options({ policyName: 'My Policy' })).toThrow("got the text 'My Policy' as the name of a policy, expected lower-case letters");
  });

  test('of caches of two registries is refused unless asked for', () => {
    const app = new App();
    const { images } = cluster(newStack(app));
    images.use(new PullThroughCache(newStack(app, 'Far', { ...ENV, region: 'us-east-1' }), 'Kubernetes', { upstream: UpstreamRegistry.KUBERNETES }));
    expect(() => images.mutatingAdmissionPolicy()).toThrow(`got caches of 2 registries: '${HOST}', '${ENV.account}.dkr.ecr.us-east-1.amazonaws.com', expected those of one`);
    expect(images.mutatingAdmissionPolicy({ severalRegistries: true })).toHaveLength(2);
  });
});

test('a list of namespaces that is changed later leaves the policy as it is', () => {
  const excludedNamespaces = ['kube-system'];
  const [{ spec }] = cluster().images.validatingAdmissionPolicy({ excludedNamespaces });
  excludedNamespaces.push('default');
  expect(spec.matchConstraints.namespaceSelector.matchExpressions[0].values).toEqual(['kube-system']);
});

test.each(CALLS)('a cache of another account and Region is refused beside this one, by %s', call => {
  const { stack, images } = cluster();
  images.use(PullThroughCache.fromPullThroughCacheAttributes(stack, 'Far', {
    repositoryPrefix: 'k8s', upstream: UpstreamRegistry.KUBERNETES, account: '210987654321', region: 'us-east-1',
  }));
  expect(() => images[call]()).toThrow(`got caches of 2 registries: '${HOST}', '210987654321.dkr.ecr.us-east-1.amazonaws.com', expected those of one`);
  expect(JSON.stringify(images[call]({ severalRegistries: true }))).toContain('210987654321.dkr.ecr.us-east-1.amazonaws.com/k8s/');
});

describe('who pulls in a cluster', () => {
  test.each(['mutatingAdmissionPolicy', 'kyvernoMutatingPolicy'] as const)('may pull the whole caches once %s is made', call => {
    const { stack, images } = cluster();
    images.configure({ pullers: [new iam.Role(stack, 'Nodes', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') })] });
    images[call]();
    expect(JSON.stringify(Template.fromStack(stack).findResources('AWS::IAM::Policy'))).toMatch(/ecr:BatchImportUpstreamImage.*repository\/quay\/\*/s);
    expect(warningsOf(stack)).toEqual([]);
  });

  test('is missed with the roles of Fargate and Auto Mode by name', () => {
    const { stack, images } = cluster();
    images.mutatingAdmissionPolicy();
    expect(warningsOf(stack)).toEqual([expect.stringMatching(/pullerNotFound: .*mutatingAdmissionPolicy\(\).*Auto Mode's by its node role, and Fargate by its Pod/)]);
  });

  test('of a cache with the prefix ROOT warns that the whole registry is let in', () => {
    const stack = newStack();
    const images = CachedImages.of(stack);
    images.use(new PullThroughCache(stack, 'Root', { upstream: UpstreamRegistry.QUAY, repositoryPrefix: 'ROOT' }));
    images.validatingAdmissionPolicy();
    expect(warningsOf(stack)).toEqual([expect.stringContaining('wholeRegistryGrant: validatingAdmissionPolicy() lets in every image of the registry')]);
  });
});

describe('policies as text', () => {
  test('are the documents, as a parser of YAML reads them', () => {
    const { images } = cluster();
    const documents = [
      ...CALLS.flatMap(call => images[call]()),
      { 'kind': 'Values', 'on': 'yes', 'a b': '# no comment', 'empty': [], 'map': {}, 'deep': [[1, [2]], [{ a: null, b: [true] }], 'x: y'], 'lines': 'a\nb', 'left': undefined },
    ];
    const parsed = parseAllDocuments(images.toYaml(documents)).map(one => {
      expect((one as any).errors).toEqual([]);
      return (one as any).toJS();
    });
    expect(parsed).toEqual(documents);
  });

  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'got no list of documents'],
    ['one document', { kind: 'Pod' }, 'got an object instead of a list of documents'],
    ['a list in the list', [[{ kind: 'Pod' }]], 'got a list among the documents, expected one document of Kubernetes in each place'],
    ['a hole', [undefined], 'got a list of documents with nothing in place 1'],
    ['text', ['x'], "got the text 'x' among the documents"],
  ])('are refused for %s', (_, documents, message) => {
    expect(() => cluster().images.toYaml(documents as any)).toThrow(message);
  });

  test('are refused while account or Region are known only at deployment', () => {
    const { images } = cluster(agnosticStack());
    expect(() => images.toYaml(images.mutatingAdmissionPolicy())).toThrow('got documents with a value that is known only at deployment, expected account and Region of each cache');
  });

  test('hold references as documents, which a stack without env resolves', () => {
    const { stack, images } = cluster(agnosticStack());
    const resolved = JSON.stringify(stack.resolve(stack.toJsonString(images.mutatingAdmissionPolicy())));
    expect(resolved).toContain('"Ref":"AWS::AccountId"');
    expect(resolved).not.toContain('Token[');
  });
});

describe('for a whole app with a cache in each of two Regions', () => {
  function twoRegions() {
    const app = new App();
    const caches = ['eu-central-1', 'us-east-1'].map(region =>
      new PullThroughCache(new Stack(app, region, { env: { ...ENV, region } }), 'Quay', { upstream: UpstreamRegistry.QUAY }));
    const images = CachedImages.of(app);
    images.use(...caches);
    return images;
  }

  test.each(CALLS)('%s is refused, since nobody knows in which the cluster is', call => {
    expect(() => twoRegions()[call]()).toThrow(/got caches of 2 registries: .*, expected those of one, from which the nodes of a cluster pull/);
  });

  test.each(CALLS)('%s takes the first of them when several registries are asked for', call => {
    expect(JSON.stringify(twoRegions()[call]({ severalRegistries: true }))).toContain('eu-central-1');
  });
});

test('a policy grants its nodes the caches that it sends Pods to, and no other', () => {
  const app = new App();
  const stack = newStack(app, 'Here');
  const here = new PullThroughCache(stack, 'Quay', { upstream: UpstreamRegistry.QUAY });
  const far = new PullThroughCache(new Stack(app, 'Far', { env: { ...ENV, region: 'us-east-1' } }), 'Quay', { upstream: UpstreamRegistry.QUAY, repositoryPrefix: 'far' });
  const nodes = new iam.Role(stack, 'Nodes', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') });
  const images = CachedImages.of(stack);
  images.configure({ pullers: [nodes] });
  images.use(here, far);
  images.mutatingAdmissionPolicy();

  const policies = JSON.stringify(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
  expect(policies).toContain('repository/quay/*');
  expect(policies).not.toContain('repository/far/*');
});

test.each(['validatingAdmissionPolicy', 'kyvernoValidatingPolicy'] as const)('%s that is enforced says that it is not while the caches are bypassed', call => {
  const stack = new Stack(new App({ context: { 'cdk-ecr-pull-through-cache:bypass': true } }), 'Stack', { env: ENV });
  const { images } = cluster(stack);
  const documents = images[call]({ enforce: true });

  expect(documents.at(-1)!.spec.validationActions).toEqual(['Warn', 'Audit']);
  expect(warningsOf(stack)).toContainEqual(expect.stringContaining(`${call}() refuses no Pod although 'enforce' is set: it warns and audits`));
});
