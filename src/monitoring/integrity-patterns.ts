import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import type * as events from 'aws-cdk-lib/aws-events';
import { ROOT } from '../private/checks';
import { prefixOf } from '../rule/cache-address';

/** As CloudTrail names callers that are services: CloudTrail User Guide, "CloudTrail record contents", `sourceIPAddress`. */
const SERVICES = ['cloudformation.amazonaws.com', 'ecr.amazonaws.com', 'pullthroughcache.ecr.amazonaws.com', 'replication.ecr.amazonaws.com'];

/**
 * Calls that succeeded and changed or deleted a rule, a template or a policy of caches, by anyone but CloudFormation, ECR and some roles.
 *
 * @param trustedRoles ARNs of roles whose sessions may; at least one
 */
export function configurationChanged(caches: readonly IPullThroughCacheRuleRef[], trustedRoles: string[]): events.EventPattern {
  const prefixes = caches.map(cache => prefixOf(cache));
  return byHand({
    $or: [
      {
        eventName: ['CreatePullThroughCacheRule', 'UpdatePullThroughCacheRule', 'DeletePullThroughCacheRule'],
        requestParameters: { ecrRepositoryPrefix: prefixes },
      },
      // of any prefix: EventBridge takes no field that is called prefix below $or
      { eventName: ['CreateRepositoryCreationTemplate', 'UpdateRepositoryCreationTemplate', 'DeleteRepositoryCreationTemplate'] },
      { eventName: ['PutRegistryPolicy', 'DeleteRegistryPolicy'] },
      {
        eventName: ['SetRepositoryPolicy', 'DeleteRepositoryPolicy', 'PutLifecyclePolicy', 'DeleteLifecyclePolicy', 'DeleteRepository'],
        requestParameters: { repositoryName: repositoriesOf(prefixes) },
      },
    ],
  }, trustedRoles);
}

/** Calls that pushed an image into a repository of caches, by anyone but ECR and some roles. */
export function pushed(caches: readonly IPullThroughCacheRuleRef[], trustedRoles: string[]): events.EventPattern {
  const repositoryName = repositoriesOf(caches.map(cache => prefixOf(cache)));
  return byHand({ eventName: ['PutImage'], requestParameters: { repositoryName } }, trustedRoles);
}

function byHand(calls: object, trustedRoles: string[]): events.EventPattern {
  return {
    source: ['aws.ecr'],
    detailType: ['AWS API Call via CloudTrail'],
    detail: {
      eventSource: ['ecr.amazonaws.com'],
      errorCode: [{ exists: false }],
      sourceIPAddress: [{ 'anything-but': SERVICES }],
      // who is no session has no issuer
      userIdentity: { sessionContext: { sessionIssuer: { arn: [{ exists: false }, { 'anything-but': trustedRoles }] } } },
      ...calls,
    },
  };
}

function repositoriesOf(prefixes: string[]): object[] {
  return prefixes.includes(ROOT) ? [{ exists: true }] : prefixes.map(prefix => ({ prefix: `${prefix}/` }));
}
