#!/usr/bin/env bash
# A real kube-apiserver on Debian's etcd, and Kyverno, take the printed admission policies. Everything listens on 127.0.0.1.
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

needs_package etcd-server
npx jest --testPathIgnorePatterns=/node_modules/ --coverage=false --ci --maxWorkers=1 test/external/slow/clusters
