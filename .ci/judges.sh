#!/usr/bin/env bash
# Judges that others wrote: checkov on every example and the published template, publint and a licence check on what ships,
# npm audit on what users install, jsii-diff against the last release. Each is shown to refuse something bad, too.
# cdk-nag is asked by the unit tests (test/judges), EventBridge's matcher by `npm run oracles`, cfn-lint by .ci/examples.sh,
# and the CDK's own validation by .ci/newest.sh.
# Wants a compiled library (`npx projen compile`) and Python. All output goes below $CI_DIR (default: a temporary folder).
set -euo pipefail
. "$(dirname "$0")/checks.sh"
cd "$repo"

if [ ! -f .jsii ]; then
  echo "got no .jsii, expected a compiled library: run npx projen compile" >&2
  exit 1
fi
judged=$out/judged
rm -rf "$judged"
mkdir -p "$judged/templates" "$judged/bad"

fails() { check "$1" .ci/fails.sh "${@:2}"; }

part 'checkov'
tools=$cache/checkov-3.3.30
if [ ! -x "$tools/bin/checkov" ]; then
  python3 -m venv "$tools"
  "$tools/bin/pip" install --quiet checkov==3.3.30
fi
# it ends with 0 whatever it finds: what has a reason is told from the rest by the report
checkov() {
  "$tools/bin/checkov" --directory "$1" --framework cloudformation --compact --quiet --soft-fail --skip-download \
    --output json > "$2" 2> "$2.log" || { cat "$2.log"; return 1; }
}

while IFS= read -r app; do
  name=$(dirname "${app#examples/}")
  check "synth $name" npx cdk synth --quiet --app "npx tsx --tsconfig test/tsconfig.json $app" --output "$judged/templates/$name"
done < <(find examples -name app.ts -not -path '*/node_modules/*' | sort)
mkdir "$judged/templates/published"
cp cloudformation/ecr-pullthrough-cache/template.yaml "$judged/templates/published"
checkov "$judged/templates" "$judged/checkov.json"
check 'every finding of checkov has a written reason, and every reason a finding' node .ci/acknowledged.mjs "$judged/checkov.json" --all-used

mkdir "$judged/bad/template"
cat > "$judged/bad/template/bad.template.json" <<'JSON'
{
  "Resources": {
    "Role": {
      "Type": "AWS::IAM::Role",
      "Properties": {
        "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": "sts:AssumeRole" }] }
      }
    }
  }
}
JSON
checkov "$judged/bad/template" "$judged/bad/checkov.json"
fails 'checkov refuses a role that everyone may assume' CKV_AWS_60 node .ci/acknowledged.mjs "$judged/bad/checkov.json"

part 'what ships'
npm pack --silent --ignore-scripts --pack-destination "$judged" > /dev/null
tar -xzf "$judged"/*.tgz -C "$judged"
npm install --prefix "$judged/tools" --no-save --silent publint@0.3.25
publint=("$judged/tools/node_modules/.bin/publint" run --strict)
check 'publint finds nothing' "${publint[@]}" "$judged/package"
cp -R "$judged/package" "$judged/bad/package"
sed -i.bak 's|"types": "lib/index.d.ts"|"types": "lib/index.d.mts"|' "$judged/bad/package/package.json"
fails 'publint refuses types that are not there' index.d.mts "${publint[@]}" "$judged/bad/package"

check 'licences: no dependency, the text, and bundles of our own code' node .ci/licences.mjs "$judged/package"
bundle=$(find "$judged/bad/package/assets" -name index.js | head -n 1)
printf '// node_modules/left-pad/index.js\n' >> "$bundle"
fails 'licences: refuses a bundle with the code of others' 'got code of node_modules/left-pad' node .ci/licences.mjs "$judged/bad/package"

part 'npm audit'
mkdir "$judged/bad/audit"
(cd "$judged/bad/audit" && npm init --yes > /dev/null && npm install --package-lock-only --silent minimist@1.2.5)
export NPM_CONFIG_AUDIT=true
# npm asks nobody about a package without dependencies, so that only the bad case tells whether the registry answers
if ! npm --prefix "$judged/bad/audit" audit > "$judged/audit.log" 2>&1 && grep -q 'audit endpoint returned an error' "$judged/audit.log"; then
  echo 'not judged: this registry does not answer npm audit'
else
  fails 'npm audit refuses a library with a known vulnerability' minimist npm --prefix "$judged/bad/audit" audit
  check 'no vulnerability is known in what users install' npm audit --omit=dev
fi

part 'jsii-diff'
node .ci/without-method.mjs . "$judged/same"
node .ci/without-method.mjs . "$judged/less" PullThroughCache onPullFailed
for copy in same less; do
  ln -s "$repo/node_modules" "$judged/$copy/node_modules"
done
diff=(npx jsii-diff --keys --error-on all)
check 'the library is compatible with itself' "${diff[@]}" . "$judged/same"
fails 'a method that is gone is refused' onPullFailed "${diff[@]}" . "$judged/less"
if released=$(git describe --tags --abbrev=0 --match 'v*' 2> /dev/null); then
  git -c advice.detachedHead=false clone --quiet --branch "$released" --depth 1 "file://$repo" "$judged/released"
  ln -s "$repo/node_modules" "$judged/released/node_modules"
  check "$released compiles" bash -c 'cd "$1" && npx projen bundle && npx jsii' bash "$judged/released"
  check "compatible with $released" "${diff[@]}" "$judged/released" .
else
  echo 'not compared with a release: there is no tag yet'
fi

finish
if [ -z "$given" ]; then
  rm -rf "$out"
fi
