#!/usr/bin/env bash
# The Pulumi component: its types against the provider's schema, and what it registers, with mocks.
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

git ls-files -z pulumi/ecr-pullthrough-cache | xargs -0 cp --parents -t "$work"
package=$work/pulumi/ecr-pullthrough-cache
npm --prefix "$package" ci --silent

types() { npm --prefix "$package" run --silent check; }
# the component with one thing changed has to be refused, with these words
sees() {
  cp "$package/$2" "$work/kept.ts"
  change "$package/$2" "$3"
  refuses "$1" types
  cp "$work/kept.ts" "$package/$2"
}
names_host() { grep '"resolved"' "$package/package-lock.json"; }

check 'the lock file names no host' refuses '' names_host
check 'types hold against the schema of the provider' types
check 'a misspelt argument is refused' sees "'upstreamRegistryUri' does not exist" upstream.ts 's/^    upstreamRegistryUrl,/    upstreamRegistryUri: upstreamRegistryUrl,/'
check 'a missing argument is refused' sees "Property 'appliedFors' is missing" repositories.ts '/appliedFors/d'
check 'a wrong type is refused' sees "not assignable to type 'Input<number" monitoring.ts "s/period: 900/period: '900'/"

npm --prefix "$package" test --silent
