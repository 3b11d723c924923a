#!/usr/bin/env bash
# Makes the copied example in <project> a user's project with the npm package in <dist>, and type-checks it.
# Usage: .ci/consumers/typescript.sh <project> <dist> <aws-cdk-lib version> <constructs version>
set -euo pipefail
cd "$1"
dist=$2 cdk=$3 constructs=$4

npm install --no-package-lock --loglevel error "aws-cdk-lib@$cdk" "constructs@$constructs" "$dist"/js/*.tgz
npm run check

mkdir expected
tar -xzf "$dist"/js/*.tgz -C expected
diff -r expected/package node_modules/cdk-ecr-pull-through-cache
