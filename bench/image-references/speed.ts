import { writeFileSync } from 'fs';
import { join } from 'path';
import type { GoReference } from './go';
import { OURS, PARSERS } from './parsers';
import type { Times } from './times.child';
import { median, pairedRatio } from '../statistics';
import type { Workshop } from '../workshop';

/** Each compiles the parsers anew, for better or worse. */
const PROCESSES = 3;

export interface Speed {
  readonly name: string;
  /** A text. */
  readonly microseconds: number;
  readonly toOurs: number;
}

/** How long the parsers take for texts: those of JavaScript round by round in turn, then Go. */
export function speeds(workshop: Workshop, program: string, go: GoReference, texts: readonly string[]): Speed[] {
  const file = join(workshop.folder, 'texts.json');
  writeFileSync(file, JSON.stringify(texts));
  const runs = Array.from({ length: PROCESSES }, () => workshop.run<Times>(program, file));
  const rounds = (name: string) => runs.flatMap((times) => times[name]);
  const ofGo = median(go.microseconds(texts));
  return [
    ...Object.keys(PARSERS).map((name) => ({ name, microseconds: median(rounds(name)), toOurs: pairedRatio(rounds(name), rounds(OURS)) })),
    { name: go.name, microseconds: ofGo, toOurs: ofGo / median(rounds(OURS)) },
  ];
}
