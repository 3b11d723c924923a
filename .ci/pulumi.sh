#!/usr/bin/env bash
# The Pulumi component: its types against the provider's schema, and what it registers, with mocks.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tally.sh"

git ls-files -z pulumi/ecr-pullthrough-cache | xargs -0 cp --parents -t "$work"
package=$work/pulumi/ecr-pullthrough-cache
npm --prefix "$package" ci --silent --no-audit --no-fund

lock_names_no_host() { ! grep -q '"resolved"' "$package/package-lock.json"; }
types() { npm --prefix "$package" run --silent check > "$work/types.txt" || { cat "$work/types.txt"; return 1; }; }
# The component with one thing changed has to be refused, with these words.
refuses() {
  cp "$package/$2" "$work/kept.ts"
  sed -i "$3" "$package/$2"
  local seen=1
  if ! cmp -s "$work/kept.ts" "$package/$2" && ! types > "$work/refusal.txt" && grep -q "$1" "$work/refusal.txt"; then seen=0; fi
  cp "$work/kept.ts" "$package/$2"
  return "$seen"
}

check 'the lock file names no host' lock_names_no_host
check 'types hold against the schema of the provider' types
check 'a misspelt argument is refused' refuses "'upstreamRegistryUri' does not exist" upstream.ts 's/^    upstreamRegistryUrl,/    upstreamRegistryUri: upstreamRegistryUrl,/'
check 'a missing argument is refused' refuses "Property 'appliedFors' is missing" repositories.ts '/appliedFors/d'
check 'a wrong type is refused' refuses "not assignable to type 'Input<number" monitoring.ts "s/period: 300/period: '300'/"

npm --prefix "$package" test --silent > "$work/test.txt" || grep -v '^# Subtest' "$work/test.txt"
# "# pass 47"
p=$(sed -n 's/^# pass //p' "$work/test.txt")
f=$(sed -n 's/^# fail //p' "$work/test.txt")
echo "tests of the component: $p of them passed and $f didn't"
passed=$((passed + p))
failed=$((failed + f))

finish
