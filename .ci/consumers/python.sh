#!/usr/bin/env bash
# Makes the copied example in <project> a user's project with the wheel in <dist>.
# Usage: .ci/consumers/python.sh <project> <dist>
set -euo pipefail
cd "$1"
dist=$2

python3 -m venv .venv
.venv/bin/pip install --quiet --no-compile -r requirements.txt "$dist"/python/*.whl
.venv/bin/pip check
cmp "$dist"/js/*.tgz .venv/lib/python3*/site-packages/cdk_ecr_pull_through_cache/_jsii/*.tgz
