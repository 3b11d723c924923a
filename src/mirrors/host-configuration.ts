import { locationOf, registriesOf } from './mirrored-hosts';
import type { MirroredHost } from './mirrored-hosts';
import { ROOT } from '../private/checks';

/** How the files of a node come to their hosts and logins. */
export interface HostsFileOptions {
  /** Whether the upstream is asked when the cache has no answer. */
  readonly fallback: boolean;
  /** Whether the file holds the token of the node, for its own host entry and nobody else. */
  readonly token: boolean;
}

const CAPABILITIES = ['capabilities = ["pull", "resolve"]', 'override_path = true'];
const LOGIN = 'Authorization = ["Basic @TOKEN@"]';

/**
 * The template of containerd's hosts.toml, in which `@REGISTRY@`, `@PATH@`, `@UPSTREAM@` and `@TOKEN@` stand for what differs.
 *
 * containerd, docs/hosts.md. Both `server` and a host entry lead to the cache: by `server` alone, containerd 1.6 and 1.7 go to the upstream. Two
 * capabilities only, since a version that doesn't know one refuses the file and goes to the upstream.
 */
export function hostsTemplate({ fallback, token }: HostsFileOptions): string {
  const cache = 'https://@REGISTRY@@PATH@';
  const server = fallback ? ['server = "https://@UPSTREAM@"'] : [
    `server = "${cache}"`, ...CAPABILITIES, ...token ? ['', '[header]', `  ${LOGIN}`] : [],
  ];
  const host = [
    `[host."${cache}"]`, ...CAPABILITIES.map(line => `  ${line}`), ...token ? ['', `  [host."${cache}".header]`, `    ${LOGIN}`] : [],
  ];
  return [...server, '', ...host, ''].join('\n');
}

/** The hosts.toml of a host, complete. */
export function hostsToml(mirror: MirroredHost, fallback: boolean): string {
  return hostsTemplate({ fallback, token: false })
    .replaceAll('@REGISTRY@', mirror.registry).replaceAll('@PATH@', pathOf(mirror)).replaceAll('@UPSTREAM@', mirror.upstream);
}

/**
 * The table of hosts that a node fills the template from: host, number of the registry, path there and, for a fallback, the upstream. It has the
 * number, since the registry itself may be a reference, and its checksum is known at synthesis.
 */
export function hostsTable(mirrors: readonly MirroredHost[], fallback: boolean): string {
  const registries = registriesOf(mirrors);
  return mirrors.map(mirror => {
    const row = [mirror.host, registries.indexOf(mirror.registry) + 1, pathOf(mirror), ...fallback ? [mirror.upstream] : []];
    return `${row.join(' ')}\n`;
  }).join('');
}

/**
 * containers-registries.conf(5) for CRI-O, podman, buildah and skopeo. The cache is the `location`, not a mirror: with a mirror beside the
 * upstream, CRI-O sends the one login that it was given to both.
 */
export function registriesConf(mirrors: readonly MirroredHost[]): string {
  return mirrors.map(mirror => `[[registry]]\nprefix = "${mirror.host}"\nlocation = "${locationOf(mirror)}"\n`).join('\n');
}

/** buildkitd.toml(5) of BuildKit, which always goes on to the upstream when a mirror has no answer. It logs in to each host by its own name. */
export function buildkitToml(mirrors: readonly MirroredHost[]): string {
  return mirrors.map(mirror => `[registry."${mirror.host}"]\n  mirrors = ["${locationOf(mirror)}"]\n`).join('\n');
}

function pathOf({ prefix }: MirroredHost): string {
  return prefix === ROOT ? '/v2' : `/v2/${prefix}`;
}
