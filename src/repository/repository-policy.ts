import * as iam from 'aws-cdk-lib/aws-iam';
import type { CachePullers } from './cache-pullers';
import { CacheActions } from '../rule/cache-actions';

/** The policy that repositories are born with: what the user wrote, and what lets other accounts pull what is cached. */
export function repositoryPolicyFor(written: iam.PolicyDocument | undefined, pullers: CachePullers[]): iam.PolicyDocument {
  const policy = written && !written.isEmpty ? iam.PolicyDocument.fromJson(written.toJSON()) : new iam.PolicyDocument();
  policy.addStatements(...pullers.map(who => who._statement({ actions: [...CacheActions.PULL_CACHED] })));
  return policy;
}
