#!/usr/bin/env bash
# The local engine's own tests, then deployments, pulls, alarms and the demo on it. Everything listens on 127.0.0.1.
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
export PYTHONDONTWRITEBYTECODE=1 NO_COLOR=1 FORCE_COLOR=0

if ! command -v skopeo > /dev/null || ! command -v buildah > /dev/null; then
  check 'skopeo and buildah are there' as_root bash -c 'apt-get update -qq && apt-get install -y -qq --no-install-recommends skopeo buildah'
fi
if ! command -v docker-registry > /dev/null; then
  # unpacked, not installed: Debian's package starts a service on all addresses
  unpack() { cd "$1" && apt-get download -qq docker-registry && dpkg -x docker-registry_*.deb docker-registry; }
  needs_package docker-registry
  check 'docker-registry is there' unpack "$work"
  cd "$repo"
  export DOCKER_REGISTRY=$work/docker-registry/usr/bin/docker-registry
fi
if ! command -v buildah > /dev/null; then
  # unpacked as well: it takes the libraries of skopeo
  unpack_buildah() { cd "$1" && apt-get download -qq buildah && dpkg -x buildah_*.deb buildah; }
  needs_package buildah
  check 'buildah is there' unpack_buildah "$work"
  cd "$repo"
  export BUILDAH=$work/buildah/usr/bin/buildah
fi
needs_engine

"$engine/bin/python" -m pytest -p no:cacheprovider -c local/pyproject.toml --rootdir local local/tests
# the pattern option takes several values, so another option has to end it
npx jest --testPathIgnorePatterns=/node_modules/ --coverage=false --ci --maxWorkers=2 test/local
