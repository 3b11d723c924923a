import { excerpt } from '../../src/private/excerpt';

describe('an excerpt', () => {
  test('quotes a short text as it is', () => {
    expect(excerpt('nginx:1.27')).toBe("'nginx:1.27'");
  });

  test('shows what cannot be seen or mistaken as an escape', () => {
    expect(excerpt('ngіnx\n\u200b')).toBe("'ng\\u0456nx\\u000a\\u200b'");
  });

  test('shows 80 characters in full', () => {
    expect(excerpt('a'.repeat(80))).toBe(`'${'a'.repeat(80)}'`);
  });

  test('cuts a longer text and names its length', () => {
    expect(excerpt('a'.repeat(81))).toBe(`'${'a'.repeat(80)}...' (81 characters)`);
  });
});
