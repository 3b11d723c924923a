import { locationOf } from './mirrored-hosts';
import type { MirroredHost } from './mirrored-hosts';

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
