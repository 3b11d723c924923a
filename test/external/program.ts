import { execFileSync } from 'node:child_process';
import type { ExecFileSyncOptions, ExecFileSyncOptionsWithStringEncoding } from 'node:child_process';

/** What has the program, as a person gets it. */
const SOURCES: { readonly [program: string]: string } = {
  go: 'Go from https://go.dev/dl, or name it: GO=/path/to/go',
  java: 'a JDK of Java 17 or later',
  mvn: 'Apache Maven 3.8 or later',
};

/** Runs a program that npm doesn't bring. Where it isn't there, the error says what to install, or how to do without. */
export function runProgram(name: string, args: readonly string[], options: ExecFileSyncOptionsWithStringEncoding): string;
export function runProgram(name: string, args: readonly string[], options: ExecFileSyncOptions): Buffer | string;
export function runProgram(name: string, args: readonly string[], options: ExecFileSyncOptions): Buffer | string {
  const program = name === 'go' ? process.env.GO ?? name : name;
  try {
    return execFileSync(program, args, options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') { throw error; }
    throw new Error(`got no program '${program}', expected ${SOURCES[name]}. Install it, or run what needs nothing but Node.js: npm run external -- surface documentation cdk-nag`);
  }
}
