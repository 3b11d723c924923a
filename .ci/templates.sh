#!/usr/bin/env bash
# Every example app is synthesized once, for the judges of templates; the template that is published is what the construct renders.
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

published=cloudformation/ecr-pullthrough-cache/template.yaml
check 'cfn-lint is there' venv "$cfn_lint" cfn-lint==1.58.0
check 'checkov is there' venv "$checkov" checkov==3.3.30

export assemblies=$work/assemblies
synth() {
  local said
  said=$(node_modules/.bin/cdk synth --quiet --app "node_modules/.bin/tsx --tsconfig test/tsconfig.json examples/$1/app.ts" --output "$assemblies/$1" 2>&1) \
    || { echo "FAIL $1 synthesizes: $said"; return 1; }
  echo "ok   $1 synthesizes"
}
export -f synth
find examples -name app.ts -not -path '*/node_modules/*' -printf '%P\n' | sort | xargs -P 2 -I{} bash -c 'synth "$(dirname {})"'
mkdir "$assemblies/published"
cp "$published" "$assemblies/published"

lint() { "$cfn_lint/bin/cfn-lint" --regions us-east-1 "$@"; }
mapfile -t templates < <(find "$assemblies" -name '*.template.json' -not -path '*/asset.*' | sort)
# W3005 (a dependency said twice) comes from aws-cdk's own EKS and Lambda constructs
check "cfn-lint finds nothing in ${#templates[@]} templates of examples" lint --ignore-checks W3005 -- "${templates[@]}"
cp "$assemblies/echo/typescript/EchoCache.template.json" "$work/bad.template.json"
change "$work/bad.template.json" 's/"echo"/"Echo"/'
check 'cfn-lint refuses a prefix that ECR refuses' refuses "'Echo' does not match" lint -- "$work/bad.template.json"

lint_published() { lint --include-checks I --regions eu-central-1 ap-southeast-2 -- "$1"; }
current() { npx tsx --tsconfig test/tsconfig.json cloudformation/synth.ts "$work/template.yaml" && diff -u "$published" "$work/template.yaml"; }
sees() {
  cp "$published" "$work/changed.yaml"
  change "$work/changed.yaml" "$2"
  refuses "$1" lint_published "$work/changed.yaml"
}
check 'the published template is what the construct renders (npm run templates)' current
check "the published template fits into a request of CloudFormation ($(wc -c < "$published") of 51200 bytes)" test "$(wc -c < "$published")" -lt 51200
check 'cfn-lint finds nothing in the published template' lint_published "$published"
check 'cfn-lint sees a misspelt property' sees E3002 's/UpstreamRegistryUrl:/UpstreamRegistryURL:/'
check 'cfn-lint sees a registry that ECR does not know' sees E3030 's/UpstreamRegistry: ecr$/UpstreamRegistry: echo/'
check 'cfn-lint sees a reference to nothing' sees E1010 's/!GetAtt ECRAccessRole.Arn/!GetAtt AccessRole.Arn/'
check 'cfn-lint sees a default that its pattern refuses' sees E2015 's/Default: echo$/Default: Echo/'

# it ends with 0 whatever it finds: what has a reason is told from the rest by the report
run_checkov() {
  "$checkov/bin/checkov" --directory "$1" --framework cloudformation --compact --quiet --soft-fail --skip-download --output json > "$2"
}
check 'checkov judges all templates' run_checkov "$assemblies" "$work/checkov.json"
check 'every finding of checkov has a written reason, and every reason a finding' node .ci/acknowledged.mjs "$work/checkov.json" --all-used
mkdir "$work/bad"
cat > "$work/bad/bad.template.json" <<'JSON'
{ "Resources": { "Role": { "Type": "AWS::IAM::Role", "Properties": { "AssumeRolePolicyDocument": {
  "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": "sts:AssumeRole" }] } } } } }
JSON
check 'checkov judges a bad template' run_checkov "$work/bad" "$work/bad.json"
check 'checkov refuses a role that everyone may assume' refuses CKV_AWS_60 node .ci/acknowledged.mjs "$work/bad.json"
