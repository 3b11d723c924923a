// Puts the modules that a default cache loads into one file, and their names lead to it: finding and reading two dozen small files
// is half of what the library costs a small app beside the same template by hand. A peer is looked for once instead of in each file.
// Usage, after lazy-imports.mjs: node .ci/common-modules.mjs <folder>
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, posix, relative, resolve } from 'node:path';
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const COMMON = 'common.js';
const require = createRequire(import.meta.url);

/** The text of the common file and of those that lead to it, by name. The names are relative to the folder, with slashes. */
export async function commonModules(folder, names) {
  refuseOwnPaths(folder, names);
  const { outputFiles: [{ text }] } = await build({
    stdin: { contents: names.map(name => `exports[${quoted(name)}] = () => require(${quoted(`./${name}`)});`).join('\n'), resolveDir: folder },
    plugins: [onlyThese(folder, names)],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
  });
  return new Map([[COMMON, text], ...names.map(name => [name, leadToCommon(name)])]);
}

function refuseOwnPaths(folder, names) {
  const asking = names.filter(name => /\b__(dir|file)name\b/.test(readFileSync(join(folder, name), 'utf8')));
  if (asking.length > 0) {
    throw new Error(`got modules that ask for their own path: ${asking.join(', ')}, expected none among those that move to ${COMMON}: `
      + 'take the path in a module that a default cache does not load');
  }
}

/** Bundles the named modules only; the others stay where they are, and so do packages, each required at one place. */
function onlyThese(folder, names) {
  const common = new Set(names.map(name => resolve(folder, name)));
  return {
    name: 'only-these',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /.*/ }, ({ path, resolveDir, namespace }) => {
        if (!path.startsWith('.')) {
          return namespace === 'package' ? { path, external: true } : { path, namespace: 'package' };
        }
        const file = require.resolve(resolve(resolveDir, path));
        return common.has(file) ? { path: file } : { path: `./${slashed(relative(folder, file))}`, external: true };
      });
      onLoad({ filter: /.*/, namespace: 'package' }, ({ path }) => ({ contents: `module.exports = require(${quoted(path)});` }));
    },
  };
}

function leadToCommon(name) {
  const path = posix.relative(posix.dirname(name), COMMON);
  return `"use strict";\nmodule.exports = require(${quoted(path.startsWith('.') ? path : `./${path}`)})[${quoted(name)}]();\n`;
}

/** The modules of the folder that an app with a default cache loads, but for the index, of which tools read the exports. */
function modulesOfDefaultCache(folder) {
  const { PullThroughCache, UpstreamRegistry } = require(resolve(folder));
  const { App, Stack } = require('aws-cdk-lib');
  const { Template } = require('aws-cdk-lib/assertions');
  const stack = new Stack(new App({ analyticsReporting: false }), 'Stack');
  new PullThroughCache(stack, 'Echo', { upstream: UpstreamRegistry.echo({ account: '123456789012' }) });
  Template.fromStack(stack);
  return Object.keys(require.cache).map(path => slashed(relative(resolve(folder), path)))
    .filter(name => !name.startsWith('..') && name !== 'index.js').sort();
}

function slashed(path) {
  return path.replaceAll('\\', '/');
}

function quoted(text) {
  return JSON.stringify(text);
}

if (import.meta.url === pathToFileURL(argv[1]).href) {
  const folder = resolve(argv[2]);
  const names = modulesOfDefaultCache(folder);
  if (names.includes(COMMON)) {
    throw new Error(`got modules that are in ${COMMON} already, expected compiled ones: run npx projen compile`);
  }
  for (const [name, text] of await commonModules(folder, names)) {
    writeFileSync(join(folder, name), text);
  }
  console.log(`${names.length} modules that a default cache loads are in ${COMMON}`);
}
