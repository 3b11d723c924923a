#!/usr/bin/env bash
# Nothing that ran left anything behind or changed a file of the repository.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
git status --porcelain
test -z "$(git status --porcelain)"
