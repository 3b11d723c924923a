import { registriesOf } from './mirrored-hosts';
import type { MirroredHost } from './mirrored-hosts';

/**
 * The hosts that `ecr-credential-provider` has logins of its own for, as EKS's nodeadm writes them (amazon-eks-ami,
 * nodeadm/internal/kubelet/image-credential-provider.go): a configuration that takes the place of nodeadm's must not have fewer.
 */
export const HOSTS_OF_ECR: readonly string[] = [
  '*.dkr.ecr.*.amazonaws.com',
  '*.dkr-ecr.*.on.aws',
  '*.dkr.ecr.*.amazonaws.com.cn',
  '*.dkr-ecr.*.on.amazonwebservices.com.cn',
  '*.dkr.ecr-fips.*.amazonaws.com',
  '*.dkr-ecr-fips.*.on.aws',
  '*.dkr.ecr.*.c2s.ic.gov',
  '*.dkr.ecr.*.sc2s.sgov.gov',
  '*.dkr.ecr.*.cloud.adc-e.uk',
  '*.dkr.ecr.*.csp.hci.ic.gov',
  '*.dkr.ecr.*.amazonaws.eu',
  'public.ecr.aws',
  'ecr-public.aws.com',
];

/** The name of our own provider, which is the name of its file. */
export const PROVIDER = 'ecr-mirrors-credential-provider';
const REGION = /\.dkr\.ecr\.([^.]+)\./;
const COMMON = { defaultCacheDuration: '12h0m0s', apiVersion: 'credentialprovider.kubelet.k8s.io/v1' };

/** The mirrors for which `ecr-credential-provider` would bring a login to ECR Public or to another registry, by the name of the host. */
export function hostsWithOtherLogin(mirrors: readonly MirroredHost[]): string[] {
  return mirrors.map(({ host }) => host).filter(host => HOSTS_OF_ECR.some(pattern => matches(pattern, host)));
}

/**
 * kubelet's image credential provider configuration: Kubernetes, "Configure a kubelet image credential provider". It asks for a login for ECR's hosts
 * and for those that have a file, and for no others: a host without one would get the node's login.
 */
export function credentialProviderConfig(mirrors: readonly MirroredHost[]): string {
  const own = hostsWithOtherLogin(mirrors);
  const others = mirrors.map(({ host }) => host).filter(host => !own.includes(host));
  const [registry] = registriesOf(mirrors);
  const region = REGION.exec(registry)![1];
  const providers = [
    {
      name: 'ecr-credential-provider',
      matchImages: [...HOSTS_OF_ECR.filter(pattern => !own.includes(pattern)), ...others],
      ...COMMON,
      // a host that is none of ECR's doesn't say where its login comes from
      env: [{ name: 'AWS_REGION', value: region }],
    },
    // a token of ECR is for a Region, so that of one registry is good for all of them
    ...own.length === 0 ? [] : [{ name: PROVIDER, matchImages: own, ...COMMON, args: [registry, ...own] }],
  ];
  return `${JSON.stringify({ apiVersion: 'kubelet.config.k8s.io/v1', kind: 'CredentialProviderConfig', providers }, undefined, 2)}\n`;
}

/** As kubelet matches: a `*` stands for a part between dots. */
function matches(pattern: string, host: string): boolean {
  const parts = host.split('.');
  const wanted = pattern.split('.');
  return parts.length === wanted.length && wanted.every((part, at) => part === '*' || part === parts[at]);
}
