import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { refusals } from '../../private/accepted';
import { jsonLength } from '../../private/checks';
import { CheckId } from '../../private/errors';
import { oncePerTree } from '../../private/tree';

/*
 * IAM User Guide, "IAM and AWS STS quotas", where white space isn't counted: a managed policy, and all inline policies of a role, a group or a
 * user together.
 */
export const LONGEST_MANAGED_POLICY = 6_144;
export const LONGEST_INLINE = { roleName: 10_240, groupName: 5_120, userName: 2_048 } as const;

/** Refuses, when the app is synthesized, a policy that IAM would refuse for its length. Others may write into it too, so it is measured then. */
export function measurePolicy(policy: IConstruct | undefined, longest: number): void {
  if (policy === undefined) {
    return;
  }
  const { document } = policy as IConstruct & { readonly document: iam.PolicyDocument };
  const measured = oncePerTree(policy, 'MeasuredPolicies', () => new WeakSet<object>());
  if (measured.has(policy)) {
    return;
  }
  measured.add(policy);
  const managed = longest === LONGEST_MANAGED_POLICY;
  const validate = () => {
    const length = jsonLength(document, policy);
    return length <= longest ? [] : refusals(policy, managed ? CheckId.MANAGED_POLICY_LENGTH : CheckId.INLINE_POLICY_LENGTH, {
      got: `${managed ? 'a managed policy' : 'an inline policy'} of ${length} characters`,
      expected: `at most ${longest}`,
      fix: 'allow whole caches or paths with /* instead of single images, or make one policy for each cache',
    });
  };
  policy.node.addValidation({ validate });
}
