import { BY_METHOD, checkChoice, checkEach, madeByMethod } from '../../src/private/choices';
import { newStack } from '../app';

class Choices {
  public static standard(): Choices {
    return new Choices(BY_METHOD);
  }

  constructor(key?: symbol) {
    madeByMethod(this, key, Choices, 'Choices.standard()');
  }
}

const refusal = 'got something else as monitoring than what Choices gives, expected a value of Choices, which can\'t be constructed or subclassed: '
  + 'write Choices.standard(), from the same version of this package [at Stack]';

describe('a choice', () => {
  const check = (value: object) => () => checkChoice('monitoring', value, Choices, 'Choices.standard()', newStack());

  test('may be what a method of its class gave', () => {
    expect(check(Choices.standard())).not.toThrow();
  });

  test.each([['nothing', undefined], ['a symbol of its own', Symbol('made by a method')]])('fails when its constructor is called with %s', (_, key) => {
    expect(() => new Choices(key)).toThrow(
      'got a value of Choices that was made by its constructor, expected one that a method of the class made: write Choices.standard()');
  });

  test.each<[string, object]>([
    ['something else', {}],
    ['made around the constructor', Object.create(Choices.prototype)],
    ['of a class below it', new (class Mine extends Choices {})(BY_METHOD)],
    ['missing', undefined as unknown as object],
  ])('fails when it is %s', (_, value) => {
    expect(check(value)).toThrow(refusal);
  });
});

describe('choices in a list', () => {
  const check = (values: unknown) => () => checkEach('monitoring', values as object[], Choices, 'Choices.standard()', newStack());

  test('may be values of the class', () => {
    expect(check([Choices.standard()])).not.toThrow();
  });

  test.each<[string, unknown]>([
    ['no list', Choices.standard()], ['one made around the constructor', [Object.create(Choices.prototype)]], ['something else among them', [Choices.standard(), {}]], ['a hole in their list', new Array(1)],
  ])('fail with %s', (_, values) => {
    expect(check(values)).toThrow(refusal);
  });
});
