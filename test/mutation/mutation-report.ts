import { readFileSync } from 'fs';

/** What became of a mutant, in Stryker's words. */
export type Status = 'Killed' | 'Timeout' | 'Survived' | 'NoCoverage' | 'Ignored' | 'CompileError' | 'RuntimeError' | 'Pending';

interface Position {
  readonly line: number;
  readonly column: number;
}

/** The part of Stryker's JSON report that is read here; lines and columns count from 1. */
export interface Report {
  readonly files: {
    readonly [file: string]: {
      readonly source: string;
      readonly mutants: readonly {
        readonly mutatorName: string;
        readonly replacement?: string;
        readonly location: { readonly start: Position; readonly end: Position };
        readonly status: Status;
      }[];
    };
  };
  readonly framework?: { readonly version?: string };
}

/** One change of the source, and whether a test noticed it. */
export interface Mutant {
  readonly file: string;
  readonly mutator: string;
  readonly original: string;
  readonly replacement: string;
  readonly status: Status;
  /** The line in which it begins, for readers. */
  readonly line: string;
}

export function readReport(path: string): Report {
  return JSON.parse(readFileSync(path, 'utf8')) as Report;
}

export function mutantsOf(report: Report): Mutant[] {
  return Object.entries(report.files).flatMap(([file, { source, mutants }]) => {
    const lines = source.split('\n');
    return mutants.map(mutant => ({
      file,
      mutator: mutant.mutatorName,
      original: textBetween(lines, mutant.location.start, mutant.location.end),
      replacement: mutant.replacement ?? '',
      status: mutant.status,
      line: lines[mutant.location.start.line - 1].trim(),
    }));
  });
}

function textBetween(lines: readonly string[], start: Position, end: Position): string {
  const part = lines.slice(start.line - 1, end.line);
  part[part.length - 1] = part[part.length - 1].slice(0, end.column - 1);
  part[0] = part[0].slice(start.column - 1);
  return part.join('\n');
}
