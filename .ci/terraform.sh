#!/usr/bin/env bash
# The Terraform module and its examples, judged by OpenTofu with the oldest and the newest schema of hashicorp/aws that can be had.
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

source=terraform/ecr-pullthrough-cache
bash test/external/terraform/build.sh "$work/tools"
tofu() { "$work/tools/tofu" "$@" -no-color; }
# OpenTofu writes beside the modules
cp -r "$source" "$work/module"

validate() { tofu "$1" -chdir="$2" get && tofu "$1" -chdir="$2" validate; }
declares() { grep "version *= *\">= $(node -p "require('$work/tools/oldest.json').version")\"" "$1"; }
readme() { node terraform/readme.mjs "$work/README.md" && diff -u "$source/README.md" "$work/README.md"; }
# the module with one thing changed in a file has to be refused, with these words
sees() {
  rm -rf "$work/changed"
  cp -r "$source" "$work/changed"
  change "$work/changed/$2" "$3"
  refuses "$1" tofu newest -chdir="$work/changed" validate
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
  tofu $schema -chdir="$work/module" test
done

check 'a misspelt argument is refused' sees 'argument named "upstream_registry_uri" is not expected' main.tf 's/^  upstream_registry_url      =/  upstream_registry_uri      =/'
check 'a missing argument is refused' sees 'The argument "applied_for" is required' repositories.tf '/^  applied_for /d'
check 'a wrong type is refused' sees 'Inappropriate value for attribute "alarm_actions"' monitoring.tf 's/^  alarm_actions       = .*/  alarm_actions = true/'
check 'an unknown attribute of a data source is refused' sees 'no argument, nested block, or exported attribute named "regoin"' main.tf 's/current.region$/current.regoin/'
check 'a misspelt block is refused' sees 'Blocks of type "encryption" are not expected' repositories.tf 's/encryption_configuration {/encryption {/'
