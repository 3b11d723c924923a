import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../harness/paths';

/** A line of a source file that a user changes. */
export interface Edit {
  readonly from: string;
  readonly to: string;
}

/** Copies the sample app, edits its stack as a user would, and returns the command of the edited app. */
export function editedSample(directory: string, edits: readonly Edit[]): string {
  const { app } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')) as { app: string };
  const main = join(ROOT, app.split(' ').at(-1)!);
  mkdirSync(directory, { recursive: true });
  for (const file of readdirSync(dirname(main)).filter(name => name.endsWith('.ts'))) {
    copyFileSync(join(dirname(main), file), join(directory, file));
  }
  const stack = join(directory, 'echo-stack.ts');
  writeFileSync(stack, edits.reduce(edited, readFileSync(stack, 'utf8')));
  // outside of the repository neither its packages nor the library by its name would be found
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify({
    extends: join(ROOT, 'test', 'tsconfig.json'),
    compilerOptions: { paths: { 'cdk-ecr-pull-through-cache': [join(ROOT, 'src', 'index.ts')] } },
  }));
  return `npx tsx --tsconfig "${join(directory, 'tsconfig.json')}" "${join(directory, 'app.ts')}"`;
}

function edited(source: string, { from, to }: Edit): string {
  const parts = source.split(from);
  if (parts.length !== 2) {
    throw new Error(`the sample app: got '${from}' ${parts.length - 1} times, expected once`);
  }
  return parts.join(to);
}
