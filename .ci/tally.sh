# Sourced by scripts whose checks are shell functions of their own: a folder that goes away, and how checks are counted.
# bash forgets `set -e` inside a function that is checked, so such a function chains its commands. See checks.sh for programs.
cd "$(dirname "${BASH_SOURCE[0]}")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# check <name> <function> [argument...]: passes if the function ends with 0.
check() {
  local name=$1
  shift
  if "$@"; then passed=$((passed + 1)); echo "ok   $name"; else failed=$((failed + 1)); echo "FAIL $name"; fi
}

# finish: the counted result; fails if a check did.
finish() {
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
}
