import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Annotations, App, Stack, Validations } from 'aws-cdk-lib';
import { WarningId } from '../../src/private/errors';
import { PullThroughCache } from '../../src/pull-through-cache';
import { UpstreamRegistry } from '../../src/upstream/upstream-registry';

const PAGE = readFileSync(join(__dirname, '../../docs/warnings.md'), 'utf8');
const ID = 'cdk-ecr-pull-through-cache:overlappingPrefixes';

/** What the app warns of after `acknowledge` had its way. */
function warningsOf(acknowledge: (cache: PullThroughCache) => void): unknown[] {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const { QUAY } = UpstreamRegistry;
  const caches = ['team', 'team/own'].map(repositoryPrefix => new PullThroughCache(stack, repositoryPrefix.replace('/', '-'), { upstream: QUAY, repositoryPrefix }));
  caches.forEach(acknowledge);
  const { messages } = app.synth().getStackByName('Stack');
  return messages.map(({ entry }) => entry.data).filter(text => String(text).includes('overlap'));
}

test('the page has each warning of the source once, and no other', () => {
  const listed = [...PAGE.matchAll(/^\| `(\w+)` \|/gm)].map(([, id]) => id);
  expect(listed.sort()).toEqual(Object.values(WarningId).sort());
});

test('a warning that nobody acknowledges is given', () => {
  expect(warningsOf(() => undefined)).not.toEqual([]);
});

test('Validations.acknowledge() takes the id as the page lists it', () => {
  expect(warningsOf(cache => Validations.of(cache).acknowledge({ id: ID, reason: 'tried' }))).toEqual([]);
});

test('Annotations.acknowledgeWarning() does nothing with that id', () => {
  expect(warningsOf(cache => Annotations.of(cache).acknowledgeWarning(ID))).toEqual(warningsOf(() => undefined));
});

test('Annotations.acknowledgeWarning() takes the id as it is printed', () => {
  const printed = /\[ack: ([^\]]+)\]/.exec(String(warningsOf(() => undefined)[0]))![1];

  expect(printed.toLowerCase()).toBe(`annotation::${ID}`.toLowerCase());
  expect(warningsOf(cache => Annotations.of(cache).acknowledgeWarning(printed))).toEqual([]);
});
