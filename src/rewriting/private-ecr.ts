import { partitionOf } from '../private/partitions';

const HOST = /^[0-9]{12}\.dkr([.-])ecr(?:-fips)?\.([a-z]{2,}(?:-[a-z]+)+-[0-9]{1,2})\.(.+)$/;

/** The account in the host of a private ECR registry, also where its Region is known only at deployment. */
export function accountOfEcr(host: string): string | undefined {
  return /^([0-9]{12})\.dkr[.-]ecr(?:-fips)?\./.exec(host)?.[1];
}

/** Whether a host is that of a private ECR registry: all of it, since anybody may own a host that only begins like one. */
export function isPrivateEcr(host: string): boolean {
  const [, joint, region, suffix] = HOST.exec(host) ?? [];
  if (region === undefined) { return false; }
  const partition = partitionOf(region);
  return suffix === (joint === '.' ? partition.suffix : partition.dualStackSuffix);
}
