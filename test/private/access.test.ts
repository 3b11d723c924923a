import { Aws, Fn, Lazy, Token } from 'aws-cdk-lib';
import { accessList, accessTexts, checkOptions, checkPermissionsBoundary, checkResource, copyOf, emptyConditions, kindOf, readFlag } from '../../src/private/access';
import { newStack } from '../app';

const scope = newStack();

/** A list with a hole, as JavaScript makes it. */
function withHole(...entries: string[]): string[] {
  const list = [...entries, 'gone'];
  delete list[entries.length];
  return list;
}

describe('a list that opens access', () => {
  const read = (list: unknown) => () => accessList('images', list as string[], 'name some', scope);

  test.each([['one', ['nginx']], ['several', ['nginx', 'redis']], ['one that is a token', [Aws.REGION]]])('may have entries: %s', (_, list) => {
    expect(read(list)()).toEqual(list);
  });

  test('is copied, so that nobody empties it later', () => {
    const list = ['nginx'];
    const copy = read(list)();
    list.pop();
    expect(copy).toEqual(['nginx']);
  });

  test('fails when it is empty', () => {
    expect(read([])).toThrow('got an empty list of images, expected at least one: name some [at Stack]');
  });

  test.each([['missing', undefined], ['null', null]])('fails when it is %s', (_, list) => {
    expect(read(list)).toThrow('got no list of images, expected a list with at least one entry: name some [at Stack]');
  });

  test.each<[string, unknown, string]>([
    ['text', 'nginx', "the text 'nginx'"],
    ['an empty text', '', "the text ''"],
    ['a set', new Set(['nginx']), 'an object of Set'],
    ['an object with a length', { length: 0 }, 'an object'],
    ['a function', () => ['nginx'], 'a function that was not called'],
    ['a number', 3, 'the number 3'],
    ['a truth value', true, 'the value true'],
  ])('fails when it is %s', (_, list, got) => {
    expect(read(list)).toThrow(`got ${got} instead of a list of images, expected a list, also of a single entry: write it as a list [at Stack]`);
  });

  test.each([['Fn.split', Fn.split(',', Aws.REGION)], ['Token.asList', Token.asList({ Ref: 'Images' })]])('fails when %s makes it', (_, list) => {
    expect(read(list)).toThrow('got a list of images that is known only at deployment, expected a list that can be read before, since an empty one is refused: '
      + 'write the list out; a single entry in it may be known only at deployment [at Stack]');
  });

  test.each<[string, unknown[], number]>([
    ['holes only', new Array(3), 1],
    ['a hole in it', withHole('nginx'), 2],
    ['an unset variable in it', ['nginx', process.env.NOT_SET_ANYWHERE], 2],
    ['null in it', [null, 'nginx'], 1],
  ])('fails with %s', (_, list, at) => {
    expect(read(list)).toThrow(`got a list of images with nothing in place ${at}, expected a value in each place: `
      + 'leave the place out of the list, or look for the variable that is not set [at Stack]');
  });
});

describe('a list of text that opens access', () => {
  test('is copied', () => {
    const list = ['nginx', Aws.REGION];
    const copy = accessTexts('images', list, 'name some');
    expect(copy).toEqual(list);
    expect(copy).not.toBe(list);
  });

  test.each<[string, unknown, string]>([
    ['a list', ['nginx'], 'a list'], ['an object', {}, 'an object'], ['a number', 1, 'the number 1'],
  ])('fails with %s in it', (_, entry, got) => {
    expect(() => accessTexts('images', ['nginx', entry as string], 'name some', scope)).toThrow(
      `got a list of images with ${got} in place 2, expected text in each place: write each entry as text [at Stack]`);
  });
});

describe('options that narrow access', () => {
  const check = (options: unknown) => () => checkOptions('pullers of an account', options, ['roles', 'paths'], scope);

  test.each([[{}], [{ roles: ['x'] }], [{ roles: undefined }], [Object.create(null)]])('may be %j', options => {
    expect(check(options)).not.toThrow();
  });

  test.each<[string, unknown, string]>([
    ['a list', ['role-a'], 'a list'], ['text', 'role-a', "the text 'role-a'"], ['null', null, 'nothing'], ['a set', new Set(['role-a']), 'an object of Set'],
    ['a function', () => ({}), 'a function that was not called'],
  ])('fail when they are %s', (_, options, got) => {
    expect(check(options)).toThrow(`got ${got} as options of pullers of an account, expected options with 'roles', 'paths': name the option that is meant [at Stack]`);
  });

  test('fail with one that there is not', () => {
    expect(check({ role: ['role-a'] })).toThrow(
      "got the option 'role' of pullers of an account, expected options with 'roles', 'paths': name the option that is meant, or leave it out [at Stack]");
  });

  test.each<[string, () => object]>([
    ['inherited', () => Object.create({ role: ['role-a'] })],
    ['of its own in a class', () => new (class { public role = ['role-a']; })()],
    ['a getter of a class', () => new (class { public get role() { return ['role-a']; } })()],
    ['a getter of the class above', () => new (class extends class { public get role() { return ['role-a']; } } {})()],
  ])('fail with one that there is not, when it is %s', (_, options) => {
    expect(check(options())).toThrow("got the option 'role' of pullers of an account");
  });

  test.each<[string, () => object]>([
    ['inherited', () => Object.create({ roles: ['role-a'] })],
    ['getters of a class, which may have methods', () => new (class { public get roles() { return ['role-a']; } public help() {} })()],
  ])('may be %s, and a copy has them', (_, options) => {
    expect(check(options())).not.toThrow();
    expect(copyOf(options())).toEqual({ roles: ['role-a'] });
  });

  test('have nothing of what somebody adds to all objects', () => {
    Object.defineProperty(Object.prototype, 'polluted', { value: 1, enumerable: true, configurable: true });
    try {
      expect(check({ roles: [] })).not.toThrow();
    } finally {
      delete (Object.prototype as { polluted?: number }).polluted;
    }
  });
});

