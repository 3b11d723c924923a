import { createHash } from 'crypto';
import { credentialProviderConfig, hostsWithOtherLogin, PROVIDER } from './credential-provider';
import { hostsTable, hostsTemplate } from './host-configuration';
import type { HostsFileOptions } from './host-configuration';
import { registriesOf } from './mirrored-hosts';
import type { MirroredHost } from './mirrored-hosts';
import { HOME, NODE_SCRIPT, PROVIDER_SCRIPT, PROVIDERS } from './node-script';

/** kubelet's configuration, beside the one that nodeadm writes. */
export const PROVIDER_CONFIG = `${PROVIDERS}/ecr-mirrors.json`;
/** The timer, which is the only unit that has to be enabled. */
export const TIMER = 'ecr-mirrors-refresh.timer';
const UNITS = '/etc/systemd/system';
const SCRIPT = `${HOME}/mirrors.sh`;

/** The files of a node by their paths, in the order in which they are written. */
export type NodeFiles = { readonly [path: string]: string };

/** All files of a node. The first one keeps kubelet from starting until all others are there and do their work. */
export function nodeFiles(mirrors: readonly MirroredHost[], options: HostsFileOptions): NodeFiles {
  const registries = registriesOf(mirrors).join(' ');
  const judged: NodeFiles = {
    [`${HOME}/mirrors`]: hostsTable(mirrors, options.fallback),
    [`${HOME}/hosts.toml`]: hostsTemplate(options),
    [SCRIPT]: NODE_SCRIPT,
    ...options.token ? {} : { [PROVIDER_CONFIG]: credentialProviderConfig(mirrors) },
    ...options.token || hostsWithOtherLogin(mirrors).length === 0 ? {} : { [`${PROVIDERS}/${PROVIDER}`]: PROVIDER_SCRIPT },
  };
  return {
    [`${UNITS}/kubelet.service.d/90-ecr-mirrors.conf`]: '[Unit]\nRequires=ecr-mirrors.service\nAfter=ecr-mirrors.service\n',
    [`${UNITS}/ecr-mirrors.service`]: gate(judged, registries),
    ...judged,
    ...options.token ? {
      [`${UNITS}/ecr-mirrors-refresh.service`]: refresh(registries),
      [`${UNITS}/${TIMER}`]: EVERY_THREE_HOURS,
    } : {},
  };
}

/** Whether a file has to be executable. All others are read, by containerd, systemd, kubelet and sh. */
export function isProgram(path: string): boolean {
  return path === `${PROVIDERS}/${PROVIDER}`;
}

/**
 * What kubelet requires. Nothing enables it: it runs when kubelet is started, at each boot after nodeadm has written containerd's configuration, and
 * stays active, so that kubelet can be restarted while ECR can't be reached.
 */
function gate(judged: NodeFiles, registries: string): string {
  const sum = createHash('sha256').update(Object.values(judged).join('')).digest('hex');
  return `[Unit]
Description=ECR pull-through caches for containerd, before kubelet
After=containerd.service network-online.target
Wants=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
TimeoutStartSec=20min
ExecStartPre=/bin/sh -c 'cat ${Object.keys(judged).join(' ')} | sha256sum | grep -q "^${sum} "'
ExecStart=/bin/sh ${SCRIPT} start ${registries}
`;
}

/** A unit of its own: kubelet would stop with the one that it requires. */
function refresh(registries: string): string {
  return `[Unit]
Description=Fresh token for the ECR pull-through caches of containerd
After=network-online.target
Wants=network-online.target

[Service]
Type=oneshot
TimeoutStartSec=20min
ExecStart=/bin/sh ${SCRIPT} refresh ${registries}
`;
}

/** ECR API Reference, "GetAuthorizationToken": a token is valid for 12 hours. By the clock, which goes on while an instance hibernates. */
const EVERY_THREE_HOURS = `[Unit]
Description=Fresh token for the ECR pull-through caches of containerd, four times before it ends

[Timer]
OnCalendar=*-*-* 00/3:00:00
RandomizedDelaySec=15min
Persistent=true

[Install]
WantedBy=timers.target
`;
