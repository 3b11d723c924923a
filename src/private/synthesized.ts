import { Stage } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { InvalidInputError, place } from './errors';
import { isSynthesized } from './outside-stacks';

/** Refuses what comes too late for a Stage: its assembly is made once, so that a later call would change nothing without a word. */
export function checkNotSynthesized(scope: IConstruct, call: string): void {
  if (isSynthesized(scope)) {
    throw new InvalidInputError({
      got: `${call} after ${place(Stage.of(scope) ?? scope)} was synthesized`,
      expected: 'it before, since the templates of a Stage are written once',
      fix: "call it before pipeline.addStage(), which synthesizes the Stage, and before synth() or a test's Template.fromStack()",
    }, scope);
  }
}
