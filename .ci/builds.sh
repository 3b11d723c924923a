#!/usr/bin/env bash
# BuildKit as root builds from Dockerfiles through caches of the local engine. Everything listens on 127.0.0.1.
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
export PYTHONDONTWRITEBYTECODE=1 NO_COLOR=1 FORCE_COLOR=0

needs_package runc
needs_engine
jest_as_root test/external/slow/builds
