#!/usr/bin/env bash
# Tries the newest ministack instead of the pinned one, whose private names the local engine replaces. It may fail: it tells early
# what a later pin will take, and isn't counted.
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet ministack
newest=$("$work/venv/bin/python" -c 'from importlib.metadata import version; print(version("ministack"))')
pinned=$(sed -n 's/^ministack==\([0-9.]*\).*/\1/p' local/requirements.in)
if [ "$newest" = "$pinned" ]; then
  echo "$pinned is the newest ministack"
  exit
fi
echo "ministack $newest instead of $pinned"
export ENGINE_PYTHON=$work/venv/bin/python ENGINE_ARGS=--any-ministack
npx jest --testPathIgnorePatterns=/node_modules/ --coverage=false --ci -i test/local
