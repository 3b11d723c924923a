# Sourced by the scripts beside it: where output goes, how checks are counted, how long parts take.
# A check runs a program of its own, never a shell function: bash forgets `set -e` inside a tested function.

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
given=${CI_DIR:-}
out=${given:-$(mktemp -d)}
cache=${CI_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/cdk-ecr-pull-through-cache}
mkdir -p "$out/logs" "$out/tmp" "$cache"
out=$(cd "$out" && pwd) cache=$(cd "$cache" && pwd)

export CI_DIR=$out CI_CACHE_DIR=$cache
export TMPDIR=$out/tmp
export JSII_RUNTIME_PACKAGE_CACHE_ROOT=${JSII_RUNTIME_PACKAGE_CACHE_ROOT:-$cache/jsii}
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20
export NPM_CONFIG_AUDIT=false NPM_CONFIG_FUND=false NPM_CONFIG_UPDATE_NOTIFIER=false
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
# aws-cdk-lib takes 15 s longer to import without the bytecode of the run before
unset PYTHONDONTWRITEBYTECODE
export GOTOOLCHAIN=local GOFLAGS="${GOFLAGS:+$GOFLAGS }-buildvcs=false"
maven_repository=$cache/maven
export MAVEN_OPTS="${MAVEN_OPTS:+$MAVEN_OPTS }-Dmaven.repo.local=$maven_repository -Djava.io.tmpdir=$out/tmp"

passed=0 failed=0 logs=0

# part <title>: ends the part before it with its time and begins the next one.
part() {
  end_part
  part_title=$1 part_start=$SECONDS
  echo "== $1"
}

end_part() {
  if [ -n "${part_title:-}" ]; then
    echo "   ($part_title: $((SECONDS - part_start)) s)"
  fi
  part_title=
}

# check <name> <program> [argument...]: passes if the program ends with 0; shows the end of its output if not.
check() {
  local name=$1 start=$SECONDS log
  shift
  logs=$((logs + 1))
  log=$out/logs/$(basename "$0" .sh)-$(printf '%02d' "$logs").log
  if "$@" > "$log" 2>&1; then
    passed=$((passed + 1))
    echo "ok   $name ($((SECONDS - start)) s)"
  else
    failed=$((failed + 1))
    echo "FAIL $name ($((SECONDS - start)) s), $log ends with:"
    tail -n 30 "$log" | sed 's/^/     | /'
    return 0
  fi
}

# A script that stops half-way is a failure, too, and is counted as one.
trap 'status=$?; if [ -z "${finished:-}" ]; then echo "$0 stopped half-way"; echo "$passed passed, $((failed + 1)) failed"; fi; exit $status' EXIT

# finish: the counted result; fails if a check did, or if there was none.
finish() {
  finished=yes
  end_part
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
