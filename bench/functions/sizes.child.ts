import { App, Stack } from 'aws-cdk-lib';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import {
  CacheProbe, CacheStatistics, PullThroughCache, RepositoryAdoption, RepositoryRemoval, UpstreamRegistry,
} from 'cdk-ecr-pull-through-cache';

/** What a function is given. */
export interface Size {
  readonly memoryMegabytes: number;
  readonly timeoutSeconds: number;
}

const stack = new Stack(new App());
const images = ['prometheus/node-exporter:v1.9.0'];
const cache = new PullThroughCache(stack, 'Quay', { upstream: UpstreamRegistry.QUAY });
new CacheStatistics(stack, 'Statistics', { caches: [cache] });
new CacheProbe(stack, 'Probe', { images: images.map((image) => cache.image(image)) });
cache.verifyOnDeploy({ images });
new RepositoryAdoption(stack, 'Adoption', { template: cache.repositoryTemplate });
new RepositoryRemoval(stack, 'Removal', { cache, confirmedPrefix: cache.repositoryPrefix });

/** `cache-probe` of `CacheProbeFunction`: its class is named after its bundle. */
const bundleOf = (construct: CfnFunction) =>
  construct.node.scope!.constructor.name.replace(/Function$/, '').replace(/\B[A-Z]/g, '-$&').toLowerCase();

const sizes = Object.fromEntries(stack.node.findAll().filter((construct) => construct instanceof CfnFunction)
  .map((construct): [string, Size] => [bundleOf(construct), { memoryMegabytes: construct.memorySize!, timeoutSeconds: construct.timeout! }]));
process.stdout.write(JSON.stringify(sizes));
