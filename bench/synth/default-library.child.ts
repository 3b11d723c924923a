import { PullThroughCache, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
import { measureSynth, UPSTREAM_ACCOUNT } from './program';

measureSynth((stack, prefixes) => {
  for (const repositoryPrefix of prefixes) {
    new PullThroughCache(stack, repositoryPrefix, {
      upstream: UpstreamRegistry.echo({ account: UPSTREAM_ACCOUNT }), repositoryPrefix,
    });
  }
});
