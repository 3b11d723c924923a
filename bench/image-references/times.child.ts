import { readFileSync } from 'fs';
import { PARSERS } from './parsers';
import type { Parser } from './parsers';

/** Microseconds a text, of each round, by parser. */
export type Times = Record<string, number[]>;

const ROUNDS = 30;
const WARM_UP = 10;
const ROUND_MICROSECONDS = 3_000;

/** Times all parsers in turn, in short rounds, so that a slow spell of the machine meets each of them. */
async function main(file: string): Promise<void> {
  const texts = JSON.parse(readFileSync(file, 'utf8')) as string[];
  const parsers = await Promise.all(Object.entries(PARSERS).map(async ([name, load]) => ({ name, parser: await load(), passes: 1 })));
  const times: Times = Object.fromEntries(parsers.map(({ name }) => [name, []]));
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    for (const each of parsers) {
      const spent = microseconds(each.parser, texts, each.passes);
      if (round >= WARM_UP) { times[each.name].push(spent / each.passes / texts.length); }
      if (spent < ROUND_MICROSECONDS && round < WARM_UP) { each.passes *= 2; }
    }
  }
  process.stdout.write(JSON.stringify(times));
}

function microseconds({ parse }: Parser, texts: readonly string[], passes: number): number {
  const before = process.cpuUsage();
  for (let pass = 0; pass < passes; pass++) {
    for (const text of texts) { last = outcome(parse, text); }
  }
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** Kept where it can be read, so that no parser is skipped for want of a reader. */
export let last: unknown;

function outcome(parse: (text: string) => unknown, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    return error;
  }
}

void main(process.argv[2]);
