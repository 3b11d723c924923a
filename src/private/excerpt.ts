const LONGEST = 80;

/** A text quoted for a message: what isn't printable ASCII as escapes, a long one cut with its length named. */
export function excerpt(text: string): string {
  const printable = text.slice(0, LONGEST).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return text.length > LONGEST ? `'${printable}...' (${text.length} characters)` : `'${printable}'`;
}
