import { readFileSync } from 'fs';
import { join } from 'path';
import { App, Size, Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import { CacheCosts, CacheEventLog, CacheMonitoring, CacheStatistics, PullThroughCache, UpstreamRegistry, UpstreamSecret } from '../../src';
import { PRICES } from '../../src/costs/prices';
import { ECHO } from '../app';

const GUIDE = readFileSync(join(__dirname, '../../docs/cost.md'), 'utf8');
/** What an image for one platform takes beside those that share its layers: assumed. */
const MEBIBYTES = [50, 75];
/** Tags that the default lifecycle keeps. */
const TAGS = 10;

interface Stored {
  readonly registries: number;
  readonly images: number;
  readonly platforms: number;
}

function gigabytes({ registries, images, platforms }: Stored): number[] {
  return MEBIBYTES.map(one => registries * images * platforms * TAGS * one / 1024);
}

function range(amounts: number[]): string {
  return amounts.map(amount => Math.round(amount).toLocaleString('en-US')).join(' to ');
}

test('the guide has what storage costs, by platforms, tags and registries', () => {
  const rows: Stored[] = [
    { registries: 1, images: 20, platforms: 2 },
    { registries: 3, images: 200, platforms: 8 },
    { registries: 900, images: 20, platforms: 2 },
    { registries: 900, images: 20, platforms: 8 },
  ];

  expect(GUIDE).toContain([
    '| registries | images in each | platforms | GB | USD a month |',
    '|---:|---:|---:|---:|---:|',
    ...rows.map(row => `| ${row.registries} | ${row.images} | ${row.platforms} | ${range(gigabytes(row))} `
      + `| ${range(gigabytes(row).map(one => one * PRICES.storage.price))} |`),
  ].join('\n'));
});

/** What a registry costs by its template and its usage, with three caches, of which one has a credential, daily statistics and a key. */
function registryCosts(repositories: number): number {
  const stack = new Stack(new App({ analyticsReporting: false }), 'Registry');
  const encryptionKey = new kms.Key(stack, 'Key');
  const monitoring = CacheMonitoring.standard({ eventLog: new CacheEventLog(stack, 'EventLog') });
  const { credential } = new UpstreamSecret(stack, 'Login');
  const caches = [ECHO, UpstreamRegistry.dockerHub(credential), UpstreamRegistry.QUAY].map((upstream, at) => new PullThroughCache(stack, `Cache${at}`, {
    upstream, monitoring, repositoryTemplate: { encryptionKey },
  }));
  new CacheStatistics(stack, 'Statistics', { caches });
  CacheCosts.of(stack).set({ storage: Size.gibibytes(0), repositories: repositories / caches.length });
  return CacheCosts.of(stack).monthlyUsd;
}

test('the guide has what an organization pays in three sizes', () => {
  const sizes: [string, Stored][] = [
    ['a team', { registries: 1, images: 20, platforms: 2 }],
    ['three central registries', { registries: 3, images: 200, platforms: 8 }],
    ['300 accounts in three Regions', { registries: 900, images: 20, platforms: 2 }],
  ];

  expect(GUIDE).toContain([
    '| | registries | all but storage | storage | in all |',
    '|---|---:|---:|---:|---:|',
    ...sizes.map(([name, stored]) => {
      const fixed = stored.registries * registryCosts(stored.images);
      const storage = gigabytes(stored).map(one => one * PRICES.storage.price);
      return `| ${name} | ${stored.registries} | ${range([fixed])} | ${range(storage)} | ${range(storage.map(one => one + fixed))} |`;
    }),
  ].join('\n'));
});
