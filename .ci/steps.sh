# Sourced by `run` and `slow`, which take the names of steps to run, all by default. Counts what the test runners and checks of the
# steps counted, and tells what each step took.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export CI=true NO_COLOR=1 FORCE_COLOR=0 DEBIAN_FRONTEND=noninteractive
CI_DIR=$(mktemp -d)
export CI_DIR
trap 'rm -rf "$CI_DIR"' EXIT
TIMEFORMAT='%R %U %S'
chosen=" $* "
passed=0 failed=0 summary=() known=' '

# step <name> <most minutes> <program> [argument...]
step() {
  known+="$1 "
  if [ "$chosen" = '  ' ] || [[ $chosen == *" $1 "* ]]; then run_step "$@"; fi
}

# As a step, whatever was chosen; nothing goes on without it.
needed() {
  known+="$1 "
  run_step "$@" || finish
}

run_step() {
  local name=$1 log=$CI_DIR/step.log code=0 p f wall user sys
  echo
  echo "=== $name"
  { time { timeout --kill-after=30 "${2}m" "${@:3}" < /dev/null 2>&1 | tee "$log"; code=${PIPESTATUS[0]}; } } 2> "$CI_DIR/time"
  read -r p f < <(count "$log")
  read -r wall user sys < "$CI_DIR/time"
  # what fails or passes without counting is one
  if [ "$code" -ne 0 ] && [ "$f" -eq 0 ]; then f=1; fi
  if [ "$code" -eq 0 ] && [ $((p + f)) -eq 0 ]; then p=1; fi
  passed=$((passed + p)) failed=$((failed + f))
  summary+=("$(awk -v name="$name" -v wall="$wall" -v cpu="$user $sys" -v counts="$p $f" -v code="$code" 'BEGIN {
    split(cpu, c); split(counts, n)
    printf "%-12s %5d passed %3d failed %5d s, %5d s of CPU%s", name, n[1], n[2], wall, c[1] + c[2], code == 0 ? "" : "  exit " code }')")
  return "$code"
}

# count <log>: "<passed> <failed>" of the lines by which jest, pytest, OpenTofu and node --test end, and of checks.sh's "ok   ".
count() {
  awk '
    function number(word) { return match($0, "[0-9]+ " word) ? substr($0, RSTART) + 0 : 0 }
    /^Tests: .* total$/ || /^=*[0-9a-z, ]* in [0-9.]+s.*$/ || /^(Success|Failure)! [0-9]+ passed, / {
      passed += number("passed"); failed += number("failed") + number("error")
    }
    /^(#|ℹ) pass [0-9]+$/ { passed += $3 }
    /^(#|ℹ) fail [0-9]+$/ { failed += $3 }
    /^ok   / { passed++ }
    END { print passed + 0, failed + 0 }
  ' "$1"
}

finish() {
  local name
  for name in $chosen; do
    if [[ $known != *" $name "* ]]; then echo "got the step '$name', expected one of:$known"; failed=$((failed + 1)); fi
  done
  echo
  printf '%s\n' "${summary[@]}"
  echo "${SECONDS} s"
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
  exit
}
