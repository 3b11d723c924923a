import { Aspects, Stack, Stage } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Whether a construct is in a stack, or one itself. */
export function isInStack(scope: IConstruct): boolean {
  return scope.node.scopes.some(one => Stack.isStack(one));
}

/** The Stage whose templates have a construct. */
export function stageOf(scope: IConstruct): Stage | undefined {
  return Stage.isStage(scope) ? scope : Stage.of(scope);
}

/** Whether the templates around a construct are written: what is said or changed later is in none of them. */
export function isSynthesized(scope: IConstruct): boolean {
  return (stageOf(scope) as { readonly assembly?: object } | undefined)?.assembly !== undefined;
}

/**
 * Tells something of a construct where aws-cdk shows it: at the construct in a stack. What is said of an app or a Stage stands in no assembly and is
 * never printed, so it is told at the first stack of each Stage in it as well; while there is no stack, at the first that comes. What is said of a
 * Stage that is written already is told at the others of the app.
 *
 * @param holds whether it still holds then: it may be acknowledged in the meantime
 */
export function tellWhereShown(scope: IConstruct, tell: (at: IConstruct) => void, holds: () => boolean): void {
  tell(scope);
  const late = isSynthesized(scope);
  if (!holds() || !late && isInStack(scope)) { return; }
  const area = late ? scope.node.root : scope;
  const stages = area.node.findAll().filter(one => (one === area || Stage.isStage(one)) && !isSynthesized(one));
  const stacks = stages.flatMap(stage => firstStackIn(stage) ?? []);
  if (stacks.length > 0) {
    stacks.forEach(tell);
  } else {
    stages.forEach(stage => tellLater(stage, tell, holds));
  }
}

function firstStackIn(stage: IConstruct): Stack | undefined {
  for (const child of stage.node.children) {
    if (Stack.isStack(child)) { return child; }
    const found = Stage.isStage(child) ? undefined : firstStackIn(child);
    if (found) { return found; }
  }
  return undefined;
}

function tellLater(stage: IConstruct, tell: (at: IConstruct) => void, holds: () => boolean): void {
  let told = false;
  Aspects.of(stage).add({
    visit: node => {
      if (told || !Stack.isStack(node)) { return; }
      told = true;
      if (holds()) { tell(node); }
    },
  });
}
