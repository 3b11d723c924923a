import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CUSTOMER, STACK, VENDOR } from './world';
import type { World } from './world';
import { environment } from '../harness/cdk';
import { ROOT, tool } from '../harness/paths';
import type { Processes } from '../harness/processes';

/** Tells how to go on with an engine that stays. */
export function explore(world: World): void {
  const settings = Object.entries(environment(world.customer, world.home)).map(([name, value]) => `export ${name}=${value}`);
  console.log(`
It keeps running until you press Ctrl-C. In another terminal, in this directory:

${settings.join('\n')}

aws ecr describe-pull-through-cache-rules
aws ecr describe-images --repository-name echo/nginx
aws cloudwatch describe-alarms
npx cdk diff -c echoAccount=${VENDOR}
npx cdk destroy ${STACK} -c echoAccount=${VENDOR}
curl ${world.engine.endpoint}/_local    # moves the clock, takes upstreams away, tells who was refused what

You are the root of account ${CUSTOMER}; AWS_ACCESS_KEY_ID=${VENDOR} makes you Echo.`);
}

/** Tells how the same app gets to AWS. */
export function onAws(): void {
  console.log(`
All of this was a local emulation, nothing was verified on AWS: local/README.md lists what it reads into AWS's
documentation, and what it doesn't know.

On AWS the same app deploys with: npx cdk deploy -c echoAccount=<the account that Echo told you>`);
}

/** What can be looked at without Python: the template of the sample app. */
export async function meanwhile(processes: Processes): Promise<void> {
  console.log('Meanwhile, npx cdk synth shows what the sample app deploys. It would create:');
  const home = mkdtempSync(join(tmpdir(), 'ecr-cache-demo-'));
  try {
    await processes.expect(process.execPath, [tool('aws-cdk', 'bin', 'cdk'), 'synth', '--quiet', '--no-notices', '--output', home], {
      cwd: ROOT, env: { ...process.env, CDK_HOME: join(home, 'cdk-home'), CDK_DISABLE_CLI_TELEMETRY: 'true' },
    });
    const { Resources } = JSON.parse(readFileSync(join(home, `${STACK}.template.json`), 'utf8')) as { Resources: Record<string, { Type: string }> };
    for (const [id, { Type }] of Object.entries(Resources)) {
      console.log(`  ${Type.padEnd(38)} ${id}`);
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
