import { LifecycleForecast } from '../../src/functions/lifecycle-forecast';
import type { ImageFacts } from '../../src/functions/lifecycle-forecast';

const NOW = new Date('2026-03-02T12:00:00Z');
const INDEX = 'application/vnd.oci.image.index.v1+json';

function daysAgo(days: number): Date {
  return new Date(NOW.getTime() - days * 86_400_000);
}

/** An image that was pulled yesterday. */
function image(tags: string, age: number, more: Partial<ImageFacts> = {}): ImageFacts {
  const imageTags = tags === '' ? undefined : tags.split(' ');
  return { imageDigest: `${tags}-${age}`, imageTags, imagePushedAt: daysAgo(age), lastRecordedPullTime: daysAgo(1), ...more };
}

interface Selection {
  readonly tagStatus?: string;
  readonly tagPatternList?: string[];
  readonly tagPrefixList?: string[];
  readonly storageClass?: string;
  readonly days?: number;
  readonly newest?: number;
  readonly countType?: string;
}

function rule(rulePriority: number, { days, newest, countType, ...selection }: Selection, type = 'expire'): object {
  return {
    rulePriority,
    selection: { tagStatus: 'any', countType: countType ?? (days === undefined ? 'imageCountMoreThan' : 'sinceImagePushed'), countNumber: days ?? newest, ...selection },
    action: { type },
  };
}

function endangered(rules: object[], images: ImageFacts[]): string[] {
  return LifecycleForecast.of(JSON.stringify({ rules }))!.endangered(images, NOW).map(({ digest }) => digest!);
}

test('takes what is old enough within a week', () => {
  expect(endangered([rule(1, { days: 30 })], [image('a', 24), image('b', 23.5), image('c', 22), image('d', 40)])).toEqual(['a-24', 'b-23.5', 'd-40']);
});

test('takes what is too many when as many come as in the week before', () => {
  const images = [image('a', 1), image('b', 6), image('c', 10), image('d', 20), image('e', 30)];

  // two came, so of four that are kept the two newest of today are
  expect(endangered([rule(1, { newest: 4 })], images)).toEqual(['c-10', 'd-20', 'e-30']);
  expect(endangered([rule(1, { newest: 7 })], images)).toEqual([]);
});

test('says which rule takes an image, and what it does', () => {
  const [found] = LifecycleForecast.of(JSON.stringify({ rules: [rule(7, { days: 1 }, 'transition')] }))!.endangered([image('a b', 9)], NOW);

  expect(found).toEqual({ digest: 'a b-9', tags: ['a', 'b'], pulledAt: daysAgo(1), rule: 7, action: 'transition' });
});

test.each([
  ['nobody pulled lately', image('a', 40, { lastRecordedPullTime: daysAgo(31) })],
  ['nobody pulled at all', image('a', 40, { lastRecordedPullTime: undefined })],
  ['belongs to another image', image('a', 40, { subjectManifestDigest: 'sha256:1' })],
  ['has no time', image('a', 40, { imagePushedAt: undefined })],
])('leaves out what %s', (_, one) => {
  expect(endangered([rule(1, { days: 1 })], [one])).toEqual([]);
});

test('leaves out what an index brought, which goes when that does', () => {
  const images = [image('1', 40, { imageManifestMediaType: INDEX }), image('', 40), image('', 3), image('', 90)];

  expect(endangered([rule(1, { tagStatus: 'untagged', days: 1 })], images)).toEqual(['-90']);
});

test('takes an index that lost its tag', () => {
  expect(endangered([rule(1, { tagStatus: 'untagged', days: 30 })], [image('', 28, { imageManifestMediaType: INDEX })])).toEqual(['-28']);
});

test.each([
  [{ tagPatternList: ['v1.*'] }, ['v1.2-40', 'v1.3 stable-40']],
  [{ tagPatternList: ['v1.*', 'stable'] }, ['v1.3 stable-40']],
  [{ tagPatternList: ['*.*-rc*'] }, ['v2.0-rc1-40']],
  [{ tagPatternList: ['v1.2'] }, ['v1.2-40']],
  [{ tagPrefixList: ['v2'] }, ['v2.0-rc1-40']],
])('selects by tags: %j', (selection, expected) => {
  const images = [image('v1.2', 40), image('v1.3 stable', 40), image('v2.0-rc1', 40), image('', 40)];

  expect(endangered([rule(1, { tagStatus: 'tagged', days: 1, ...selection })], images)).toEqual(expected);
});

test('a pattern matches no tag that is shorter than its parts', () => {
  expect(endangered([rule(1, { tagStatus: 'tagged', tagPatternList: ['ab*ba'], days: 1 })], [image('aba', 40), image('abba', 40)])).toEqual(['abba-40']);
});

test('an image is a matter of the first rule that selects it, by priority', () => {
  const keeps = rule(1, { tagStatus: 'tagged', tagPatternList: ['stable'], newest: 9 });

  expect(endangered([rule(2, { days: 1 }), keeps], [image('stable', 40), image('other', 40)])).toEqual(['other-40']);
});

test.each([
  ['by the last pull', rule(1, { countType: 'sinceImagePulled', newest: 1 }, 'transition')],
  ['of the archive', rule(1, { days: 1, storageClass: 'archive' })],
])('a rule %s takes none that was pulled', (_, one) => {
  expect(endangered([one], [image('a', 400)])).toEqual([]);
});

test.each([undefined, '', 'no JSON', '{}', '{"rules": 3}'])('there is no forecast of %j', text => {
  expect(LifecycleForecast.of(text)).toBeUndefined();
});
