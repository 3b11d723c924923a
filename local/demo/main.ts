import { Interruption } from './interruption';
import { explore, meanwhile, onAws } from './leave-taking';
import { Report } from './report';
import { deploy } from './scenes/1-deploy';
import { firstPull } from './scenes/2-first-pull';
import { outage } from './scenes/3-outage';
import { grant } from './scenes/4-grant';
import { alarm } from './scenes/5-alarm';
import { changes } from './scenes/6-changes';
import { destroy } from './scenes/7-destroy';
import { World } from './world';
import { Processes } from '../harness/processes';
import { preparedPython, PythonMissing } from '../harness/python';

type Scene = readonly [title: string, play: (world: World) => Promise<void>];

const SCENES: readonly Scene[] = [
  ['The CDK CLI deploys the sample app', deploy],
  ['A first pull comes through the cache', firstPull],
  ['A day later the upstream is down', outage],
  ['Who has no grant is refused', grant],
  ['Echo withdraws access: event, alarm, message; then gives it back', alarm],
  ['A change in place, and one that would replace the rule', changes],
];
const LAST: Scene = ['Destroy, and what remains', destroy];

const USAGE = `Deploys, pulls, breaks and heals a pull-through cache on a local emulation of AWS.

  npm run demo             plays all of it
  npm run demo -- --keep   leaves it running instead of destroying it, to explore by aws and cdk`;

async function main(args: readonly string[]): Promise<number> {
  if (args.some(arg => arg !== '--keep')) {
    console.log(USAGE);
    return args.includes('--help') ? 0 : 2;
  }
  const processes = new Processes();
  const report = new Report();
  const interruption = new Interruption(async () => {
    report.silence();
    await processes.stopAll();
  });
  try {
    return await start(processes, report, interruption, args.includes('--keep'));
  } catch (problem) {
    if (interruption.code === undefined) {
      throw problem;
    }
    console.log('\nInterrupted: what was started has ended.');
    return interruption.code;
  } finally {
    await processes.stopAll();
  }
}

async function start(processes: Processes, report: Report, interruption: Interruption, keep: boolean): Promise<number> {
  let python: string;
  try {
    python = await preparedPython(processes, text => console.log(text));
  } catch (problem) {
    if (problem instanceof PythonMissing && interruption.code === undefined) {
      console.log(`${problem.message}\n`);
      await meanwhile(processes);
      return 1;
    }
    throw problem;
  }
  return play(await World.begin(processes, python, report), interruption, keep);
}

/** Plays the scenes up to one that breaks off. The exit code. */
async function play(world: World, interruption: Interruption, keep: boolean): Promise<number> {
  const { report } = world;
  const scenes = keep ? SCENES : [...SCENES, LAST];
  try {
    for (const [title, scene] of scenes) {
      await report.scene(title, async () => scene(world));
    }
  } catch (problem) {
    if (interruption.code !== undefined) {
      throw problem;
    }
  } finally {
    if (interruption.code === undefined) {
      report.summary(scenes.length);
    }
    if (keep && interruption.code === undefined) {
      explore(world);
      await interruption.happens;
    }
    await world.end();
  }
  onAws();
  return report.allHeld ? 0 : 1;
}

main(process.argv.slice(2)).then(code => process.exit(code), (problem: unknown) => {
  console.error(problem);
  process.exit(1);
});
