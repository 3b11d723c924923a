/**
 * How many characters the string methods and regular expressions called by an action were given to look at.
 *
 * A count, not a time, so that it is the same on every machine: reading one character is 1, any other method of a
 * string and any use of a regular expression is the length of its text. What a regular expression does by going
 * back isn't seen, so code that is measured must not leave long texts to one of its own.
 */
export function stringWork(action: () => void): number {
  let work = 0;
  const undo: (() => void)[] = [];

  const count = (owner: object, key: PropertyKey, cost: (self: unknown, argument: unknown) => number) => {
    const descriptor = Object.getOwnPropertyDescriptor(owner, key)!;
    const original = descriptor.value as (...args: unknown[]) => unknown;
    Object.defineProperty(owner, key, {
      ...descriptor,
      value: function (this: unknown, ...args: unknown[]) {
        work += cost(this, args[0]);
        return original.apply(this, args);
      },
    });
    undo.push(() => Object.defineProperty(owner, key, descriptor));
  };

  for (const name of Object.getOwnPropertyNames(String.prototype)) {
    if (['length', 'constructor', 'toString', 'valueOf'].includes(name)) { continue; }
    const single = ['charCodeAt', 'charAt', 'codePointAt', 'at'].includes(name);
    count(String.prototype, name, (self) => single ? 1 : (self as string).length);
  }
  for (const name of ['exec', 'test'] as const) {
    count(RegExp.prototype, name, (_, text) => (text as string).length);
  }
  try {
    action();
  } finally {
    undo.forEach((restore) => restore());
  }
  return work;
}
