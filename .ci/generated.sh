#!/usr/bin/env bash
# What projen and the documentation generator write is what is committed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# without CI projen may touch the lock file, which would hide that it is stale
CI=true npx projen
git diff --exit-code --stat
