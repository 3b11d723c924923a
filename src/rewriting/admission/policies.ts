import { patches, refusingSteps, rewritingSteps } from './expressions';
import { AdmissionFailurePolicy } from './options';
import type { AdmissionPolicyOptions, MutatingPolicyOptions, ValidatingPolicyOptions } from './options';
import type { PolicyTable } from './table';

/** One document of Kubernetes. */
export type Document = { [key: string]: unknown };

const KUBERNETES = 'admissionregistration.k8s.io/v1', KYVERNO = 'policies.kyverno.io/v1';
const REWRITES = 'pull-through-caches', REFUSES = 'pull-through-caches-only';
/** Kyverno would judge the templates of workloads too, and rewriting those makes controllers loop. */
const PODS_ONLY = { autogen: { podControllers: { controllers: [] } } };
const MESSAGE = "'images that come neither from a pull-through cache nor from the exceptions: ' + variables.refused.join(', ')";

/** `MutatingAdmissionPolicy` and its binding. */
export function mutatingAdmissionPolicy(table: PolicyTable, options: MutatingPolicyOptions): Document[] {
  const { apiVersion = KUBERNETES, policyName: name = REWRITES } = options;
  return [
    // again after injectors that came later
    { apiVersion, kind: 'MutatingAdmissionPolicy', metadata: { name }, spec: { reinvocationPolicy: 'IfNeeded', ...rewriting(table, options) } },
    { apiVersion, kind: 'MutatingAdmissionPolicyBinding', metadata: { name }, spec: { policyName: name } },
  ];
}

/** `ValidatingAdmissionPolicy` and its binding. */
export function validatingAdmissionPolicy(table: PolicyTable, options: ValidatingPolicyOptions): Document[] {
  const { apiVersion = KUBERNETES, policyName: name = REFUSES, failurePolicy = AdmissionFailurePolicy.FAIL } = options;
  return [
    { apiVersion, kind: 'ValidatingAdmissionPolicy', metadata: { name }, spec: { failurePolicy, ...refusing(table, options) } },
    { apiVersion, kind: 'ValidatingAdmissionPolicyBinding', metadata: { name }, spec: { policyName: name, validationActions: actions(options) } },
  ];
}

/** Kyverno's `MutatingPolicy`. Its webhooks run once, whatever a policy says. */
export function kyvernoMutatingPolicy(table: PolicyTable, options: MutatingPolicyOptions): Document[] {
  const { apiVersion = KYVERNO, policyName: name = REWRITES } = options;
  return [{ apiVersion, kind: 'MutatingPolicy', metadata: { name }, spec: { ...PODS_ONLY, ...rewriting(table, options) } }];
}

/** Kyverno's `ValidatingPolicy`. Its failure policy knows no actions, so until it is enforced a Kyverno that is down must stop nothing. */
export function kyvernoValidatingPolicy(table: PolicyTable, options: ValidatingPolicyOptions): Document[] {
  const { apiVersion = KYVERNO, policyName: name = REFUSES } = options;
  const failurePolicy = options.failurePolicy ?? (options.enforce ? AdmissionFailurePolicy.FAIL : AdmissionFailurePolicy.IGNORE);
  return [{
    apiVersion, kind: 'ValidatingPolicy', metadata: { name }, spec: { ...PODS_ONLY, failurePolicy, validationActions: actions(options), ...refusing(table, options) },
  }];
}

function rewriting(table: PolicyTable, options: MutatingPolicyOptions): Document {
  return {
    failurePolicy: options.failurePolicy ?? AdmissionFailurePolicy.IGNORE,
    ...matching(options),
    variables: rewritingSteps(table),
    mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: patches() } }],
  };
}

function refusing(table: PolicyTable, options: ValidatingPolicyOptions): Document {
  return {
    ...matching(options),
    variables: refusingSteps(table, options.mirroredNames ?? false),
    validations: [{ expression: 'size(variables.refused) == 0', messageExpression: MESSAGE }],
  };
}

function actions({ enforce = false }: ValidatingPolicyOptions): string[] {
  return enforce ? ['Deny'] : ['Warn', 'Audit'];
}

function matching({ excludedNamespaces = ['kube-system'] }: AdmissionPolicyOptions): Document {
  return {
    matchConstraints: {
      ...excludedNamespaces.length === 0 ? {} : {
        namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: excludedNamespaces }] },
      },
      resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['pods', 'pods/ephemeralcontainers'] }],
    },
    matchConditions: [{ name: 'no-mirror-pods', expression: "!('kubernetes.io/config.mirror' in object.metadata.?annotations.orValue({}))" }],
  };
}
