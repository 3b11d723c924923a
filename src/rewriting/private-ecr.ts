/** What the hosts of a partition's private registries end with. */
interface Suffixes {
  /** How the names of its Regions begin. */
  readonly regions: string;
  readonly suffix: string;
  /** That of its dual-stack hosts, where it has some. */
  readonly dualStack?: string;
}

/**
 * ECR User Guide, "Amazon ECR private registry" and "Making requests to Amazon ECR registries"; the list is that of AWS's credential helper
 * for Docker. The first whose Regions begin so counts, and commercial Regions and GovCloud are what is left: a Region that is newer than this
 * version has its partition's suffix, too.
 */
const PARTITIONS: readonly Suffixes[] = [
  { regions: 'cn-', suffix: 'amazonaws.com.cn', dualStack: 'on.amazonwebservices.com.cn' },
  { regions: 'eusc-', suffix: 'amazonaws.eu' },
  { regions: 'us-iso-', suffix: 'c2s.ic.gov' },
  { regions: 'us-isob-', suffix: 'sc2s.sgov.gov' },
  { regions: 'us-isof-', suffix: 'csp.hci.ic.gov' },
  { regions: 'eu-isoe-', suffix: 'cloud.adc-e.uk' },
  { regions: '', suffix: 'amazonaws.com', dualStack: 'on.aws' },
];

const HOST = /^[0-9]{12}\.dkr([.-])ecr(?:-fips)?\.([a-z]{2,}(?:-[a-z]+)+-[0-9]{1,2})\.(.+)$/;

/** The account in the host of a private ECR registry, also where its Region is known only at deployment. */
export function accountOfEcr(host: string): string | undefined {
  return /^([0-9]{12})\.dkr[.-]ecr(?:-fips)?\./.exec(host)?.[1];
}

/** Whether a host is that of a private ECR registry: all of it, since anybody may own a host that only begins like one. */
export function isPrivateEcr(host: string): boolean {
  const [, joint, region, suffix] = HOST.exec(host) ?? [];
  if (region === undefined) { return false; }
  const partition = PARTITIONS.find(({ regions }) => region.startsWith(regions))!;
  return suffix === (joint === '.' ? partition.suffix : partition.dualStack);
}
