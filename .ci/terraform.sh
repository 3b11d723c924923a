#!/usr/bin/env bash
# The Terraform module and its examples, judged by OpenTofu with the oldest and the newest schema of hashicorp/aws that can be had.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/tally.sh"

bash test/oracles/terraform/build.sh "$work/tools"
tofu() { "$work/tools/tofu" "$@" -no-color; }
# OpenTofu writes beside the modules
cp -r terraform/ecr-pullthrough-cache "$work/module"

validate() { tofu "$1" -chdir="$2" get > /dev/null && tofu "$1" -chdir="$2" validate > "$work/validate.txt" || { cat "$work/validate.txt"; return 1; }; }
declares() { grep -q "version *= *\">= $(node -p "require('$work/tools/oldest.json').version")\"" "$1"; }
readme() { node terraform/readme.mjs "$work/README.md" && diff -u terraform/ecr-pullthrough-cache/README.md "$work/README.md"; }
# The module with one thing changed has to be refused, with these words.
refuses() {
  rm -rf "$work/changed" && cp -r terraform/ecr-pullthrough-cache "$work/changed"
  sed -i "$2" "$work"/changed/*.tf
  ! diff -rq terraform/ecr-pullthrough-cache "$work/changed" > /dev/null || return 1
  tofu newest -chdir="$work/changed" validate > "$work/validate.txt" 2>&1 && return 1
  tr -s ' \n│' ' ' < "$work/validate.txt" | grep -q "$1"
}

check 'formatted' tofu newest -chdir="$work/module" fmt -check -recursive
check 'the tables of the README are current (node terraform/readme.mjs)' readme
for versions in "$work"/module/versions.tf "$work"/module/examples/*/main.tf; do
  check "the oldest provider is the tested one: ${versions#"$work/module/"}" declares "$versions"
done
for schema in oldest newest; do
  check "module validates, $schema provider" validate $schema "$work/module"
  for example in "$work"/module/examples/*/; do
    check "example $(basename "$example") validates, $schema provider" validate $schema "$example"
  done
  tofu $schema -chdir="$work/module" test > "$work/test.txt" || cat "$work/test.txt"
  # "Success! 37 passed, 0 failed."
  read -r p f < <(sed -nE 's/^(Success|Failure)! ([0-9]+) passed, ([0-9]+) failed.*/\2 \3/p' "$work/test.txt")
  echo "tests of the module, $schema provider: $p of them passed and $f didn't"
  passed=$((passed + p))
  failed=$((failed + f))
done

check 'a misspelt argument is refused' refuses 'argument named "upstream_registry_uri" is not expected' 's/^  upstream_registry_url      =/  upstream_registry_uri      =/'
check 'a missing argument is refused' refuses 'The argument "applied_for" is required' '/^  applied_for /d'
check 'a wrong type is refused' refuses 'Inappropriate value for attribute "alarm_actions"' 's/^  alarm_actions       = .*/  alarm_actions = true/'
check 'an unknown attribute of a data source is refused' refuses 'no argument, nested block, or exported attribute named "regoin"' 's/current.region$/current.regoin/'
check 'a misspelt block is refused' refuses 'Blocks of type "encryption" are not expected' 's/encryption_configuration {/encryption {/'

finish
