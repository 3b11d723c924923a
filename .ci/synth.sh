#!/usr/bin/env bash
# Runs the app in <project> by the command in its cdk.json, directly or by the CDK CLI, and leaves the assembly in <output>.
# Usage: .ci/synth.sh direct|cli <project> <output> [<account of Echo>]
set -euo pipefail
by=$1 project=$2 output=$3 account=${4:-}
repo=$(cd "$(dirname "$0")/.." && pwd)

rm -rf "$output"
cd "$project"
if [ -d .venv ]; then
  PATH=$PWD/.venv/bin:$PATH
fi

case $by in
  direct)
    export CDK_OUTDIR=$output
    if [ -n "$account" ]; then
      export CDK_CONTEXT_JSON="{\"echoAccount\":\"$account\"}"
    fi
    bash -c "$(node -p 'JSON.parse(require("fs").readFileSync("cdk.json", "utf8")).app')"
    ;;
  cli)
    export AWS_EC2_METADATA_DISABLED=true CDK_DISABLE_CLI_TELEMETRY=true CDK_DISABLE_VERSION_CHECK=1
    "$repo/node_modules/.bin/cdk" synth --ci --quiet --no-notices --output "$output" ${account:+-c echoAccount="$account"}
    ;;
  *)
    echo "got '$by', expected direct or cli" >&2
    exit 2
    ;;
esac
