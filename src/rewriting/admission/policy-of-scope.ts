import type { IConstruct } from 'constructs';
import type { MutatingPolicyOptions, ValidatingPolicyOptions } from './options';
import { kyvernoMutatingPolicy, kyvernoValidatingPolicy, mutatingAdmissionPolicy, validatingAdmissionPolicy } from './policies';
import type { Document } from './policies';
import { policyTable } from './table';
import type { PolicyTable } from './table';
import { checkOptions, kindOf, readFlag } from '../../private/access';
import { isBypassed } from '../../private/bypass';
import { ROOT } from '../../private/checks';
import { InvalidInputError, warn, WarningId } from '../../private/errors';
import { isLookup } from '../../private/later';
import { PullThroughCacheGrants } from '../../pulling/cache-grants';
import { NamePattern } from '../lookup';
import type { Settings } from '../scopes';

const KINDS = { mutatingAdmissionPolicy, kyvernoMutatingPolicy, validatingAdmissionPolicy, kyvernoValidatingPolicy };

const COMMON = ['policyName', 'excludedNamespaces', 'exceptions', 'severalRegistries', 'failurePolicy', 'apiVersion'];
const REFUSING = [...COMMON, 'enforce', 'mirroredNames'];

/** A name that Kubernetes takes for a policy: its documentation, "Object Names and IDs", DNS subdomain names. */
const OBJECT_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;

/** The documents of a policy for the caches of a scope, which its pullers may pull through from then on. */
export function policyFor(
  scope: IConstruct, settings: Settings, kind: keyof typeof KINDS, options: MutatingPolicyOptions & ValidatingPolicyOptions): Document[] {
  const call = `${kind}()`;
  const refuses = kind === 'validatingAdmissionPolicy' || kind === 'kyvernoValidatingPolicy';
  checkOptions(call, options, refuses ? REFUSING : COMMON, scope);
  checkPolicyName(options.policyName, scope);
  const exceptions = texts('exceptions', options.exceptions, scope).map(one => new NamePattern(one));
  texts('excludedNamespaces', options.excludedNamespaces, scope);
  readFlag('enforce', options.enforce, false, scope);
  readFlag('mirroredNames', options.mirroredNames, false, scope);
  const table: PolicyTable = policyTable(settings.lookup, exceptions, readFlag('severalRegistries', options.severalRegistries, false, scope), call, scope);
  if (refuses) {
    warnOfRoot(scope, settings, call);
  } else {
    grantPullers(scope, settings, call);
  }
  // in an outage names stay as they are, and are let in
  return isBypassed(scope) ? KINDS[kind]({ ...table, scopes: [] }, { ...options, enforce: false }) : KINDS[kind](table, options);
}

/** Nobody knows which images a cluster will name, so the whole caches are granted. */
function grantPullers(scope: IConstruct, { lookup, pullers }: Settings, call: string): void {
  if (pullers.length === 0) {
    warn(scope, WarningId.PULLER_NOT_FOUND, `nobody was allowed to pull what ${call} rewrites: the nodes of the cluster pull, Auto Mode's by its node role, and `
      + "Fargate by its Pod execution role, whose policies of AWS make no first pull. Name these roles by 'pullers' of configure(), or call grants.pull() of "
      + 'each cache and acknowledge this warning.');
  }
  for (const rule of lookup.rules) {
    pullers.forEach(puller => PullThroughCacheGrants.fromRule(rule).pull(puller));
  }
}

function warnOfRoot(scope: IConstruct, { lookup }: Settings, call: string): void {
  if (lookup.rules.some(({ repositoryPrefix }) => repositoryPrefix === ROOT)) {
    warn(scope, WarningId.WHOLE_REGISTRY_GRANT, `${call} lets in every image of the registry, since a cache has the prefix ROOT. Give the cache a prefix, or `
      + 'acknowledge this warning.');
  }
}

function texts(name: string, list: readonly string[] | undefined, scope: IConstruct): readonly string[] {
  if (list === undefined) { return []; }
  const wrong = Array.isArray(list) ? list.find(one => typeof one !== 'string') : list;
  if (wrong !== undefined || !Array.isArray(list)) {
    throw new InvalidInputError({ got: `${kindOf(wrong)} in ${name}`, expected: 'a list of texts', fix: 'write each entry as text' }, scope);
  }
  return list;
}

function checkPolicyName(name: string | undefined, scope: IConstruct): void {
  if (name !== undefined && !OBJECT_NAME.test(name) && !isLookup(name)) {
    throw new InvalidInputError({
      got: `${kindOf(name)} as the name of a policy`,
      expected: 'lower-case letters, digits, dots and hyphens, with a letter or digit at both ends',
      fix: "write it such as 'pull-through-caches'",
    }, scope);
  }
}
