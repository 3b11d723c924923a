import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { goProgram } from './go-program';
import { ImageReference } from '../../src/upstream/image-reference';
import { anyText } from '../upstream/image-reference.arbitraries';
import { FULL_FORMS, PARTS, REFUSED, SHORT_FORMS } from '../upstream/image-reference.cases';

/** What a parser makes of a text: nothing, or the parts, the complete form and what a client pulls. */
type Verdict = { readonly accepted: false } | {
  readonly accepted: true;
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  readonly complete: string;
  readonly pulled: string;
};
type Parser = (text: string) => Verdict;

const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const TEXTS = 100_000;

const REFUSAL: Verdict = { accepted: false };

const ours: Parser = (text) => {
  let reference: ImageReference;
  try {
    reference = ImageReference.parse(text);
  } catch (error) {
    if ((error as Error).name !== 'InvalidInputError') { throw error; }
    return REFUSAL;
  }
  const { registry, repository, name, tag, digest } = reference;
  return {
    accepted: true,
    registry,
    repository,
    tag: tag ?? '',
    digest: digest ?? '',
    complete: reference.toString(),
    // As the docs of `tag` tell it.
    pulled: digest ? `${name}@${digest}` : `${name}:${tag ?? 'latest'}`,
  };
};

/** One that splits at the signs and takes what it gets. */
const naive: Parser = (text) => {
  const [rest, digest = ''] = text.split('@');
  const [path, tag = ''] = rest.split(':');
  const repository = path.includes('/') ? path : `library/${path}`;
  const complete = `docker.io/${repository}${tag && `:${tag}`}${digest && `@${digest}`}`;
  return { accepted: true, registry: 'docker.io', repository, tag, digest, complete, pulled: complete };
};

/** The texts of which two sets of verdicts differ, each with both verdicts. */
function disagreements(texts: string[], left: Verdict[], right: Verdict[]): string[] {
  expect([left.length, right.length]).toEqual([texts.length, texts.length]);
  return texts.flatMap((text, index) => {
    const [one, other] = [left[index], right[index]].map((verdict) => JSON.stringify(verdict.accepted ? verdict : REFUSAL, KEYS));
    return one === other ? [] : [`${JSON.stringify(text)}: ${one} against ${other}`];
  });
}
const KEYS = ['accepted', 'registry', 'repository', 'tag', 'digest', 'complete', 'pulled'];

describe(`Go's reference parser (SEED=${SEED})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'image-reference-'));
  const binary = join(folder, 'judge');
  let texts: string[];
  let verdicts: Verdict[];

  function goVerdicts(asked: string[]): Verdict[] {
    const input = asked.map((text) => `${JSON.stringify(text)}\n`).join('');
    const output = execFileSync(binary, { input, encoding: 'utf8', maxBuffer: 2 ** 30 });
    return output.trimEnd().split('\n').map((line) => JSON.parse(line) as Verdict);
  }

  beforeAll(() => {
    goProgram('image-reference', binary);
    texts = fc.sample(anyText, { seed: SEED, numRuns: TEXTS });
    verdicts = goVerdicts(texts);
  }, 300_000);

  afterAll(() => rmSync(folder, { recursive: true }));

  test(`agrees on ${TEXTS} texts, in every part`, () => {
    expect(disagreements(texts, verdicts, texts.map(ours))).toEqual([]);
  }, 120_000);

  test('was asked about texts of all sorts', () => {
    const accepted = verdicts.flatMap((verdict) => verdict.accepted ? [verdict] : []);
    const refused = texts.filter((_, index) => !verdicts[index].accepted);
    const found = {
      different: new Set(texts).size,
      accepted: accepted.length,
      refused: refused.length,
      tagAndDigest: accepted.filter(({ tag, digest }) => tag && digest).length,
    };
    const rare = {
      noRegistry: accepted.filter(({ registry }) => registry === '').length,
      addresses: accepted.filter(({ registry }) => registry.startsWith('[')).length,
      longestRepositories: accepted.filter(({ repository }) => repository.length === 255).length,
      tooLongRepositories: refused.filter((text) => /(^|\/)z{256}/.test(text)).length,
      nearlyLongestTags: accepted.filter(({ tag }) => tag.length === 127).length,
      longestTags: accepted.filter(({ tag }) => tag.length === 128).length,
      tooLongTags: refused.filter((text) => /:[\w.-]{129}(@|$)/.test(text)).length,
      sha384: accepted.filter(({ digest }) => digest.startsWith('sha384:')).length,
      sha512: accepted.filter(({ digest }) => digest.startsWith('sha512:')).length,
      identifiers: refused.filter((text) => /^[0-9a-f]{64}$/.test(text)).length,
      foreignLetters: refused.filter((text) => /[^\0-\x7f]/.test(text)).length,
    };

    expect(Object.entries(found).filter(([, count]) => count < TEXTS / 25)).toEqual([]);
    expect(Object.entries(rare).filter(([, count]) => count < TEXTS / 1000)).toEqual([]);
  });

  test("agrees on every text of up to five of the grammar's signs", () => {
    const signs = [...'a0A._-/:@[]'];
    const short = [''];
    for (let first = 0, length = 1; length <= 5; length++) {
      const end = short.length;
      for (; first < end; first++) { short.push(...signs.map((sign) => short[first] + sign)); }
    }
    expect(short.length).toBe([0, 1, 2, 3, 4, 5].reduce((sum, length) => sum + signs.length ** length, 0));

    expect(disagreements(short, goVerdicts(short), short.map(ours))).toEqual([]);
  }, 120_000);

  test('agrees with the tables of the unit tests', () => {
    const accepted = [...SHORT_FORMS, ...FULL_FORMS, ...PARTS];
    const cases = [...accepted, ...REFUSED].map(({ text }) => text);
    const judged = goVerdicts(cases);

    expect(judged.map((verdict) => verdict.accepted)).toEqual([...accepted.map(() => true), ...REFUSED.map(() => false)]);
    expect(disagreements(cases, judged, cases.map(ours))).toEqual([]);
  });

  describe('disagrees', () => {
    const replaced = (all: Verdict[], index: number, verdict: Verdict) => [...all.slice(0, index), verdict, ...all.slice(index + 1)];

    test('with a parser that splits at the signs', () => {
      const wrong = disagreements(texts, verdicts, texts.map(naive));

      expect(wrong.length).toBeGreaterThan(TEXTS / 2);
    });

    test('when a single text is accepted that it refuses', () => {
      const index = verdicts.findIndex((verdict) => !verdict.accepted);
      const changed = replaced(verdicts, index, naive('nginx'));

      expect(disagreements(texts, verdicts, changed)).toEqual([expect.stringContaining(`${JSON.stringify(texts[index])}: {"accepted":false}`)]);
    });

    test.each(['registry', 'repository', 'tag', 'digest', 'complete', 'pulled'])('when a single text has another %s', (part) => {
      const index = verdicts.findIndex((verdict) => verdict.accepted);
      const changed = replaced(verdicts, index, { ...verdicts[index], [part]: 'other' } as Verdict);

      expect(disagreements(texts, verdicts, changed)).toHaveLength(1);
    });
  });
});
