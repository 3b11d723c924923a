import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { GROUPS } from './groups';
import { Account } from './runner/account';
import { Need } from './runner/check';
import type { Group, Place } from './runner/check';
import { engineGround } from './runner/engine';
import { expectNothing, removeAll } from './runner/remains';
import { issue, plan, table } from './runner/report';
import { runGroups } from './runner/run';
import type { Ground } from './runner/session';
import { ROOT, tool } from '../local/harness/paths';
import { Processes } from '../local/harness/processes';

const USAGE = `Settles what this library assumes of AWS: deploys, pulls, looks, prints a table and deletes everything.

  npm run integ                               everything that one account decides, in the Region of the environment
  npm run integ -- --engine                   the same on the local engine, to see how it goes
  npm run integ -- --group watched-cache      some groups; may be repeated
  npm run integ -- --list                     what there is, without a look at any account
  npm run integ -- --clean                    deletes what an earlier run left, and nothing else

  --profile, --region, --far-region           where; by default as the AWS CLI, and us-west-2 (us-east-1 from there) for what takes two Regions
  --other-profile, --organization, --wait     what some groups take besides: a second account, an organisation, 25 hours
  --yes                                       doesn't ask
  --out FILE                                  the report, integ-report.md by default`;

const OPTIONS = {
  'engine': { type: 'boolean' },
  'group': { type: 'string', multiple: true },
  'list': { type: 'boolean' },
  'clean': { type: 'boolean' },
  'profile': { type: 'string' },
  'region': { type: 'string' },
  'far-region': { type: 'string' },
  'other-profile': { type: 'string' },
  'organization': { type: 'string' },
  'wait': { type: 'boolean' },
  'yes': { type: 'boolean' },
  'out': { type: 'string' },
  'help': { type: 'boolean' },
} as const;

async function main(args: string[]): Promise<number> {
  const { values: given } = parseArgs({ args, options: OPTIONS });
  if (given.help) { console.log(USAGE); return 0; }
  const unknown = (given.group ?? []).find(name => !GROUPS.some(group => group.name === name));
  if (unknown) { throw new Error(`got the group '${unknown}', expected one of ${GROUPS.map(({ name }) => name).join(', ')}`); }
  const asked = GROUPS.filter(({ name }) => given.group?.includes(name) ?? true);
  if (given.list) {
    asked.forEach(({ name, creates, needs = [], checks }) => console.log(`${name}: ${creates}${needs.map(need => `; takes ${need}`).join('')}\n  ${checks.map(({ id }) => id).join(', ')}`));
    return 0;
  }
  if (!existsSync(join(ROOT, 'assets'))) { throw new Error('got no bundles of the functions, expected them in assets/: run npx projen bundle'); }

  const processes = new Processes();
  const home = mkdtempSync(join(tmpdir(), 'integ-'));
  let wishes = 0;
  const interruption = new AbortController();
  const wish = (): void => {
    console.log(wishes++ === 0 ? '\nInterrupted: what was made is deleted now.' : 'Still deleting; what is left in the end is listed.');
    interruption.abort();
    // the engine is one of them; on AWS they are deployments, and CloudFormation deletes what they began
    if (!given.engine) { void processes.stopAll(); }
  };
  process.on('SIGINT', wish).on('SIGTERM', wish).on('SIGHUP', wish);
  const pace: Ground['pass'] = async seconds => setTimeout(seconds * 1000, undefined, { signal: interruption.signal });
  try {
    const ground = given.engine ? await engineGround(processes, home, asked, pace) : await awsGround(given, processes, home, pace);
    const { account, other, place } = ground;
    const everywhere = [account, ...other ? [other] : [], account.in(place.farRegion)];
    if (given.clean) {
      const left = (await Promise.all(everywhere.map(removeAll))).flat();
      console.log(left.length > 0 ? left.join('\n') : 'Nothing is left.');
      return left.length > 0 ? 1 : 0;
    }
    const groups = asked.filter(group => missing(group, place, given.wait) === undefined);
    console.log(plan(groups, place, asked.flatMap(group => { const need = missing(group, place, given.wait); return need ? [[group, `it takes ${need}`] as const] : []; })));
    if (!given.engine) {
      await Promise.all(everywhere.map(expectNothing));
      if (!given.yes && !await agreed()) { return 2; }
    }
    const outcome = await runGroups(groups, ground, () => interruption.signal.aborted, console.log);
    const out = given.out ?? 'integ-report.md';
    writeFileSync(out, issue(outcome, place, versions()));
    console.log(`\n${table(outcome.rows)}\n${outcome.left.length > 0 ? `NOT DELETED:\n${outcome.left.join('\n')}\n` : ''}The report is in ${out}: look through it, then put it into an issue.`);
    return wishes > 0 ? 130 : outcome.left.length > 0 ? 1 : 0;
  } finally {
    await processes.stopAll();
    rmSync(home, { recursive: true, force: true });
  }
}

type Given = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

/** What a group lacks here. */
function missing({ needs = [] }: Group, place: Place, wait = false): Need | undefined {
  const there = { [Need.OTHER_ACCOUNT]: place.otherAccount, [Need.ORGANIZATION]: place.organization, [Need.DAY]: place.engine || wait };
  return needs.find(need => !there[need]);
}

async function awsGround(given: Given, processes: Processes, home: string, pass: Ground['pass']): Promise<Ground> {
  const region = given.region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  if (region === undefined) { throw new Error('got no Region, expected --region or AWS_REGION'); }
  const account = await Account.ofProfile(region, given.profile);
  const other = given['other-profile'] === undefined ? undefined : await Account.ofProfile(region, given['other-profile']);
  const farRegion = given['far-region'] ?? (region === 'us-west-2' ? 'us-east-1' : 'us-west-2');
  const cdk: Ground['cdk'] = async (one, args) => {
    const { accessKeyId, secretAccessKey, sessionToken } = one.config.credentials;
    const session = sessionToken ? { AWS_SESSION_TOKEN: sessionToken } : {};
    const credentials = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, ...session };
    const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(AWS_|CDK_)/.test(name)));
    return processes.run(process.execPath, [tool('aws-cdk', 'bin', 'cdk'), ...args, '--no-notices', '--output', join(home, 'cdk.out')], {
      cwd: ROOT, env: { ...inherited, ...credentials, AWS_REGION: one.config.region, AWS_DEFAULT_REGION: one.config.region, NO_COLOR: '1' },
    });
  };
  const place: Place = {
    account: await account.id(), otherAccount: await other?.id(), organization: given.organization, region, farRegion, engine: false,
  };
  return { place, account, other, home, cdk, pass };
}

async function agreed(): Promise<boolean> {
  if (!process.stdin.isTTY) { throw new Error('got nobody to ask, expected a terminal, or --yes'); }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question('Both Regions of the account have to be bootstrapped for the CDK. Go on? Write yes: ');
  terminal.close();
  return answer.trim() === 'yes';
}

function versions(): string {
  const version = (name: string) => (JSON.parse(readFileSync(tool(name, 'package.json'), 'utf8')) as { version: string }).version;
  return `aws-cdk-lib ${version('aws-cdk-lib')}, CDK CLI ${version('aws-cdk')}, Node.js ${process.version}.`;
}

main(process.argv.slice(2)).then(code => process.exit(code), (problem: Error) => {
  console.error(problem.message);
  process.exit(1);
});
