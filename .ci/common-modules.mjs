// Puts the modules that many apps load into few files, to which their own files lead: finding and reading dozens of small files is
// half of what the library costs a small app beside the same template by hand. A package is looked for once instead of in each file.
// Usage, after lazy-imports.mjs: node .ci/common-modules.mjs <folder>
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, posix, relative, resolve } from 'node:path';
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const require = createRequire(import.meta.url);

/**
 * The text of the common files and of those that lead to them, by name, for the names of what each common file holds. Names are
 * relative to the folder, with slashes. A module that asks for its own path stays where it is.
 */
export async function commonModules(folder, held) {
  const moved = Object.entries(held).map(([common, names]) => [common, names.filter(name => !asksForItsPath(folder, name))]);
  const commonOf = new Map(moved.flatMap(([common, names]) => names.map(name => [name, common])));
  const bundles = await Promise.all(moved.map(async ([common, names]) => [common, await bundle(folder, common, names, commonOf)]));
  return new Map([...bundles, ...[...commonOf].map(([name, common]) => [name, leadTo(common, name, posix.dirname(name))])]);
}

function asksForItsPath(folder, name) {
  return /\b__(dir|file)name\b/.test(readFileSync(join(folder, name), 'utf8'));
}

async function bundle(folder, common, names, commonOf) {
  const { outputFiles: [{ text }] } = await build({
    stdin: { contents: names.map(name => `exports[${quoted(name)}] = () => require(${quoted(`./${name}`)});`).join('\n'), resolveDir: folder },
    plugins: [onlyThose(folder, common, commonOf)],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
  });
  return text;
}

/** Bundles the modules of one common file. What others are stays where it is, and each is required at one place. */
function onlyThose(folder, common, commonOf) {
  return {
    name: 'only-those',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /.*/ }, ({ path, resolveDir, namespace }) => {
        if (namespace === 'outside') { return { path, external: true }; }
        if (!path.startsWith('.')) { return { path, namespace: 'outside' }; }
        const file = require.resolve(resolve(resolveDir, path));
        const name = slashed(relative(folder, file));
        return commonOf.get(name) === common ? { path: file } : { path: `./${name}`, namespace: 'outside' };
      });
      onLoad({ filter: /.*/, namespace: 'outside' }, ({ path }) => {
        const name = posix.normalize(path);
        return { contents: commonOf.has(name) ? leadTo(commonOf.get(name), name, '.') : `module.exports = require(${quoted(path)});` };
      });
    },
  };
}

function leadTo(common, name, from) {
  const path = posix.relative(from, common);
  return `"use strict";\nmodule.exports = require(${quoted(path.startsWith('.') ? path : `./${path}`)})[${quoted(name)}]();\n`;
}

/** The modules of the folder that an app loads for a default cache, and those for one with everything on besides. */
function modulesOfApps(folder) {
  const { App, Stack } = require('aws-cdk-lib');
  const { Template } = require('aws-cdk-lib/assertions');
  const library = require(resolve(folder));
  const upstream = library.UpstreamRegistry.echo({ account: '123456789012' });
  const loadedBy = (monitoringIn, watch) => {
    const stack = new Stack(new App({ analyticsReporting: false }), 'Stack');
    watch(stack, new library.PullThroughCache(stack, 'Echo', { upstream, monitoring: monitoringIn(stack) }));
    Template.fromStack(stack);
    // tools read the names of the exports in the index
    return Object.keys(require.cache).map(path => slashed(relative(resolve(folder), path)))
      .filter(name => !name.startsWith('..') && name !== 'index.js').sort();
  };
  const common = loadedBy(() => undefined, () => undefined);
  const watched = loadedBy(
    stack => library.CacheMonitoring.standard({ eventLog: new library.CacheEventLog(stack, 'EventLog') }), (stack, cache) => watch(library, stack, cache));
  return { 'common.js': common, 'watched.js': watched.filter(name => !common.includes(name)) };
}

function watch({ CacheAlarm, CacheAlerting, CacheProbe, CacheStatistics }, stack, cache) {
  new CacheStatistics(stack, 'Statistics', { caches: [cache] });
  new CacheProbe(stack, 'Probe', { images: [cache.image('nginx:1.27')] });
  new CacheAlerting(stack, 'Alerting', {
    caches: [cache],
    alarms: [CacheAlarm.hitRateBelow(0.8), CacheAlarm.probeFailing(), CacheAlarm.pullsDenied()],
    pageActions: [],
  });
}

function slashed(path) {
  return path.replaceAll('\\', '/');
}

function quoted(text) {
  return JSON.stringify(text);
}

if (import.meta.url === pathToFileURL(argv[1]).href) {
  const folder = resolve(argv[2]);
  const held = modulesOfApps(folder);
  if (Object.keys(held).some(common => Object.values(held).flat().includes(common))) {
    throw new Error('got modules that are in a common file already, expected compiled ones: run npx projen compile');
  }
  const texts = await commonModules(folder, held);
  texts.forEach((text, name) => writeFileSync(join(folder, name), text));
  const commons = Object.keys(held);
  console.log(`${commons.join(' and ')} hold ${texts.size - commons.length} modules`);
}
