import { readFileSync } from 'fs';
import { join } from 'path';

const BUNDLES = ['cache-verification', 'repository-adoption', 'repository-removal'];

function bundle(name: string): string {
  return join(__dirname, `../../assets/operations/${name}.lambda/index.js`);
}

test.each(BUNDLES)('%s is below 25 kB', name => {
  expect(readFileSync(bundle(name)).length).toBeLessThan(25_000);
});

test.each(BUNDLES)('%s needs nothing but Node.js and the SDK of the runtime', name => {
  const required = [...readFileSync(bundle(name), 'utf8').matchAll(/require\("([^"]+)"\)/g)].map(([, module]) => module);

  expect(required.length).toBeGreaterThan(0);
  expect(required.filter(module => !module.startsWith('@aws-sdk/client-'))).toEqual([]);
});

test.each(BUNDLES)('%s exports the handler', name => {
  expect(typeof require(bundle(name)).handler).toBe('function');
});
