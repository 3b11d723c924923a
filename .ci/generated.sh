#!/usr/bin/env bash
# Every example in the documentation compiles; what projen and the documentation generator write is what is committed.
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

check 'API.md is generated, examples in the documentation compile' npx projen post-compile
# without CI projen may touch the lock file, which would hide that it is stale
CI=true check 'projen generates its files' npx projen
check 'generated files are committed' git diff --exit-code --stat
