#!/usr/bin/env bash
# Makes the copied example in <project> a user's project with the wheel in <dist>, in an environment that has the CDK already. The
# version of the wheel is always the same: pip would keep an earlier one if it weren't forced.
# Usage: .ci/consumers/python.sh <project> <dist> <environment>
set -euo pipefail
cd "$1"
dist=$2

ln -s "$3" .venv
# the package has the version 0.0.0 until it is released, whatever the example asks for
grep -v '^cdk-ecr-pull-through-cache' requirements.txt > others.txt
.venv/bin/pip install --quiet -r others.txt "$dist"/python/*.whl
.venv/bin/pip install --quiet --force-reinstall --no-deps "$dist"/python/*.whl
.venv/bin/pip check
cmp "$dist"/js/*.tgz .venv/lib/python3*/site-packages/cdk_ecr_pull_through_cache/_jsii/*.tgz
