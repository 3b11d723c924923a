#!/usr/bin/env bash
# Passes if a program fails, and says why in words that hold <text>.
# Usage: .ci/fails.sh <text> <program> [<argument>...]
set -euo pipefail
text=$1
shift

if output=$("$@" 2>&1); then
  echo "$output"
  echo "got success, expected a failure with: $text"
  exit 1
fi
echo "$output"
if ! grep -qF -- "$text" <<< "$output"; then
  echo "got the failure above, expected one with: $text"
  exit 1
fi
