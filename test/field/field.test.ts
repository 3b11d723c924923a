import { mkdtempSync, readdirSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import * as cdk from 'aws-cdk-lib';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { APPS } from './apps';
import { worldOf } from './assembly';
import { problemsOf } from './rules';
import { appWith, FLAGS, SETTINGS } from './settings';

const EXAMPLES = join(__dirname, '../../examples');

// aws-cdk reports warnings there, which the rules read from the assembly
beforeEach(() => {
  jest.spyOn(console, 'error').mockReturnValue();
});

describe.each(SETTINGS)('$name', ({ env, flags }) => {
  test.each(Object.entries(APPS))('%s breaks no rule', async (_, make) => {
    const app = appWith(flags);
    make(app, env);

    expect(await problemsOf(worldOf(app.synth()))).toEqual([]);
  });
});

/** Synthesizes an example, whose app nothing exports, by the class that it makes one of. */
function synthesized(name: string, flags: Record<string, unknown>, outdir: string): CloudAssembly {
  const made: cdk.App[] = [];
  let assembly: CloudAssembly | undefined;
  class Watched extends cdk.App {
    constructor(props: cdk.AppProps = {}) {
      super({ ...props, outdir, context: { ...flags, ...props.context }, analyticsReporting: false });
      made.push(this);
    }
  }
  jest.isolateModules(() => {
    jest.doMock('aws-cdk-lib', () => new Proxy(cdk, { get: (module, key) => key === 'App' ? Watched : module[key as keyof typeof module] }));
    const written = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    require(join(EXAMPLES, name, 'app'));
    assembly = made[0].synth();
    written.mockRestore();
  });
  jest.dontMock('aws-cdk-lib');
  return assembly!;
}

const examples = readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' }).filter(path => /(^|\/)app\.ts$/.test(path) && !path.includes('node_modules'))
  .map(path => path.replace(/\/app\.ts$/, '')).sort();

describe.each(Object.keys(FLAGS))('%s', flags => {
  test.each(examples)('the example %s breaks no rule', async name => {
    const outdir = mkdtempSync(join(tmpdir(), 'field-'));
    try {
      expect(await problemsOf(worldOf(synthesized(name, FLAGS[flags], outdir)))).toEqual([]);
    } finally {
      rmSync(outdir, { recursive: true, force: true });
    }
  });
});

test('all examples are looked at', () => {
  expect(examples.length).toBeGreaterThan(15);
});
