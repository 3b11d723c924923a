import { fork } from 'child_process';
import { join } from 'path';
import { repository } from '../workshop';

/** Runs a program as Lambda does, with the SDK beside it rather than in it, and gives what it sends. What it logs is passed over. */
export async function inLambda<T>(
  program: string, parameters: object, environment: Readonly<Record<string, string>> = {}, options: readonly string[] = [],
): Promise<T> {
  const child = fork(program, [JSON.stringify(parameters)], {
    execArgv: [...options],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, NODE_PATH: join(repository, 'node_modules'), NODE_NO_WARNINGS: '1', ...environment },
  });
  return new Promise<T>((resolve, reject) => {
    child.once('message', resolve);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code} before it sent its figures`)));
  });
}

/** The parameters of a program that `inLambda` runs. */
export function parametersOf<T>(): T {
  return JSON.parse(process.argv[2]) as T;
}
