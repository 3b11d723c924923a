#!/usr/bin/env bash
# The published template is what the construct renders, small enough for CloudFormation, and cfn-lint finds nothing in it.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tally.sh"

template=cloudformation/ecr-pullthrough-cache/template.yaml

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet cfn-lint==1.58.0

current() {
  npx tsx --tsconfig test/tsconfig.json cloudformation/synth.ts "$work/template.yaml" && diff -u "$template" "$work/template.yaml"
}
lint() { "$work/venv/bin/cfn-lint" --include-checks I --regions us-east-1 eu-central-1 ap-southeast-2 -- "$1"; }
# What cfn-lint has to say of the template with one thing changed has to name the rule that sees it.
refuses() {
  sed "$2" "$template" > "$work/changed.yaml"
  ! cmp -s "$template" "$work/changed.yaml" && { lint "$work/changed.yaml" > "$work/lint.txt" && return 1 || grep -q "^$1 " "$work/lint.txt"; }
}

check 'the committed template is what the construct renders (npm run templates)' current
check "the template fits into a request of CloudFormation ($(wc -c < "$template") of 51200 bytes)" test "$(wc -c < "$template")" -lt 51200
check 'cfn-lint finds nothing' lint "$template"
check 'cfn-lint sees a misspelt property' refuses E3002 's/UpstreamRegistryUrl:/UpstreamRegistryURL:/'
check 'cfn-lint sees a registry that ECR does not know' refuses E3030 's/UpstreamRegistry: ecr$/UpstreamRegistry: echo/'
check 'cfn-lint sees a reference to nothing' refuses E1010 's/!GetAtt ECRAccessRole.Arn/!GetAtt AccessRole.Arn/'
check 'cfn-lint sees a default that its pattern refuses' refuses E2015 's/Default: echo$/Default: Echo/'

finish
