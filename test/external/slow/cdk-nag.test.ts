import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { EXAMPLE_APPS, exampleApp, findings, PACKS, REASONS, reasonsOf } from '../nag';

// an EKS cluster has many resources
jest.setTimeout(120_000);

const used = new Set<(typeof REASONS)[number]>();

// aws-cdk reports warnings there, which are judged elsewhere
beforeEach(() => {
  jest.spyOn(console, 'error').mockReturnValue();
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
});

test.each(EXAMPLE_APPS)('the five packs find nothing in the example %s without a written reason', name => {
  const outdir = mkdtempSync(join(tmpdir(), 'nag-'));
  try {
    const app = exampleApp(name, outdir);
    const found = PACKS.flatMap(pack => findings(pack, name, app));
    found.flatMap(reasonsOf).forEach(reason => used.add(reason));

    expect(found).not.toEqual([]);
    expect(found.filter(finding => reasonsOf(finding).length === 0)).toEqual([]);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
});

test('every rule with a reason is still found where the list says, so that no reason outlives its finding', () => {
  expect(REASONS.filter(reason => !used.has(reason))).toEqual([]);
});
