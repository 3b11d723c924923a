import { parentPort, workerData } from 'worker_threads';
import { PARSERS } from './parsers';
import type { Parts } from './parsers';

export interface Asked {
  readonly parser: string;
  readonly texts: readonly string[];
}

/** The first one, without a text, says that the parser is loaded. */
export interface Answered {
  readonly index?: number;
  readonly parts?: Parts;
}

/** Answers text by text, so that whoever asks sees at which one a parser stays. */
async function main({ parser, texts }: Asked): Promise<void> {
  const { read } = await PARSERS[parser]();
  const answer = (answered: Answered) => parentPort!.postMessage(answered);
  answer({});
  texts.forEach((text, index) => answer({ index, parts: read(text) }));
}

void main(workerData as Asked);
