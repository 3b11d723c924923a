#!/usr/bin/env bash
# Makes the copied example in <project> a user's project with the Maven package in <dist>, by putting that where Maven
# would have downloaded it to. A build that is there already is removed first: its version is the same, and Maven would keep it.
# Usage: .ci/consumers/java.sh <project> <dist> <local Maven repository>
set -euo pipefail
cd "$1"
dist=$2 repository=$3

group=io/github/ecr-pull-through-cache
rm -rf "${repository:?}/$group"
mkdir -p "$repository/$(dirname $group)"
cp -R "$dist/java/$group" "$repository/$group"

version=$(basename "$dist/java/$group/cdk-ecr-pull-through-cache"/*/)
property=cdk-ecr-pull-through-cache.version
sed -i.bak "s|<$property>[^<]*<|<$property>$version<|" pom.xml && rm pom.xml.bak
mvn -B -q compile
