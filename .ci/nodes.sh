#!/usr/bin/env bash
# Nodes that pull unchanged names: Debian's containerd and that of EKS, as root, and kubelet's own lookup. Everything listens on 127.0.0.1.
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
export PYTHONDONTWRITEBYTECODE=1 NO_COLOR=1 FORCE_COLOR=0

needs_package containerd
needs_engine
jest_as_root test/external/slow/node-mirrors
