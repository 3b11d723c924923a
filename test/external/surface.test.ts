import { readFileSync } from 'fs';
import { join } from 'path';
import { surfaceProblems } from './surface';
import type { Assembly } from './surface';

/** The surface as jsii compiled it, for every language. */
const assembly = JSON.parse(readFileSync(join(__dirname, '../../.jsii'), 'utf8')) as Assembly;

test('the public surface has nothing that a language loses, renames or can\'t explain', () => {
  expect(surfaceProblems(assembly)).toEqual([]);
});

test('there is a surface', () => {
  expect(Object.keys(assembly.types)).toEqual(expect.arrayContaining(['cdk-ecr-pull-through-cache.PullThroughCache']));
});

describe('a surface fails with', () => {
  const docs = { summary: 'What it does.', example: 'new Cache();', default: 'none' };
  const text = { primitive: 'string' };
  const property = (more: object = {}) => ({ name: 'prefix', docs, type: text, ...more });
  const method = (more: object = {}) => ({ name: 'pull', docs, ...more });
  const type = (more: object = {}) => ({ name: 'Cache', kind: 'class', docs, ...more });
  const problemsOf = (...types: object[]) => surfaceProblems({ types: { ...types } } as unknown as Assembly);

  test('nothing, when it is in order', () => {
    expect(problemsOf(
      type({ properties: [property({ optional: true })], methods: [method({ parameters: [property()] })] }),
      type({ name: 'Manifest', properties: [property({ type: { collection: { kind: 'map', elementtype: { primitive: 'any' } } } })] }),
      type({ name: 'ICache', kind: 'interface', properties: [property({ name: 'upstream', optional: true })] }),
      type({ name: 'CacheBase', abstract: true, interfaces: ['2', 'aws-cdk-lib.IResource'], properties: [property({ abstract: true })] }),
      type({ name: 'Rule', base: '5', interfaces: ['2'], methods: [method({ name: 'of', static: true })] }),
      type({ name: 'RuleBase', base: 'aws-cdk-lib.Resource', properties: [property({ name: 'upstream' })] }),
      type({ name: 'CacheProps', kind: 'interface', datatype: true, properties: [property({ optional: true })] }),
      type({ name: 'Use', kind: 'enum', members: [{ name: 'PULL', docs }] }),
    )).toEqual([]);
  });

  test.each<[string, object[], string]>([
    ['a struct beside an interface', [type({ kind: 'interface', datatype: true }), type({ name: 'ICache', kind: 'interface' })],
      'Cache: a struct beside the interface ICache, which C# loses'],
    ['a type without a docstring', [type({ kind: 'enum', docs: {} })], 'Cache: no docstring'],
    ['a class without an example', [type({ docs: { summary: 'What it does.' } })], 'Cache: a class without an @example'],
    ['a property without a docstring', [type({ properties: [property({ docs: undefined })] })], 'Cache.prefix: no docstring'],
    ['a method without a docstring', [type({ methods: [method({ docs: {} })] })], 'Cache.pull: no docstring'],
    ['an enum member without a docstring', [type({ kind: 'enum', members: [{ name: 'PULL' }] })], 'Cache.PULL: no docstring'],
    ['a property named like its class', [type({ properties: [property({ name: 'cache' })] })], 'Cache.cache: named like its class, which C# renames'],
    ['a method named like its class', [type({ methods: [method({ name: 'cache' })] })], 'Cache.cache: named like its class, which C# renames'],
    ['an optional without a default', [type({ kind: 'interface', datatype: true, properties: [property({ optional: true, docs: { summary: 'X.' } })] })],
      'Cache.prefix: optional without a @default'],
    ['eight props', [type({
      name: 'PullThroughCacheProps', kind: 'interface', datatype: true, properties: Array.from({ length: 8 }, (_, index) => property({ name: `prop${index}` })),
    })], 'PullThroughCacheProps: more than 7 props'],
    ['a getter method', [type({ methods: [method({ name: 'getPrefix' })] })], 'Cache.getPrefix: a getXxx() method: a property is expected'],
    ['a reserved property', [type({ properties: [property({ name: 'from' })] })], 'Cache.from: a reserved word'],
    ['a reserved method', [type({ methods: [method({ name: 'is' })] })], 'Cache.is: a reserved word'],
    ['a reserved parameter', [type({ methods: [method({ parameters: [property({ name: 'params' })] })] })], 'Cache.pull(params): a reserved word'],
    ['a reserved parameter of a constructor', [type({ initializer: { parameters: [property({ name: 'event' })] } })], 'Cache(event): a reserved word'],
    ['a union', [type({ properties: [property({ type: { union: { types: [text] } } })] })], 'Cache.prefix: a union of types'],
    ['a list of unions', [type({ properties: [property({ type: { collection: { kind: 'array', elementtype: { union: {} } } } })] })], 'Cache.prefix: a union of types'],
    ['a list of any', [type({ properties: [property({ type: { collection: { kind: 'array', elementtype: { primitive: 'any' } } } })] })], 'Cache.prefix: any'],
    ['a prop that is called scope', [type({ kind: 'interface', datatype: true, properties: [property({ name: 'scope' })] })],
      "Cache.scope: a name that a construct's parameters have"],
    ['a member of a struct that is called id', [type({ kind: 'interface', datatype: true, properties: [property({ name: 'id' })] })],
      "Cache.id: a name that a construct's parameters have"],
    ['a class without an optional member of its interface', [
      type({ interfaces: ['1'] }), type({ name: 'ICache', kind: 'interface', properties: [property({ name: 'tagged', optional: true })] }),
    ], 'Cache.tagged: promised by an interface and not declared'],
    ['a class without what an interface above its own promises', [
      type({ interfaces: ['1'] }), type({ name: 'ICache', kind: 'interface', interfaces: ['2'] }),
      type({ name: 'IRule', kind: 'interface', methods: [method()] }),
    ], 'Cache.pull: promised by an interface and not declared'],
    ['a semicolon in the summary of a type', [type({ docs: { ...docs, summary: 'What it is; what it does.' } })],
      'Cache: a semicolon in the summary: make two sentences of it'],
    ['a semicolon at the end of the summary of a member', [type({ methods: [method({ docs: { summary: 'What it does;' } })] })],
      'Cache.pull: a semicolon in the summary: make two sentences of it'],
    ['a semicolon in the summary of an enum member', [type({ kind: 'enum', members: [{ name: 'PULL', docs: { summary: 'This; that.' } }] })],
      'Cache.PULL: a semicolon in the summary: make two sentences of it'],
    ['a parameter whose summary ends at a semicolon', [type({ methods: [method({ parameters: [property({ docs: { summary: 'the prefix;' } })] })] })],
      'Cache.pull(prefix): a semicolon in the summary: make two sentences of it'],
    ['a parameter of two sentences', [type({ methods: [method({ parameters: [property({ docs: { summary: 'the prefix.', remarks: 'It stays' } })] })] })],
      'Cache.pull(prefix): more than one sentence, of which Java and C# show the first: tell the rest of the method'],
    ['a parameter of a constructor of two sentences', [type({ initializer: { parameters: [property({ docs: { summary: 'It.', remarks: 'And more' } })] } })],
      'Cache(prefix): more than one sentence, of which Java and C# show the first: tell the rest of the method'],
    ['a summary without a full stop', [type({ methods: [method({ docs: { summary: 'What it does' } })] })], 'Cache.pull: no full stop behind the summary'],
    ['a summary of two lines', [type({ docs: { ...docs, summary: 'What\nit is.' } })], 'Cache: a summary of several lines'],
    ['what is returned without a full stop', [type({ methods: [method({ docs: { ...docs, returns: 'the text' } })] })], 'Cache.pull: no full stop behind @returns'],
    ['a default that only TypeScript has', [type({ properties: [property({ docs: { ...docs, default: 'undefined' } })] })],
      "Cache.prefix: 'undefined', which only TypeScript says"],
    ['an object of TypeScript in its remarks', [type({ docs: { ...docs, remarks: 'Call it with `{ accounts: [...] }`.' } })],
      "Cache: '{ accounts: ', which only TypeScript says"],
    ['an object with a shorthand', [type({ properties: [property({ docs: { ...docs, summary: 'Pass `{ prefix }`.' } })] })],
      "Cache.prefix: '{ prefix }', which only TypeScript says"],
    ['a choice', [type({ abstract: true, methods: [method({ static: true })] })],
      'Cache: a choice that can be extended: make its constructor private, or it an interface'],
    ['two names that differ by an s', [type(), type({ name: 'Caches' })], 'Caches: differs from Cache by an s only'],
    ['any', [type({ methods: [method({ returns: { type: { primitive: 'any' } } })] })], 'Cache.pull: any'],
  ])('%s', (_, types, expected) => {
    expect(problemsOf(...types)).toEqual([expected]);
  });
});
