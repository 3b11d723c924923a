/**
 * Whether an event matches a pattern, for the operators that this library uses: exact values, `prefix`, `anything-but`,
 * `wildcard`, `exists`, `numeric` above a number, and `$or`; an array of objects matches when one of them does. EventBridge User Guide, "Comparison operators for use in event patterns".
 */
export function matches(pattern: any, event: any): boolean {
  if (Object.keys(pattern).length === 0) {
    throw new Error('empty objects are not allowed');
  }
  return Object.entries(pattern).every(([field, expected]: [string, any]) => {
    if (field === '$or') {
      return expected.some((alternative: any) => matches(alternative, event));
    }
    const value = event?.[field];
    if (!Array.isArray(expected)) {
      // EventBridge looks at leaves: what is below a field that there is not, is not there either
      return [value ?? {}].flat().some(one => matches(expected, one));
    }
    return expected.some(test => matchesValue(test, value));
  });
}

function matchesValue(test: any, value: any): boolean {
  if (typeof test !== 'object' || test === null) {
    return Array.isArray(value) ? value.includes(test) : value === test;
  }
  const [[operator, operand]] = Object.entries<any>(test);
  switch (operator) {
    case 'exists': return operand === (value !== undefined);
    case 'prefix': return typeof value === 'string' && value.startsWith(operand);
    case 'numeric': return operand[0] === '>' && typeof value === 'number' && value > operand[1];
    case 'anything-but': return value !== undefined && ![operand].flat().includes(value);
    case 'wildcard': return typeof value === 'string'
      && new RegExp(`^${operand.split('*').map((part: string) => part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')).join('.*')}$`, 's').test(value);
    default: throw new Error(`no such operator here: ${operator}`);
  }
}
