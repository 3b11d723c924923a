#!/usr/bin/env bash
# The packages for npm, PyPI, Maven and Go, and the code of the NuGet package: what is in them, and what others say of what ships.
# They go to $CI_DIR/dist; whatever finds fault is shown to refuse something bad, too.
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
needs_compiled

dist=$out/dist
rm -rf "$dist"
pacmak=(npx jsii-pacmak -v --no-npmignore --rosetta-unknown-snippets fail --outdir "$dist")
# a step before this one may have compiled the examples
if [ ! .jsii.tabl.json -nt .jsii ]; then
  check 'every example compiles for its translation' npx jsii-rosetta extract --strict
fi
node .ci/maven-floor.mjs "$work/maven-floor.xml"
MAVEN_OPTS="$MAVEN_OPTS -Dmaven.version.rules=file://$work/maven-floor.xml" \
  check 'npm, PyPI, Maven and Go packages are made' "${pacmak[@]}" --target js python java go
check "the pom says where its developers push to" node projenrc/developer-connection.mjs "$dist"
check 'the code of the NuGet package is made' "${pacmak[@]}" --target dotnet --code-only

inspect() { check "$1" python3 .ci/inspect_packages.py "$2" "$dist"; }
inspect 'each package is there, once' complete
inspect 'the npm package holds what belongs there and nothing else' contents
inspect 'every package holds this very npm package' same-build
inspect 'every package asks for the oldest aws-cdk-lib and constructs that we support' floors
inspect 'nothing else is a dependency of users' dependencies
inspect 'what registries show beside the text is there' metadata
inspect "each language's documentation speaks its language" documentation

tar -xzf "$dist"/js/*.tgz -C "$work"
cp -R "$work/package" "$work/bad"
npm install --prefix "$work/tools" --no-save --silent publint@0.3.25
publint=("$work/tools/node_modules/.bin/publint" run --strict)
check 'publint finds nothing' "${publint[@]}" "$work/package"
change "$work/bad/package.json" 's|"types": "lib/index.d.ts"|"types": "lib/index.d.mts"|'
check 'publint refuses types that are not there' refuses index.d.mts "${publint[@]}" "$work/bad"

check 'licences: no dependency, the text, and bundles of our own code' node .ci/licences.mjs "$work/package"
bundle=$(find "$work/bad/assets" -name index.js -print -quit)
printf '// node_modules/left-pad/index.js\n' >> "$bundle"
check 'licences: refuses a bundle with the code of others' refuses 'got code of node_modules/left-pad' node .ci/licences.mjs "$work/bad"

mkdir "$work/audit"
(cd "$work/audit" && npm init --yes > /dev/null && npm install --package-lock-only --silent minimist@1.2.5)
export NPM_CONFIG_AUDIT=true
# npm asks nobody about a package without dependencies, so that only the bad case tells whether the registry answers
if ! npm --prefix "$work/audit" audit > "$work/audit.log" 2>&1 && grep -q 'audit endpoint returned an error' "$work/audit.log"; then
  echo 'not judged: this registry does not answer npm audit'
else
  check 'npm audit refuses a library with a known vulnerability' refuses minimist npm --prefix "$work/audit" audit
  check 'no vulnerability is known in what users install' npm audit --omit=dev
fi
