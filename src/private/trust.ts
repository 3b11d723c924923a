import { Stack } from 'aws-cdk-lib';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { place, problemAt } from './errors';
import { oncePerTree } from './tree';

/** The two services of ECR that assume roles, of which each needs a role of its own. */
export enum EcrService {
  /** Reads the upstream of a rule, and fills the cache. */
  PULL_THROUGH_CACHE = 'pullthroughcache.ecr.amazonaws.com',
  /** Creates repositories as a template says. */
  TEMPLATE = 'ecr.amazonaws.com',
}

interface Statement {
  readonly Effect?: string;
  readonly Principal?: string | { readonly [kind: string]: unknown };
}

/** Refuses, when the app is synthesized, a role of this app that ECR can't assume. Its trust may be added to until then; that of an import isn't known. */
export function checkTrust(name: string, role: IRole, service: EcrService, scope: IConstruct): void {
  const checked = oncePerTree(scope, `Trust.${service}`, () => new WeakSet<object>());
  if (checked.has(role)) {
    return;
  }
  checked.add(role);
  const validate = () => {
    const l1 = [role.node.defaultChild, ...role.node.findAll()].find((one): one is CfnRole => CfnRole.isCfnRole(one));
    const trust = l1 && Stack.of(l1).resolve(l1.assumeRolePolicyDocument) as { Statement?: Statement[] } | undefined;
    const services = (trust?.Statement ?? []).filter(({ Effect: effect }) => effect === 'Allow').flatMap(servicesOf);
    return !trust || services.some(one => typeof one !== 'string' || one === '*' || one === service) ? [] : [problemAt(scope, {
      got: `the ${name} role ${place(role)}, which ${services.length === 0 ? 'no service' : services.join(', ')} may assume`,
      expected: `a role that is trusted by ${service}`,
      fix: `make it with assumedBy: new iam.ServicePrincipal('${service}'), or leave it out for one that the library makes`,
    })];
  };
  scope.node.addValidation({ validate });
}

/** What is no text may become any service. */
function servicesOf({ Principal: principal }: Statement): unknown[] {
  const { AWS: accounts, Service: services } = typeof principal === 'string' ? { AWS: principal, Service: undefined } : principal ?? {};
  return [...[services ?? []].flat(), ...[accounts].flat().filter(one => one === '*')];
}
