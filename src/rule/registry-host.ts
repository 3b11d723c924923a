import { Token } from 'aws-cdk-lib';
import type { CacheAddress } from './cache-address';
import { DUAL_STACK_SUFFIXES, partitionOf } from '../private/partitions';

/**
 * What stands between account and Region in the hosts of a registry, and whether those are dual-stack: ECR User Guide, "Amazon ECR private
 * registry" and "Making requests to Amazon ECR registries".
 */
const JOINTS: readonly [joint: string, dualStack: boolean][] = [
  ['.dkr.ecr.', false], ['.dkr.ecr-fips.', false], ['.dkr-ecr.', true], ['.dkr-ecr-fips.', true],
];
const PRIVATE_ECR = /^[0-9]{12}\.dkr([.-])ecr(?:-fips)?\.([a-z]{2,}(?:-[a-z]+)+-[0-9]{1,2})\.(.+)$/;

/**
 * The host that images are pulled from as text, for what is no template: `registryHost` ends with `AWS::URLSuffix`. Undefined where account or
 * Region is known only at deployment.
 */
export function literalHostOf({ account, region }: CacheAddress): string | undefined {
  if (Token.isUnresolved(account) || Token.isUnresolved(region)) {
    return undefined;
  }
  return `${account}.dkr.ecr.${region}.${partitionOf(region).suffix}`;
}

/** What follows the host of the address's registry in a text, whichever of its hosts that is; undefined for every other text. */
export function afterRegistryHost(address: CacheAddress, text: string): string | undefined {
  if (text.startsWith(`${address.registryHost}/`)) { return text.slice(address.registryHost.length + 1); }
  for (const [joint, dualStack] of JOINTS) {
    const start = `${address.account}${joint}${address.region}.`;
    const rest = text.startsWith(start) ? text.slice(start.length) : '';
    const suffix = suffixesOf(address, dualStack).find(one => rest.startsWith(`${one}/`));
    if (suffix !== undefined) { return rest.slice(suffix.length + 1); }
  }
  return undefined;
}

/** All hosts of the address's registry that are known before deployment: with FIPS endpoints, and dual-stack ones. */
export function registryHostsOf(address: CacheAddress): string[] {
  const { account, region } = address;
  return Token.isUnresolved(account) || Token.isUnresolved(region) ? [] : JOINTS.flatMap(([joint, dualStack]) =>
    suffixesOf(address, dualStack).filter(suffix => !Token.isUnresolved(suffix)).map(suffix => `${account}${joint}${region}.${suffix}`));
}

function suffixesOf({ region, stack }: CacheAddress, dualStack: boolean): string[] {
  const known = !Token.isUnresolved(region);
  if (dualStack) {
    return known ? [partitionOf(region).dualStackSuffix ?? []].flat() : [...DUAL_STACK_SUFFIXES];
  }
  return [stack.urlSuffix, ...known ? [partitionOf(region).suffix] : []];
}

/** The account in the host of a private ECR registry, also where its Region is known only at deployment. */
export function accountOfEcr(host: string): string | undefined {
  return /^([0-9]{12})\.dkr[.-]ecr(?:-fips)?\./.exec(host)?.[1];
}

/** Whether a host is that of a private ECR registry: all of it, since anybody may own a host that only begins like one. */
export function isPrivateEcr(host: string): boolean {
  const [, joint, region, suffix] = PRIVATE_ECR.exec(host) ?? [];
  if (region === undefined) { return false; }
  const partition = partitionOf(region);
  return suffix === (joint === '.' ? partition.suffix : partition.dualStackSuffix);
}
