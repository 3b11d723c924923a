# Sourced by the steps. `set -e` holds in every check, functions too: the first one that fails ends the step and shows what it said.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
repo=$PWD

work=$(mktemp -d)
# shared by the steps of one run, and by all runs
out=${CI_DIR:-$work}
cache=${CI_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/cdk-ecr-pull-through-cache}
mkdir -p "$cache" "$work/tmp"
export TMPDIR=$work/tmp JSII_RUNTIME_PACKAGE_CACHE_ROOT=$cache/jsii
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20 CDK_DISABLE_CLI_TELEMETRY=true
export NPM_CONFIG_AUDIT=false NPM_CONFIG_FUND=false NPM_CONFIG_UPDATE_NOTIFIER=false PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
# aws-cdk-lib takes 15 s longer to import without the bytecode of the run before
unset PYTHONDONTWRITEBYTECODE
export GOTOOLCHAIN=local GOFLAGS=-buildvcs=false
maven_repository=$cache/maven
export MAVEN_OPTS="-Dmaven.repo.local=$maven_repository -Djava.io.tmpdir=$TMPDIR"

checking=
# a check's own output may still be redirected when the trap runs
exec 3>&1
end() {
  local code=$?
  if [ -n "$checking" ]; then
    echo "FAIL $checking:" >&3
    tail -n 60 "$work/check.log" | sed 's/^/  | /' >&3
  fi
  rm -rf "$work"
  exit "$code"
}
trap end EXIT

# check <name> <program or function> [argument...]
check() {
  local begun=$SECONDS
  checking=$1
  "${@:2}" > "$work/check.log" 2>&1 < /dev/null
  echo "ok   $checking ($((SECONDS - begun)) s)"
  checking=
}

# refuses <text> <program> [argument...]: it has to fail, with that text in what it says. In a function only its last command decides.
refuses() {
  local text=$1 said
  if said=$("${@:2}" 2>&1 | tr -s '[:space:]│' ' '); then
    echo "$said"
    echo "got success, expected a failure with: $text"
    return 1
  fi
  echo "$said"
  grep -qF -- "$text" <<< "$said"
}

# change <file> <sed script>: changes a file, which has to make a difference.
change() {
  cp "$1" "$work/before"
  sed -i "$2" "$1"
  if cmp -s "$1" "$work/before"; then
    echo "got nothing in $1 that fits $2, expected a line to change"
    return 1
  fi
}

# venv <folder> <argument of pip install>...: a Python environment that is made once.
venv() {
  if [ ! -e "$1/complete" ]; then
    rm -rf "$1"
    python3 -m venv "$1"
    "$1/bin/pip" install --quiet "${@:2}"
    touch "$1/complete"
  fi
}
cfn_lint=$cache/cfn-lint-1.58.0
checkov=$cache/checkov-3.3.30

# needs_compiled: a step that judges the compiled package says so.
needs_compiled() {
  if [ ! -f .jsii ]; then
    echo 'got no .jsii, expected a compiled library: run npx projen compile' >&2
    return 1
  fi
}

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

# needs_package <name>: apt can tell of a package of Debian's.
needs_package() {
  if ! apt-cache show "$1" > /dev/null 2>&1; then check 'the list of packages is there' as_root apt-get update -qq; fi
}

# needs_engine: the Python of the local engine is in the folder $engine.
needs_engine() {
  engine=$cache/engine-$(sha256sum local/requirements-test.txt | cut -c 1-12)
  check 'the engine is there' venv "$engine" --require-hashes -r local/requirements-test.txt
}

# jest_as_root <path of tests>: Go's caches stay those of who runs this.
jest_as_root() {
  as_root env "PATH=$PATH" "TMPDIR=$TMPDIR" "ENGINE_PYTHON=$engine/bin/python" "GOCACHE=$(go env GOCACHE)" "GOMODCACHE=$(go env GOMODCACHE)" \
    npx jest --testPathIgnorePatterns=/node_modules/ --coverage=false --ci --maxWorkers=1 "$1"
}
