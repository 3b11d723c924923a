import { Token } from 'aws-cdk-lib';
import type { CacheAddress } from './cache-address';
import { partitionOf } from '../private/partitions';

/**
 * What stands between account and Region in the hosts of a registry, and whether those are dual-stack: ECR User Guide, "Amazon ECR private
 * registry" and "Making requests to Amazon ECR registries".
 */
const JOINTS: readonly [joint: string, dualStack: boolean][] = [
  ['.dkr.ecr.', false], ['.dkr.ecr-fips.', false], ['.dkr-ecr.', true], ['.dkr-ecr-fips.', true],
];
const DUAL_STACK = 'on.aws';
const DUAL_STACK_IN_CHINA = 'on.amazonwebservices.com.cn';

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
    const all = [DUAL_STACK, DUAL_STACK_IN_CHINA];
    return known ? all.filter(suffix => suffix === partitionOf(region).dualStackSuffix) : all;
  }
  return [stack.urlSuffix, ...known ? [partitionOf(region).suffix] : []];
}
