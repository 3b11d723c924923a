/** Something the library promises, and what one run measured of it. */
export interface Goal {
  readonly claim: string;
  readonly measured: string;
  readonly limit: string;
  readonly met: boolean;
}

/** A part of docs/performance.md. */
export interface Section {
  readonly title: string;
  /** Markdown; every figure in it comes from the run. */
  readonly body: string;
  readonly goals: readonly Goal[];
}

/** A goal that is met up to and including its limit. */
export function atMost(claim: string, measured: number, limit: number, print: (value: number) => string): Goal {
  return { claim, measured: print(measured), limit: `at most ${print(limit)}`, met: measured <= limit };
}

/** A table in Markdown; the first column is text, the others are figures. */
export function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

export const ratio = (value: number) => `${value.toFixed(2)} ×`;
export const percent = (value: number) => `${(value * 100).toFixed(1)} %`;
export const milliseconds = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
export const mebibytes = (value: number) => `${(value / 2 ** 20).toFixed(1)} MiB`;
/** Packages are weighed as npm does: in thousands of bytes. */
export const kilobytes = (value: number) => `${(value / 1000).toFixed(1)} kB`;
