#!/usr/bin/env bash
# Makes the copied example in <project> a user's project with the Go module in <dist>.
# Usage: .ci/consumers/go.sh <project> <dist>
set -euo pipefail
cd "$1"
dist=$2

module=github.com/ecr-pull-through-cache/cdk-ecr-pull-through-cache-go/cdkecrpullthroughcache
go mod edit -replace "$module=$dist/go/cdkecrpullthroughcache"
go mod tidy
test "$(go list -m -f '{{.Dir}}' "$module")" = "$dist/go/cdkecrpullthroughcache"
go build -o echo-cache .
go vet .
