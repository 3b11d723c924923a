#!/usr/bin/env bash
# What a change does to those who use the library: its interface beside that of the newest release, or of main while there is none.
# What breaks them is reported before the first release and refused after it, unless a commit since then says so, as `feat!: ...` does.
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
needs_compiled

diff=(npx jsii-diff --keys --error-on all)
# says_so <messages of commits>
says_so() { grep -qE '^[a-z]+(\([^)]*\))?!: |^BREAKING[ -]CHANGE: ' <<< "$1"; }
# gate <before> <after> <messages of the commits between>
gate() {
  if "${diff[@]}" "$1" "$2"; then return; fi
  if says_so "$3"; then
    echo 'A commit says that it breaks users.'
  else
    echo "got an interface that breaks users, expected none or a commit that says so: feat!: ..., or a line 'BREAKING CHANGE: ...'"
    return 1
  fi
}
node .ci/without-method.mjs . "$work/same"
node .ci/without-method.mjs . "$work/less" PullThroughCacheBase onPullFailed
for copy in same less; do ln -s "$repo/node_modules" "$work/$copy/node_modules"; done
check 'the library is compatible with itself' gate . "$work/same" 'feat: more'
check 'a method that is gone is refused' refuses onPullFailed gate . "$work/less" $'feat: less\nfix: what feat!: means'
check 'a method that is gone passes when a commit says so' gate . "$work/less" $'feat: more\nfix(cache)!: less'
check 'a text may say so as well' says_so $'Less\n\nBREAKING CHANGE: onPullFailed is gone.'

released=$(git describe --tags --abbrev=0 --match 'v*' 2> /dev/null || true)
main=$(git rev-parse --verify --quiet refs/remotes/origin/main || git rev-parse --verify --quiet refs/heads/main || true)
if [ -n "$released" ]; then
  before=$released
elif [ -n "$main" ] && [ "$main" != "$(git rev-parse HEAD)" ]; then
  before=$(git merge-base HEAD "$main")
else
  echo 'not compared: there is no release, and this is main'
  exit
fi
git clone --quiet --no-checkout "file://$repo" "$work/before"
git -C "$work/before" -c advice.detachedHead=false checkout --quiet "$(git rev-parse "$before^{commit}")"
# the compiler that the older code was written for
installed() { if cmp -s package-lock.json "$work/before/package-lock.json"; then ln -s "$repo/node_modules" "$work/before/node_modules"; else npm --prefix "$work/before" ci --silent; fi; }
check "dependencies of $before" installed
check "$before compiles" bash -c 'cd "$1" && npx jsii' bash "$work/before"
if [ -n "$released" ]; then
  check "$released breaks nobody without saying so" gate "$work/before" . "$(git log --format=%B "$released..HEAD")"
elif "${diff[@]}" "$work/before" . > "$work/report" 2>&1; then
  echo 'ok   nothing breaks those who use main'
else
  cat "$work/report"
  echo 'ok   reported, not refused: there is no release yet'
fi
