#!/usr/bin/env bash
# Makes the packages for npm, PyPI, Maven and Go, and the code of the NuGet package, and checks what is in them.
# Wants a compiled library (`npx projen compile`), Maven, Go and Python. All output goes below $CI_DIR (default: a new
# temporary folder), the packages to $CI_DIR/dist; Maven's downloads go to $CI_CACHE_DIR.
set -euo pipefail
. "$(dirname "$0")/checks.sh"
cd "$repo"

if [ ! -f .jsii ]; then
  echo "got no .jsii, expected a compiled library: run npx projen compile" >&2
  exit 1
fi
echo "packages go to $out/dist"
rm -rf "$out/dist"
pacmak=(npx jsii-pacmak -v --no-npmignore --rosetta-unknown-snippets fail --outdir "$out/dist")

part 'examples in the documentation, translated'
check 'every example compiles' npx jsii-rosetta extract --strict

part 'packages'
node .ci/maven-floor.mjs "$out/maven-floor.xml"
MAVEN_OPTS="$MAVEN_OPTS -Dmaven.version.rules=file://$out/maven-floor.xml" \
  check 'npm, PyPI, Maven and Go packages are made' "${pacmak[@]}" --target js python java go
grep -h 'Packaged\.' "$out"/logs/package-*.log || true
check 'the code of the NuGet package is made' "${pacmak[@]}" --target dotnet --code-only

part 'what is in them'
inspect() { check "$1" python3 .ci/inspect_packages.py "$2" "$out/dist"; }
inspect 'each package is there, once' complete
inspect 'the npm package holds what belongs there and nothing else' contents
inspect 'every package holds this very npm package' same-build
inspect 'every package asks for the oldest aws-cdk-lib and constructs that we support' floors
inspect 'nothing else is a dependency of users' dependencies
inspect "each language's documentation speaks its language" documentation
check 'requiring the package loads one file of it' node -e '
  require("./lib");
  const loaded = Object.keys(require.cache).filter(path => path.startsWith(`${process.cwd()}/lib/`));
  if (loaded.length !== 1) { throw new Error(`got ${loaded.length} files of lib, expected index.js only: run npx projen compile`); }'
check 'a default cache loads four files of it' node -e '
  const { PullThroughCache, UpstreamRegistry } = require("./lib");
  const { App, Stack } = require("aws-cdk-lib");
  const app = new App();
  new PullThroughCache(new Stack(app, "Stack"), "Echo", { upstream: UpstreamRegistry.echo({ account: "123456789012" }) });
  app.synth();
  const loaded = Object.keys(require.cache).filter(path => path.startsWith(`${process.cwd()}/lib/`)).map(path => path.split("/lib/")[1]);
  const expected = ["common.js", "index.js", "pull-through-cache.js", "upstream/upstream-registry.js"];
  require("assert").deepEqual(loaded.sort(), expected);'
node -p '`npm package: ${(require("fs").statSync(process.argv[1]).size / 1024).toFixed(0)} kB`' "$out"/dist/js/*.tgz

finish
