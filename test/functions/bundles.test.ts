import { readFileSync } from 'fs';
import { isBuiltin } from 'module';
import { join } from 'path';
import { emittedLines, emittedMetrics, emittedBy } from '../monitoring/emitted-metrics';

const BUNDLES = ['cache-statistics', 'cache-probe', 'cache-verification', 'repository-adoption', 'repository-removal'];

function bundle(name: string): string {
  return join(__dirname, `../../assets/functions/${name}.lambda/index.js`);
}

// the statistics read lifecycle policies besides counting
test.each(BUNDLES)('%s is below 25 kB, or 32 kB for the statistics', name => {
  expect(readFileSync(bundle(name)).length).toBeLessThan(name === 'cache-statistics' ? 32_000 : 25_000);
});

test.each(BUNDLES)('%s needs nothing but Node.js and the SDK of the runtime', name => {
  const required = [...readFileSync(bundle(name), 'utf8').matchAll(/require\("([^"]+)"\)/g)].map(([, module]) => module);

  expect(required.length).toBeGreaterThan(0);
  expect(required.filter(module => !module.startsWith('@aws-sdk/client-') && !isBuiltin(module))).toEqual([]);
});

test.each(BUNDLES)('%s exports the handler', name => {
  expect(typeof require(bundle(name)).handler).toBe('function');
});

test('the bundles put and write what the sources do', async () => {
  const bundled = await emittedBy(require(bundle('cache-statistics')).handler, require(bundle('cache-probe')).handler);
  const timeless = (lines: any[]) => lines.map(line => ({ ...line, milliseconds: undefined }));

  expect(bundled.metrics).toEqual(await emittedMetrics());
  expect(timeless(bundled.lines)).toEqual(timeless(await emittedLines()));
});