describe('a resource', () => {
  const role = (path: unknown) => ({ roleArn: 'arn:aws:iam::111122223333:role/a', node: { path } });

  test('may be any object with the attribute and a place in a tree', () => {
    expect(() => checkResource('a role', role('Stack/Role'), 'roleArn', 'import it', scope)).not.toThrow();
  });

  test('fails when it has no place, which messages name', () => {
    expect(() => checkResource('a role', role(undefined), 'roleArn', 'import it', scope)).toThrow(
      'got an object as a role, expected a construct that has the attribute roleArn: import it [at Stack]');
  });

  test('fails when its ARN is of another partition than the stack', () => {
    const other = { ...role('Stack/Role'), roleArn: 'arn:aws-cn:iam::111122223333:role/a' };

    expect(() => checkResource('a role', other, 'roleArn', 'import it', scope)).toThrow("got the ARN 'arn:aws-cn:iam::111122223333:role/a' of a role in eu-central-1");
    expect(() => checkResource('a role', other, 'roleArn', 'import it')).not.toThrow();
  });
});

describe('a value in a message', () => {
  test.each<[unknown, string]>([
    [scope, "the construct 'Stack'"], [Lazy.any({ produce: () => 1 }), 'a value that is known only at deployment'], [{}, 'an object'],
    [Object.create(null), 'an object'], [new Map(), 'an object of Map'], [Symbol('x'), 'an object'], [[], 'a list'], ['x', "the text 'x'"], [3, 'the number 3'],
  ])('is said in words: %p', (value, words) => {
    expect(kindOf(value)).toBe(words);
  });
});

describe('a setting that is on or off', () => {
  test.each([[true, false], [false, true]])('is %s when it is written so', (value, otherwise) => {
    expect(readFlag('dryRun', value, otherwise)).toBe(value);
  });

  test.each([true, false])('is %s by default', otherwise => {
    expect(readFlag('dryRun', undefined, otherwise)).toBe(otherwise);
  });

  test.each<[unknown, string]>([
    [null, 'nothing'], [0, 'the number 0'], ['', "the text ''"], ['false', "the text 'false'"], ['true', "the text 'true'"], [[], 'a list'],
  ])('fails for %j', (value, got) => {
    expect(() => readFlag('dryRun', value as boolean, true, scope)).toThrow(
      `got ${got} as dryRun, expected true or false: write one of the two, or leave dryRun out for true [at Stack]`);
  });
});

describe('a permissions boundary', () => {
  test('may be a managed policy', () => {
    expect(() => checkPermissionsBoundary({ managedPolicyArn: Aws.REGION })).not.toThrow();
  });

  test.each<[string, unknown, string]>([
    ['an ARN', 'arn:aws:iam::111122223333:policy/boundary', "the text 'arn:aws:iam::111122223333:policy/boundary'"],
    ['null', null, 'nothing'],
    ['an object without an ARN', {}, 'an object'],
  ])('fails when it is %s', (_, boundary, got) => {
    expect(() => checkPermissionsBoundary(boundary as object, scope)).toThrow(`got ${got} as permissionsBoundary, expected an object that has the attribute `
      + 'managedPolicyArn: import the policy by ManagedPolicy.fromManagedPolicyArn() [at Stack]');
  });
});

describe('conditions', () => {
  test.each<[string, object, string[]]>([
    ['none', {}, []],
    ['an operator with a key', { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } } }, []],
    ['an operator with values', { Condition: { ArnLike: { 'aws:PrincipalArn': ['a'] } } }, []],
    ['an operator without keys', { Condition: { StringEquals: {}, ArnLike: { 'aws:PrincipalArn': 'a' } } }, ['StringEquals']],
    ['a key without values', { Condition: { StringLike: { 'aws:PrincipalOrgPaths': [] } } }, ['aws:PrincipalOrgPaths']],
    ['a condition without operators', { Condition: {} }, ['Condition']],
  ])('came out empty or not: %s', (_, statement, empty) => {
    expect(emptyConditions([statement])).toEqual(empty);
  });
});
