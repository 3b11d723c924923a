import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PLACES } from '../../projenrc/floor';

const ROOT = join(__dirname, '../..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const manifest = JSON.parse(read('package.json'));
const floor = { cdk: manifest.devDependencies['aws-cdk-lib'], constructs: manifest.devDependencies.constructs };
const { packages } = JSON.parse(read('package-lock.json'));

test.each(PLACES.map(({ file, what, version }) => ({ file, name: what.source, what, version: version(floor) })))(
  '$file says the floor by $name', ({ file, what, version }) => {
    expect(read(file).match(what)?.[0]).toBe(version);
  });

test('users need the floor, and no later version', () => {
  expect(manifest.peerDependencies).toEqual({ 'aws-cdk-lib': `^${floor.cdk}`, 'constructs': `^${floor.constructs}` });
});

test('no other version of the floor is written down', () => {
  const written = ['README.md', 'CONTRIBUTING.md', 'docs/releasing.md', ...new Set(PLACES.map(({ file }) => file))];
  const versions = written.flatMap(file => [...read(file).matchAll(/aws-cdk-lib(?: |==|@)v?(\d+\.\d+)/g)].map(([, version]) => `${file}: ${version}`));
  expect(versions.filter(text => !text.endsWith(`: ${floor.cdk.split('.').slice(0, 2).join('.')}`))).toEqual([]);
});

test.each(['aws-cdk-lib', 'constructs', ...Object.keys(manifest.overrides)])('the lock file has %s once, in the version that is asked for', name => {
  const wanted = manifest.devDependencies[name] ?? manifest.overrides[name];
  const locked = Object.entries<{ version: string }>(packages).filter(([path]) => path.endsWith(`node_modules/${name}`));
  expect(locked.map(([path, { version }]) => [path, version])).toEqual([[`node_modules/${name}`, wanted]]);
});
