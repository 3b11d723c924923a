import type { IConstruct } from 'constructs';
import { InvalidInputError } from './errors';

/** What the methods of a class of choices pass to its constructor: nobody else has it. */
export const BY_METHOD = Symbol('made by a method');

/** A class of choices, whose values come from its methods only. */
interface Choices {
  readonly prototype: object;
  readonly name: string;
}

const made = new WeakSet<object>();

/**
 * Notes that a method of the class made a value; call it in the constructor. A private constructor is one for TypeScript, Java, C# and Go;
 * JavaScript and Python call it nevertheless, and get the choice that lacking arguments happen to make.
 *
 * @param key what the constructor was given first
 * @param ways what to write instead
 */
export function madeByMethod(value: object, key: unknown, choices: Choices, ways: string): void {
  checkMadeByMethod(key, choices, ways);
  keepMade(value);
}

/** Notes the value of a class whose constructor has checked its key before it set the properties. */
export function keepMade(value: object): void {
  made.add(value);
  keep(value);
}

/** Refuses the constructor of a class of which only its methods make values, to all but these. */
export function checkMadeByMethod(key: unknown, choices: Choices, ways: string): void {
  if (key !== BY_METHOD) {
    throw new InvalidInputError({
      got: `a value of ${choices.name} that was made by its constructor`,
      expected: 'one that a method of the class made',
      fix: `write ${ways}`,
    });
  }
}

/**
 * Fixes what a value of a class of choices says, and how: JavaScript could change both after they were checked. It is not frozen, since jsii notes its
 * own number on objects. Call it when all properties are set.
 */
function keep(value: object): void {
  const { constructor: _, ...methods } = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(value) as object) as PropertyDescriptorMap;
  for (const [name, method] of Object.entries(methods)) {
    Object.defineProperty(value, name, { ...method, configurable: false, ...'value' in method && { writable: false } });
  }
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
    if ('value' in property) {
      Object.defineProperty(value, name, { ...property, configurable: false, writable: false });
      freeze(property.value);
    }
  }
}

/** Lists and plain objects are copies that the value made; what is of a class is somebody else's. */
function freeze(value: unknown): void {
  if (Array.isArray(value) || typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
}

/** Refuses what the methods of a class of choices did not give. Another version of the package has a class of the same name. */
export function checkChoice(name: string, value: object, choices: Choices, ways: string, scope?: IConstruct): void {
  if (!isMade(value, choices)) {
    throw noChoice(name, choices, ways, scope);
  }
}

/** Refuses entries of a list that the methods of a class of choices did not give. */
export function checkEach(name: string, values: readonly object[], choices: Choices, ways: string, scope?: IConstruct): void {
  if (!Array.isArray(values) || Array.from(values, value => isMade(value, choices)).includes(false)) {
    throw noChoice(name, choices, ways, scope);
  }
}

function isMade(value: object, choices: Choices): boolean {
  return Object.getPrototypeOf(Object(value)) === choices.prototype && made.has(value);
}

function noChoice(name: string, choices: Choices, ways: string, scope?: IConstruct): InvalidInputError {
  return new InvalidInputError({
    got: `something else as ${name} than what ${choices.name} gives`,
    expected: `a value of ${choices.name}, which can't be constructed or subclassed`,
    fix: `write ${ways}, from the same version of this package`,
  }, scope);
}
