import { Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { excerpt, InvalidInputError } from './errors';

/** A part of AWS with accounts, Regions and host names of its own. */
export interface Partition {
  /** Its name in ARNs. */
  readonly name: string;
  /** How the names of its Regions begin. */
  readonly regions: string;
  /** What the hosts of its private registries end with. */
  readonly suffix: string;
  /** That of the dual-stack hosts, where it has some. */
  readonly dualStackSuffix?: string;
}

/**
 * ECR User Guide, "Amazon ECR private registry" and "Making requests to Amazon ECR registries"; the suffixes are those of AWS's credential
 * provider for kubelet. The first whose Regions begin so counts: a Region that is newer than this version has its partition's suffix, too.
 */
const PARTITIONS: readonly Partition[] = [
  { name: 'aws-cn', regions: 'cn-', suffix: 'amazonaws.com.cn', dualStackSuffix: 'on.amazonwebservices.com.cn' },
  { name: 'aws-us-gov', regions: 'us-gov-', suffix: 'amazonaws.com', dualStackSuffix: 'on.aws' },
  { name: 'aws-eusc', regions: 'eusc-', suffix: 'amazonaws.eu' },
  { name: 'aws-iso', regions: 'us-iso-', suffix: 'c2s.ic.gov' },
  { name: 'aws-iso-b', regions: 'us-isob-', suffix: 'sc2s.sgov.gov' },
  { name: 'aws-iso-f', regions: 'us-isof-', suffix: 'csp.hci.ic.gov' },
  { name: 'aws-iso-e', regions: 'eu-isoe-', suffix: 'cloud.adc-e.uk' },
  { name: 'aws', regions: '', suffix: 'amazonaws.com', dualStackSuffix: 'on.aws' },
];

/** What dual-stack hosts of private registries end with, in all partitions. */
export const DUAL_STACK_SUFFIXES = new Set(PARTITIONS.flatMap(({ dualStackSuffix }) => dualStackSuffix ?? []));

/** The partition of a Region whose name is known. */
export function partitionOf(region: string): Partition {
  return PARTITIONS.find(({ regions }) => region.startsWith(regions))!;
}

/** Whether two Regions are known before deployment and belong to different partitions, between which neither roles nor replicas go. */
export function inOtherPartition(one: string, other: string): boolean {
  return !Token.isUnresolved(one) && !Token.isUnresolved(other) && partitionOf(one) !== partitionOf(other);
}

/**
 * Refuses an ARN that is written out with another partition than that of a Region, by default that of the stack.
 *
 * @param what what has the ARN: `a secret`
 */
export function checkArnPartition(what: string, arn: unknown, scope: IConstruct, region = Stack.of(scope).region): void {
  const [, partition] = typeof arn === 'string' ? /^arn:([a-z-]+):/.exec(arn) ?? [] : [];
  if (partition !== undefined && !Token.isUnresolved(region) && partition !== partitionOf(region).name) {
    throw new InvalidInputError({
      got: `the ARN ${excerpt(arn as string)} of ${what} in ${region}`,
      expected: `one that begins with 'arn:${partitionOf(region).name}:', as all of that partition of AWS do`,
      fix: 'copy the ARN from the account and Region of this stack',
    }, scope);
  }
}
