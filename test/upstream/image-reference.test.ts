import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { anyText, completeParts } from './image-reference.arbitraries';
import { FULL_FORMS, PARTS, REFUSED, SHA256, SHORT_FORMS } from './image-reference.cases';
import { stringWork } from './string-work';
import { InvalidInputError } from '../../src/private/errors';
import { ImageReference } from '../../src/upstream/image-reference';

const partsOf = ({ registry, repository, tag, digest }: ImageReference) => ({ registry, repository, tag, digest });
const named = <T extends { text: string }>(cases: T[]) => cases.map((one) => [one.text, one] as const);

function errorOf(text: string): Error {
  try {
    ImageReference.parse(text);
  } catch (error) {
    return error as Error;
  }
  throw new Error(`accepted ${JSON.stringify(text)}`);
}

describe('an accepted image reference', () => {
  test.each(named([...SHORT_FORMS, ...FULL_FORMS, ...PARTS]))('%s', (text, { registry, repository, tag, digest }) => {
    expect(partsOf(ImageReference.parse(text))).toEqual({ registry, repository, tag, digest });
  });
});

describe('the complete form', () => {
  test.each([
    ['nginx', 'docker.io/library/nginx'],
    ['nginx:1.27', 'docker.io/library/nginx:1.27'],
    [`nginx:1.27@${SHA256}`, `docker.io/library/nginx:1.27@${SHA256}`],
    [`index.docker.io/bitnami/redis@${SHA256}`, `docker.io/bitnami/redis@${SHA256}`],
    ['localhost:5000/app:v1', 'localhost:5000/app:v1'],
    ['my_host.example/app:v1', 'my_host.example/app:v1'],
  ])('of %s', (text, complete) => {
    expect(ImageReference.parse(text).toString()).toBe(complete);
  });

  test('is what a template literal shows', () => {
    expect(`${ImageReference.parse('nginx')}`).toBe('docker.io/library/nginx');
  });
});

describe('the name', () => {
  test('leaves out tag and digest', () => {
    expect(ImageReference.parse(`nginx:1.27@${SHA256}`).name).toBe('docker.io/library/nginx');
  });

  test('is the repository alone without a registry', () => {
    expect(ImageReference.parse('my_host.example/app:v1').name).toBe('my_host.example/app');
  });
});

describe('a refused image reference', () => {
  test.each(named(REFUSED))('fails for %j', (text, { got, expected, fix }) => {
    const error = errorOf(text);

    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.message).toBe(`got the image reference ${got}, expected ${expected}: ${fix}`);
  });

  test('fails with a short message for a long text', () => {
    expect(errorOf(`nginx@${'x'.repeat(1_000_000)}`).message.length).toBeLessThan(500);
  });
});

describe('an unresolved token', () => {
  test.each(['whole', 'tag'])('fails as the %s of the text, with the way out', (place) => {
    const parameter = new CfnParameter(new Stack(new App(), 'Stack'), 'Image').valueAsString;
    const text = place === 'whole' ? parameter : `nginx:${parameter}`;

    const shown = text.replace(parameter, '<known at deployment>');

    expect(() => ImageReference.parse(text)).toThrow(`got the image reference '${shown}', `
      + 'expected an image name that is known at synthesis: check with Token.isUnresolved() first and leave such a value as it is, '
      + 'or give the name as a literal');
  });
});

describe('any text', () => {
  // A property that fails prints its seed and the smallest text that fails it.
  const RUNS = { numRuns: 3_000 };

  function parsed(text: string): ImageReference | Error {
    try {
      return ImageReference.parse(text);
    } catch (error) {
      return error as Error;
    }
  }

  test('that joins the parts of a complete form gives these parts and itself', () => {
    fc.assert(fc.property(completeParts, ({ registry, repository, tag, digest }) => {
      const text = `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;

      const reference = ImageReference.parse(text);

      expect(partsOf(reference)).toEqual({ registry, repository, tag, digest });
      expect(reference.toString()).toBe(text);
    }), RUNS);
  });

  test('that is accepted gives the same reference from its complete form', () => {
    let accepted = 0;
    fc.assert(fc.property(anyText, (text) => {
      const reference = parsed(text);
      if (reference instanceof Error) { return; }
      accepted++;
      expect(ImageReference.parse(reference.toString())).toEqual(reference);
    }), RUNS);
    expect(accepted).toBeGreaterThan(RUNS.numRuns / 5);
  });

  test('that is refused fails with its place and a way out', () => {
    let refused = 0;
    fc.assert(fc.property(anyText, (text) => {
      const error = parsed(text);
      if (!(error instanceof Error)) { return; }
      refused++;
      expect(error).toBeInstanceOf(InvalidInputError);
      const offset = / offset (\d+), expected .+: .+$/.exec(error.message)?.[1];
      if (offset === undefined) {
        expect(error.message).toContain(', an identifier of 64 hexadecimal digits, expected ');
      } else {
        expect(Number(offset)).toBeLessThanOrEqual(text.length);
      }
    }), RUNS);
    expect(refused).toBeGreaterThan(RUNS.numRuns / 5);
  });
});

describe('the work for a hostile text', () => {
  const MEGABYTE = 1_048_576;
  const filled = (unit: string, length: number) => unit.repeat(Math.ceil(length / unit.length));

  test.each<[string, (length: number) => string]>([
    ['one word', (length) => filled('a', length)],
    ['dashes', (length) => `a${filled('-', length)}`],
    ['underscores', (length) => `a${filled('_', length)}`],
    ['separators', (length) => `${filled('a-', length)}A`],
    ['dots', (length) => filled('a.', length)],
    ['slashes', (length) => filled('a/', length)],
    ['at signs', (length) => filled('@', length)],
    ['a registry of many labels', (length) => `${filled('a.', length)}a/app`],
    ['a registry of many dashes', (length) => `a${filled('-', length)}.io/app`],
    ['a registry that becomes a repository', (length) => `${filled('a.', length)}a_b/app`],
    ['a port', (length) => `host:${filled('0', length)}/app`],
    ['an address', (length) => `[${filled(':', length)}/app`],
    ['a tag', (length) => `nginx:${filled('a.', length)}`],
    ['a digest', (length) => `nginx@sha256:${filled('0', length)}`],
    ['an algorithm', (length) => `nginx@${filled('a+', length)}:0`],
    ['letters that change their length in lower case', (length) => `${filled('\u0130', length)}/app`],
    ['beginnings of tokens', (length) => filled('${Token[', length)],
  ])('grows no faster than its length for %s', (_, shape) => {
    const [half, whole] = [shape(MEGABYTE / 2), shape(MEGABYTE)];
    const [halfWork, wholeWork] = [half, whole].map((text) => stringWork(() => parsedOrRefused(text)));

    expect(wholeWork).toBeGreaterThan(MEGABYTE);
    expect(wholeWork).toBeLessThan(20 * MEGABYTE);
    expect(wholeWork / halfWork).toBeLessThan(2.01);
  });

  test('is told from that of a parser which starts again at each character', () => {
    const again = (text: string) => () => {
      for (let rest = text; rest.length > 0; rest = rest.slice(1)) { rest.includes('@'); }
    };

    expect(stringWork(again(filled('a', 2_000))) / stringWork(again(filled('a', 1_000)))).toBeGreaterThan(3.9);
  });

  function parsedOrRefused(text: string): void {
    try {
      ImageReference.parse(text);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) { throw error; }
    }
  }
});
