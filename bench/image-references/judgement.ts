import { answersOf } from './answers';
import type { Answer } from './answers';
import type { GoReference } from './go';
import { PARSERS } from './parsers';
import type { Parts } from './parsers';
import { TEXTS } from './texts';

/** A text, what Go says of it and what the parsers say. */
export interface Judged {
  readonly text: string;
  readonly origin: string;
  /** Nothing where Go refuses it. */
  readonly truth?: Parts;
  readonly answers: Readonly<Record<string, Answer>>;
}

/** Asks all parsers about all texts. */
export async function judgement(program: string, go: GoReference): Promise<Judged[]> {
  const asked = Object.entries(TEXTS).flatMap(([origin, texts]) => texts.map((text) => ({ origin, text })));
  const texts = asked.map(({ text }) => text);
  const truths = go.parts(texts);
  const answers: Record<string, Answer[]> = {};
  for (const name of Object.keys(PARSERS)) { answers[name] = await answersOf(program, name, texts); }
  return asked.map((each, index) => ({
    ...each,
    truth: truths[index],
    answers: Object.fromEntries(Object.entries(answers).map(([name, all]) => [name, all[index]])),
  }));
}

/** Whether an answer is Go's; a parser that leaves a short form as it is written isn't blamed for it. */
export function isRight(answer: Answer, truth: Parts | undefined): boolean {
  if (!answer.inTime) { return false; }
  const { parts } = answer;
  if (truth === undefined || parts === undefined) { return truth === parts; }
  return same(parts, truth) || same(completed(parts), truth);
}

function same(one: Parts, other: Parts): boolean {
  return one.registry === other.registry && one.repository === other.repository && one.tag === other.tag && one.digest === other.digest;
}

/** As Docker completes what a user leaves out. */
function completed(parts: Parts): Parts {
  const registry = ['', 'index.docker.io'].includes(parts.registry) ? 'docker.io' : parts.registry;
  const official = registry === 'docker.io' && !parts.repository.includes('/');
  return { ...parts, registry, repository: official ? `library/${parts.repository}` : parts.repository };
}
