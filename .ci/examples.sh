#!/usr/bin/env bash
# Every example app synthesizes, and cfn-lint finds nothing in what it gives.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tally.sh"

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet cfn-lint==1.58.0
# W3005 (a dependency said twice) comes from aws-cdk's own EKS and Lambda constructs
lint() { "$work/venv/bin/cfn-lint" --regions us-east-1 --ignore-checks W3005 -- "$@"; }

synth() { npx cdk synth --quiet --app "npx tsx --tsconfig test/tsconfig.json $1" --output "$2"; }

while IFS= read -r app; do
  name=$(dirname "${app#examples/}")
  check "synth $name" synth "$app" "$work/$name"
  mapfile -t templates < <(find "$work/$name" -name '*.template.json' -not -path '*/asset.*' | sort)
  check "cfn-lint $name (${#templates[@]} templates)" lint "${templates[@]}"
done < <(find examples -name app.ts -not -path '*/node_modules/*' | sort)

sed 's/"echo"/"Echo"/' "$work/echo/typescript/EchoCache.template.json" > "$work/bad.template.json"
check 'cfn-lint refuses a prefix that ECR refuses' bash -c "! '$work/venv/bin/cfn-lint' --regions us-east-1 -- '$work/bad.template.json' > /dev/null"

finish
