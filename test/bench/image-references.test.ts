import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { answersOf } from '../../bench/image-references/answers';
import { isRight } from '../../bench/image-references/judgement';

const NGINX = { registry: 'docker.io', repository: 'library/nginx', tag: '1.27', digest: '' };
const answer = (parts?: Partial<typeof NGINX>) => ({ inTime: true, parts: parts && { ...NGINX, ...parts } });

describe('the judgement of an answer', () => {
  test('takes the parts that Go gives', () => {
    expect(isRight(answer({}), NGINX)).toBe(true);
  });

  test.each([
    ['as it is written', { registry: '', repository: 'nginx' }],
    ['with its registry alone', { repository: 'nginx' }],
    ['with the old name of the registry', { registry: 'index.docker.io' }],
  ])('takes a short form %s', (_, parts) => {
    expect(isRight(answer(parts), NGINX)).toBe(true);
  });

  test('takes a name without a registry where Go has none', () => {
    expect(isRight(answer({ registry: '', repository: 'my_host.example/app' }), { ...NGINX, registry: '', repository: 'my_host.example/app' })).toBe(true);
  });

  test('takes a refusal of what Go refuses', () => {
    expect(isRight(answer(), undefined)).toBe(true);
  });

  test.each(['registry', 'repository', 'tag', 'digest'])('fails for another %s', (part) => {
    expect(isRight(answer({ [part]: 'other' }), NGINX)).toBe(false);
  });

  test('fails for a short form on another registry', () => {
    expect(isRight(answer({ registry: 'quay.io', repository: 'nginx' }), { ...NGINX, registry: 'quay.io' })).toBe(false);
  });

  test('fails for a refusal of what Go accepts', () => {
    expect(isRight(answer(), NGINX)).toBe(false);
  });

  test('fails for parts of what Go refuses', () => {
    expect(isRight(answer({}), undefined)).toBe(false);
  });

  test.each([['accepts', NGINX], ['refuses', undefined]])('fails for no answer to what Go %s', (_, truth) => {
    expect(isRight({ inTime: false }, truth)).toBe(false);
  });
});

describe('a parser in a thread', () => {
  const folder = mkdtempSync(join(tmpdir(), 'image-references-'));
  const program = join(folder, 'parser.js');

  beforeAll(() => writeFileSync(program, `
    const { parentPort, workerData } = require('worker_threads');
    if (workerData.parser === 'broken') { throw new Error('no such parser'); }
    parentPort.postMessage({});
    workerData.texts.forEach((text, index) => {
      while (text === 'endless') { /* as an expression that goes back and back */ }
      parentPort.postMessage({ index, parts: text === 'refused' ? undefined : { repository: text } });
    });
  `));
  afterAll(() => rmSync(folder, { recursive: true }));

  const given = (repository: string) => ({ inTime: true, parts: { repository } });

  test('answers each text in its order', async () => {
    expect(await answersOf(program, 'any', ['a', 'refused', 'b'])).toEqual([given('a'), { inTime: true }, given('b')]);
  });

  test('is ended at a text on which it stays, and asked about the next', async () => {
    const answers = await answersOf(program, 'any', ['a', 'endless', 'endless', 'b']);

    expect(answers).toEqual([given('a'), { inTime: false }, { inTime: false }, given('b')]);
  });

  test('fails with its own error when it cannot be loaded', async () => {
    await expect(answersOf(program, 'broken', ['a'])).rejects.toThrow('no such parser');
  });
});
