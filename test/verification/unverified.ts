/** A row of docs/unverified.md. */
export interface Assumption {
  readonly id: string;
  readonly assumed: string;
  /** Where in the library it matters. */
  readonly matters: string;
}

const HEADER = '| id | what is assumed | where it matters | how to settle it |';

/** The one list of what is assumed of AWS, from the table of docs/unverified.md. */
export function assumptionsIn(text: string): Assumption[] {
  const lines = text.split('\n');
  const start = lines.indexOf(HEADER);
  if (start < 0) {
    throw new Error(`got no table that begins with ${HEADER}, expected the one of docs/unverified.md: keep its columns`);
  }
  return lines.slice(start + 2).filter(line => line.startsWith('|')).map(line => {
    const cells = line.split(/(?<!\\)\|/).slice(1, -1).map(cell => cell.trim());
    if (cells.length !== 4 || cells.includes('')) {
      throw new Error(`got '${line.slice(0, 60)}', expected four cells: fill them`);
    }
    const [id, assumed, matters] = cells;
    return { id, assumed, matters };
  });
}
