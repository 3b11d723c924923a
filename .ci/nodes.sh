#!/usr/bin/env bash
# Nodes that pull unchanged names: Debian's containerd and that of EKS, as root, and kubelet's own lookup. Everything listens on 127.0.0.1.
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
export PYTHONDONTWRITEBYTECODE=1 NO_COLOR=1 FORCE_COLOR=0

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }
if ! apt-cache show containerd > /dev/null 2>&1; then check 'the list of packages is there' as_root apt-get update -qq; fi
engine=$cache/engine-$(sha256sum local/requirements-test.txt | cut -c 1-12)
check 'the engine is there' venv "$engine" --require-hashes -r local/requirements-test.txt

# Go's caches stay those of who runs this
as_root env "PATH=$PATH" "TMPDIR=$TMPDIR" "ENGINE_PYTHON=$engine/bin/python" "GOCACHE=$(go env GOCACHE)" "GOMODCACHE=$(go env GOMODCACHE)" \
  npx jest --testPathIgnorePatterns=/node_modules/ --coverage=false --ci --maxWorkers=1 test/external/slow/node-mirrors
