import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { AdmissionFailurePolicy } from './options';
import type { MutatingPolicyOptions, ValidatingPolicyOptions } from './options';
import { kyvernoMutatingPolicy, kyvernoValidatingPolicy, mutatingAdmissionPolicy, validatingAdmissionPolicy } from './policies';
import type { Document } from './policies';
import { policyTable } from './table';
import type { PolicyTable } from './table';
import { checkOptions, isMissing, kindOf, readFlag } from '../../private/access';
import { BYPASS, isBypassed } from '../../private/bypass';
import { ROOT } from '../../private/checks';
import { excerpt, InvalidInputError, warn, WarningId } from '../../private/errors';
import { checkMember } from '../../private/given';
import { isLookup } from '../../private/later';
import { PullThroughCacheGrants } from '../../pulling/cache-grants';
import { NamePattern } from '../lookup';
import type { Settings } from '../scopes';

const KINDS = { mutatingAdmissionPolicy, kyvernoMutatingPolicy, validatingAdmissionPolicy, kyvernoValidatingPolicy };

/** The kinds of policies, by the methods that give them. */
export type PolicyKind = keyof typeof KINDS;

const COMMON = ['policyName', 'excludedNamespaces', 'exceptions', 'severalRegistries', 'failurePolicy', 'apiVersion'];
const REFUSING = [...COMMON, 'enforce', 'mirroredNames'];

/** Kubernetes documentation, "Object Names and IDs", RFC 1123 label names. */
const NAMESPACE = /^(?=.{1,63}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
/** A name that Kubernetes takes for a policy: its documentation, "Object Names and IDs", DNS subdomain names. */
const OBJECT_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;

/** The documents of a policy for the caches of a scope, which its pullers may pull through from then on. */
export function policyFor(
  scope: IConstruct, settings: Settings, kind: PolicyKind, options: MutatingPolicyOptions & ValidatingPolicyOptions): Document[] {
  const call = `${kind}()`;
  const refuses = kind === 'validatingAdmissionPolicy' || kind === 'kyvernoValidatingPolicy';
  checkOptions(call, options, refuses ? REFUSING : COMMON, scope);
  checkPolicyName(options.policyName, scope);
  checkApiVersion(options.apiVersion, kind, scope);
  checkMember('failurePolicy', options.failurePolicy ?? undefined, AdmissionFailurePolicy, 'AdmissionFailurePolicy', scope);
  const exceptions = texts('exceptions', options.exceptions, scope).map(one => new NamePattern(one));
  const excludedNamespaces = isMissing(options.excludedNamespaces) ? undefined : texts('excludedNamespaces', options.excludedNamespaces, scope);
  excludedNamespaces?.forEach(one => checkNamespace(one, scope));
  readFlag('enforce', options.enforce, false, scope);
  readFlag('mirroredNames', options.mirroredNames, false, scope);
  const table: PolicyTable = policyTable(settings.lookup, exceptions, readFlag('severalRegistries', options.severalRegistries, false, scope), call, scope);
  if (refuses) {
    warnOfRoot(scope, settings, call);
  } else {
    grantPullers(scope, settings.pullers, table.rules, call);
  }
  const { policyName, failurePolicy, apiVersion } = options;
  const read = {
    ...options,
    excludedNamespaces,
    policyName: policyName ?? undefined,
    failurePolicy: failurePolicy ?? undefined,
    apiVersion: apiVersion ?? undefined,
  };
  if (!isBypassed(scope)) { return KINDS[kind](table, read); }
  // in an outage names stay as they are, and are let in
  if (read.enforce) {
    warn(scope, WarningId.BYPASSED, `the context '${BYPASS}' is set, so ${call} refuses no Pod although 'enforce' is set: it warns and audits. Unset it when the `
      + 'caches are back, or acknowledge this warning.');
  }
  return KINDS[kind]({ ...table, scopes: [] }, { ...read, enforce: false });
}

/** Nobody knows which images a cluster will name, so the whole caches are granted. */
function grantPullers(scope: IConstruct, pullers: Settings['pullers'], rules: PolicyTable['rules'], call: string): void {
  if (pullers.length === 0) {
    warn(scope, WarningId.PULLER_NOT_FOUND, `nobody was allowed to pull what ${call} rewrites: the nodes of the cluster pull, Auto Mode's by its node role, and `
      + "Fargate by its Pod execution role, whose policies of AWS make no first pull. Name these roles by 'pullers' of configure() before this call, or call grants.pull() of "
      + 'each cache and acknowledge this warning.');
  }
  for (const rule of rules) {
    pullers.forEach(puller => PullThroughCacheGrants.fromRule(rule).pull(puller));
  }
}

function warnOfRoot(scope: IConstruct, { lookup }: Settings, call: string): void {
  if (lookup.rules.some(({ repositoryPrefix }) => repositoryPrefix === ROOT)) {
    warn(scope, WarningId.WHOLE_REGISTRY_GRANT, `${call} lets in every image of the registry, since a cache has the prefix ROOT. Give the cache a prefix, or `
      + 'acknowledge this warning.');
  }
}

/** Reads a list of texts, as a copy that nobody changes later. An empty one is fine: it leaves nothing out. */
function texts(name: string, list: readonly string[] | undefined, scope: IConstruct): string[] {
  const copy: unknown[] | undefined = isMissing(list) ? [] : Array.isArray(list) ? Array.from(list as unknown[]) : undefined;
  const wrong = copy?.find(one => typeof one !== 'string');
  if (copy === undefined || copy.some(one => typeof one !== 'string')) {
    throw new InvalidInputError({ got: `${kindOf(copy === undefined ? list : wrong)} in ${name}`, expected: 'a list of texts', fix: 'write each entry as text' }, scope);
  }
  const later = (copy as string[]).find(one => Token.isUnresolved(one));
  if (later !== undefined) {
    throw new InvalidInputError({
      got: `an entry of ${name} that is known only at deployment`, expected: 'text', fix: 'write it out, or give the stack an env with account and Region',
    }, scope);
  }
  return copy as string[];
}

function checkNamespace(name: string, scope: IConstruct): void {
  if (!NAMESPACE.test(name)) {
    throw new InvalidInputError({
      got: `the namespace ${excerpt(name)} in excludedNamespaces`,
      expected: 'the whole name of one: at most 63 lower-case letters, digits and hyphens',
      fix: "write each namespace out, such as 'kube-system'",
    }, scope);
  }
}

function checkApiVersion(version: string | undefined, kind: PolicyKind, scope: IConstruct): void {
  const group = kind.startsWith('kyverno') ? 'policies.kyverno.io' : 'admissionregistration.k8s.io';
  if (!isMissing(version) && !(typeof version === 'string' && /^v[0-9]+((alpha|beta)[0-9]+)?$/.test(version.replace(`${group}/`, '')) && version.startsWith(`${group}/`))) {
    throw new InvalidInputError({
      got: `${kindOf(version)} as apiVersion of ${kind}()`, expected: `a version of the group ${group}`, fix: `write it such as '${group}/v1beta1'`,
    }, scope);
  }
}

function checkPolicyName(name: string | undefined, scope: IConstruct): void {
  if (!isMissing(name) && !(typeof name === 'string' && (OBJECT_NAME.test(name) || isLookup(name)))) {
    throw new InvalidInputError({
      got: `${kindOf(name)} as the name of a policy`,
      expected: 'lower-case letters, digits, dots and hyphens, with a letter or digit at both ends',
      fix: "write it such as 'pull-through-caches'",
    }, scope);
  }
}
