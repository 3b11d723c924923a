import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { cached, caches, newStack, plain, pullable, warnings } from './fixture';
import { CachedImages } from '../../src/rewriting/cached-images';
import type { CachedImagesOptions } from '../../src/rewriting/options';

const TYPE = 'Custom::AWSCDK-EKS-HelmChart';

/** A chart in a cluster of another stack, whose kubectl function has a role or not. */
function chartOf(repository: string, version?: string, { withRole = true, ...options }: CachedImagesOptions & { withRole?: boolean } = {}) {
  const stack = newStack();
  const kubectlProvider = eks.KubectlProvider.fromKubectlProviderAttributes(stack, 'Kubectl', {
    functionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:kubectl',
    kubectlRoleArn: 'arn:aws:iam::111122223333:role/kubectl',
    handlerRole: withRole ? new iam.Role(stack, 'Handler', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }) : undefined as never,
  });
  const cluster = eks.Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: 'cluster', kubectlProvider });
  new eks.HelmChart(stack, 'Chart', { cluster, chart: 'app', repository, version });
  const images = CachedImages.of(stack);
  images.configure(options);
  images.use(caches(stack).quay);
  return { stack, images };
}

function repositoryIn(stack: Stack): unknown {
  return plain(Object.values(Template.fromStack(stack).findResources(TYPE))[0].Properties).Repository;
}

test('a chart in a registry is pulled through the cache by its exact version, and the function that pulls may', () => {
  const { stack, images } = chartOf('oci://quay.io/team/charts/app', '1.2.3+build');

  expect(repositoryIn(stack)).toBe(`oci://${cached('quay/team/charts/app')}`);
  expect(pullable(stack, /^Handler/)).toEqual(['quay/team/charts/app']);
  expect(images.found.map(({ before, outcome }) => [before, outcome])).toEqual([['quay.io/team/charts/app:1.2.3_build', 'CACHED']]);
  expect(warnings(stack)).toEqual([]);
});

test.each([
  ['none', undefined, 'has no version'], ['a range', '1.*', "has the version '1.*'"], ['a part of one', '^1.2.0', "has the version '^1.2.0'"],
])('a chart with the version %s stays, since a cache lists no tags of its upstream', (_, version, what) => {
  const { stack, images } = chartOf('oci://quay.io/team/app', version);

  expect(repositoryIn(stack)).toBe('oci://quay.io/team/app');
  expect(warnings(stack)).toEqual([expect.stringContaining(`the chart 'oci://quay.io/team/app' ${what}, for which Helm lists tags`)]);
  expect(images.found.map(({ outcome }) => outcome)).toContain('NOT_REWRITTEN');
});

test.each(['https://charts.example.com', 'oci://ghcr.io/team/app'])('a chart at %s stays without a word', repository => {
  const { stack } = chartOf(repository, '1.2.3');
  expect(repositoryIn(stack)).toBe(repository);
  expect(warnings(stack)).toEqual([]);
});

test('without the role of the function those named as pullers may, or a warning says that nobody may', () => {
  const { stack } = chartOf('oci://quay.io/team/app', '1.2.3', { withRole: false });
  expect(repositoryIn(stack)).toBe(`oci://${cached('quay/team/app')}`);
  expect(warnings(stack)).toEqual([expect.stringContaining("no role was found that pulls team/app from the cache 'quay' here")]);
});

test('requireCached fails for a chart that stays', () => {
  const { stack } = chartOf('oci://quay.io/team/app', undefined, { requireCached: true });
  expect(() => Template.fromStack(stack)).toThrow("the image 'quay.io/team/app', which is not pulled through a cache");
});
