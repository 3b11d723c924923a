#!/usr/bin/env bash
# The local engine's own tests, then deployments, pulls, alarms and the demo on it: counts what pytest and jest counted.
# Everything listens on 127.0.0.1. CI_DIR keeps the logs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

work=$(mktemp -d)
logs=${CI_DIR:-$work}/logs
mkdir -p "$work/tmp" "$logs"
export TMPDIR=$work/tmp NO_COLOR=1 FORCE_COLOR=0 DEBIAN_FRONTEND=noninteractive CDK_DISABLE_CLI_TELEMETRY=true PYTHONDONTWRITEBYTECODE=1
export PIP_DISABLE_PIP_VERSION_CHECK=1
passed=0 failed=0 finished=
trap 'status=$?; rm -rf "$work"; [ -n "$finished" ] || echo "$passed passed, $((failed + 1)) failed"; exit $status' EXIT

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

# tests <name> <program> [argument...]: adds what a test runner counted; one that fails and counts no failure is one.
tests() {
  local name=$1 log=$logs/local-$1.log begun=$SECONDS code=0 p f
  shift
  echo "== $name"
  # indented: the counts of the runners are summed below, once
  "$@" 2>&1 | tee "$log" | sed 's/^/| /' || code=1
  read -r p f < <(node .ci/count.mjs "$log")
  if [ "$code" -ne 0 ] && [ "$f" -eq 0 ]; then f=1; fi
  passed=$((passed + p)) failed=$((failed + f))
  echo "   ($name: $p passed, $f failed, $((SECONDS - begun)) s)"
}

begun=$SECONDS
needed=()
command -v skopeo > /dev/null || needed+=(skopeo)
command -v docker-registry > /dev/null || needed+=(docker-registry)
if [ ${#needed[@]} -gt 0 ]; then
  as_root apt-get update -qq
fi
for package in "${needed[@]}"; do
  if [ "$package" = docker-registry ]; then
    # unpacked, not installed: Debian's package starts a service on all addresses
    (cd "$work" && apt-get download -qq docker-registry && dpkg -x docker-registry_*.deb docker-registry)
    export DOCKER_REGISTRY=$work/docker-registry/usr/bin/docker-registry
  else
    as_root apt-get install -y -qq --no-install-recommends "$package" > "$logs/local-apt.log"
  fi
done
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --require-hashes -r local/requirements-test.txt
echo "   (tools: $((SECONDS - begun)) s)"

tests pytest "$work/venv/bin/python" -m pytest -p no:cacheprovider -c local/pyproject.toml --rootdir local local/tests
# the pattern option takes several values, so another option has to end it
tests jest npx jest --testPathIgnorePatterns=/node_modules/ --coverage=false --ci --maxWorkers=2 test/local

finished=yes
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
