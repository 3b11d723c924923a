import { App } from 'aws-cdk-lib';
import type { Group, Verdict } from './check';
import { undecided } from './check';
import { removeAll } from './remains';
import { Session } from './session';
import type { Ground } from './session';

/** A row of the report. */
export interface Row extends Verdict {
  readonly group: string;
  readonly id: string;
}

/** What a run came to. */
export interface Outcome {
  readonly rows: readonly Row[];
  /** What could not be deleted. */
  readonly left: readonly string[];
}

/** Hears how a run goes on. */
export type Tell = (line: string) => void;

/**
 * Runs groups one after the other, and deletes what each has made before the next one begins, also when it is interrupted. A check that throws
 * decides nothing.
 */
export async function runGroups(
  groups: readonly Group[], ground: Ground, interrupted: () => boolean, tell: Tell = () => undefined): Promise<Outcome> {
  const rows: Row[] = [];
  const left: string[] = [];
  for (const group of groups) {
    const session = new Session(ground);
    try {
      const problem = interrupted() ? 'interrupted' : await deploy(group, session, tell);
      for (const check of group.checks) {
        const verdict = await judge(check.id, async () => {
          if (interrupted() || problem !== undefined) { return undecided(problem ?? 'interrupted'); }
          return ground.place.engine && check.notOnEngine ? undecided(`not on the engine: ${check.notOnEngine}`) : check.run(session);
        }, interrupted);
        rows.push({ group: group.name, id: check.id, ...verdict });
        tell(`${verdict.answer.padEnd(11)} ${check.id}: ${verdict.seen}`);
      }
    } finally {
      tell(`deleting what '${group.name}' made`);
      left.push(...await clean(session, ground));
    }
  }
  return { rows, left };
}

/** Deploys the stacks of a group. What failed, if something did. */
async function deploy(group: Group, session: Session, tell: Tell): Promise<string | undefined> {
  const { stacks } = group;
  if (!stacks) { return undefined; }
  const app = new App({ analyticsReporting: false });
  stacks(app, session.place);
  for (const child of app.node.children) {
    tell(`deploying ${child.node.id}`);
    const { code, output } = await session.deploy(child.node.id, one => stacks(one, session.place), accountOf(child.node.id, session), ['--exclusively']);
    if (code !== 0) { return `${child.node.id} could not be deployed: ${lastLines(output)}`; }
  }
  await session.settle();
  return undefined;
}

/** A stack whose name ends so goes to the second account, or to the second Region. */
function accountOf(stack: string, session: Session) {
  if (stack.endsWith('Far')) { return session.account.in(session.place.farRegion); }
  return stack.endsWith('Other') ? session.other : session.account;
}

async function judge(id: string, check: () => Promise<Verdict>, interrupted: () => boolean): Promise<Verdict> {
  try {
    return await check();
  } catch (problem) {
    return undecided(interrupted() ? 'interrupted' : `${id} failed: ${(problem as Error).message}`);
  }
}

async function clean(session: Session, { account, other, place }: Ground): Promise<string[]> {
  const left: string[] = [];
  for (const undo of session.undo.reverse()) {
    await undo().catch((problem: Error) => left.push(problem.message));
  }
  for (const one of [account, ...other ? [other] : [], account.in(place.farRegion)]) {
    left.push(...await removeAll(one).catch((problem: Error) => [problem.message]));
  }
  return left;
}

function lastLines(output: string): string {
  return output.trim().split('\n').slice(-4).join(' / ');
}
