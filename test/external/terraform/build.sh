#!/usr/bin/env bash
# Builds OpenTofu and a provider with the schema of hashicorp/aws, at the oldest version that the module takes and at the newest that
# the CDK bindings on npm tell: `build.sh DIRECTORY`. Then `DIRECTORY/tofu oldest|newest ARGUMENTS...` runs OpenTofu with it.
# Three minutes without a Go build cache, ten seconds with one.
set -euo pipefail
if ! command -v go > /dev/null; then
  echo "got no program 'go', expected Go from https://go.dev/dl: OpenTofu and the provider are built with it" >&2
  exit 1
fi
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
to=$(mkdir -p "$1" && cd "$1" && pwd)
module=$here/../../../terraform/ecr-pullthrough-cache
export GOTOOLCHAIN=local GOFLAGS=-buildvcs=false

(cd "$here" && go build -trimpath -ldflags '-s -w -X github.com/opentofu/opentofu/version.dev=no' -o "$to/opentofu" github.com/opentofu/opentofu/cmd/tofu)
(cd "$here" && go build -trimpath -ldflags '-s -w' -o "$to/terraform-provider-aws" ./provider)

mapfile -t types < <(sed -nE 's/^(resource|data) +"(aws_[a-z0-9_]+)".*/\1.\2/p; ' "$module"/*.tf "$module"/examples/*/*.tf | sed 's/^resource\.//' | sort -u)
schema() {
  (cd "$to" && npm pack --silent --ignore-scripts "@cdktn/provider-aws@$2" > /dev/null)
  mkdir "$to/$1"
  tar -xzf "$to/cdktn-provider-aws-$2.tgz" -C "$to/$1" package/.jsii
  node "$here/schema.mjs" "$to/$1/package" "${types[@]}" > "$to/$1.json"
  rm -r "$to/$1" "$to/cdktn-provider-aws-$2.tgz"
}
schema oldest 23.7.0
schema newest 25.7.0

cat > "$to/tofu.rc" <<RC
provider_installation {
  dev_overrides { "hashicorp/aws" = "$to" }
  direct {}
}
RC
cat > "$to/tofu" <<TOFU
#!/usr/bin/env bash
schema=\$1
shift
export TF_CLI_CONFIG_FILE=$to/tofu.rc PROVIDER_SCHEMA=$to/\$schema.json TF_IN_AUTOMATION=1 CHECKPOINT_DISABLE=1
export AWS_REGION=eu-central-1 AWS_EC2_METADATA_DISABLED=true
exec "$to/opentofu" "\$@"
TOFU
chmod +x "$to/tofu"
