#!/usr/bin/env bash
# Makes the copied example in <project> a user's project with the npm package in <dist>, and type-checks it.
# Usage: .ci/consumers/typescript.sh <project> <dist> <aws-cdk-lib version> <constructs version>
set -euo pipefail
cd "$1"
dist=$2 cdk=$3 constructs=$4

cat > package.json <<'END'
{ "name": "echo-cache", "private": true }
END
cat > cdk.json <<'END'
{ "app": "npx tsx app.ts", "versionReporting": false }
END
npm install --no-package-lock --loglevel error "aws-cdk-lib@$cdk" "constructs@$constructs" "$dist"/js/*.tgz \
  'tsx@^4' 'typescript@~6.0.0' '@types/node@^20'
npx tsc --noEmit --strict --target es2022 --module node16 --types node --skipLibCheck app.ts

mkdir expected
tar -xzf "$dist"/js/*.tgz -C expected
diff -r expected/package node_modules/cdk-ecr-pull-through-cache
