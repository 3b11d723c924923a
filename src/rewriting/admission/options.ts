/** What the API server does with a Pod when a policy can't be evaluated. */
export enum AdmissionFailurePolicy {
  /** It lets the Pod in as it is. */
  IGNORE = 'Ignore',
  /** It refuses the Pod. */
  FAIL = 'Fail',
}

/** What all admission policies have in common. */
export interface AdmissionPolicyOptions {
  /**
   * The name of the policy and its binding.
   *
   * @default - pull-through-caches for what rewrites, pull-through-caches-only for what refuses
   */
  readonly policyName?: string;

  /**
   * Namespaces whose Pods are left alone.
   *
   * @default kube-system
   */
  readonly excludedNamespaces?: string[];

  /**
   * Names that are left alone, besides the `exceptions` of `configure()`: complete, without tag, perhaps with a `*` at the end. A whole registry is
   * written `602401143452.dkr.ecr.eu-central-1.amazonaws.com/*`.
   *
   * @default - those of configure() alone
   */
  readonly exceptions?: string[];

  /**
   * Whether the caches may be those of several registries. Nodes pull best from the registry of their own Region, and each cluster has a policy of
   * its own, so this is rarely meant.
   *
   * @default false
   */
  readonly severalRegistries?: boolean;
}

/** How a policy of Kubernetes or Kyverno rewrites images. */
export interface MutatingPolicyOptions extends AdmissionPolicyOptions {
  /**
   * What happens to a Pod when the policy can't be evaluated.
   *
   * @default AdmissionFailurePolicy.IGNORE
   */
  readonly failurePolicy?: AdmissionFailurePolicy;

  /**
   * The API version of the documents. Kubernetes' own kind is stable from 1.36; `admissionregistration.k8s.io/v1beta1` is for clusters that have
   * the beta switched on.
   *
   * @default - admissionregistration.k8s.io/v1, or policies.kyverno.io/v1
   */
  readonly apiVersion?: string;
}

/** How a policy of Kubernetes or Kyverno refuses images. */
export interface ValidatingPolicyOptions extends AdmissionPolicyOptions {
  /**
   * Whether Pods are refused. Until then they are let in with a warning and an audit annotation, so that you can see what would be refused.
   *
   * @default false
   */
  readonly enforce?: boolean;

  /**
   * What happens to a Pod when the policy can't be evaluated.
   *
   * @default - AdmissionFailurePolicy.FAIL for Kubernetes' own kind; for Kyverno, whose failure policy knows no actions, only with `enforce`
   */
  readonly failurePolicy?: AdmissionFailurePolicy;

  /**
   * Whether names of the upstreams count as cached, for clusters whose nodes have mirrors (`NodeMirrors`): complete or short, in lower case and
   * without a port.
   *
   * @default false
   */
  readonly mirroredNames?: boolean;

  /**
   * The API version of the documents.
   *
   * @default - admissionregistration.k8s.io/v1, or policies.kyverno.io/v1
   */
  readonly apiVersion?: string;
}
