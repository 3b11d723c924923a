import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Account } from './account';
import type { Group, Place } from './check';
import type { Ground } from './session';
import { Aws, root } from '../../local/harness/aws';
import { environment } from '../../local/harness/cdk';
import { Engine } from '../../local/harness/engine';
import { makeImage } from '../../local/harness/images';
import { LOCAL, ROOT, tool } from '../../local/harness/paths';
import type { Processes } from '../../local/harness/processes';
import { preparedPython } from '../../local/harness/python';

const ACCOUNT = '111122223333', OTHER = '444455556666', REGION = 'us-east-1', FAR = 'us-west-2';

/** The local engine with two accounts, as administrators see them, and a stand-in for each public registry that groups pull from. */
export async function engineGround(processes: Processes, home: string, groups: readonly Group[], pace: Ground['pass']): Promise<Ground & { engine: Engine }> {
  const python = await preparedPython(processes);
  const engine = await Engine.start(processes, python, { directory: home, args: ['--node-path', tool()] });
  const images = new Map<string, Set<string>>();
  for (const [host, names] of groups.flatMap(group => Object.entries(group.images ?? {}))) {
    images.set(host, new Set([...images.get(host) ?? [], ...names]));
  }
  for (const [host, names] of images) {
    await engine.upstream(host, { url: await standIn(processes, python, join(home, host), [...names]) });
  }
  const administrator = async (account: string) => {
    // the root of an account can't assume roles
    const { credentials } = await new Aws(engine.endpoint, REGION, root(account)).user('integ', { Effect: 'Allow', Action: '*', Resource: '*' });
    return new Account({ region: REGION, endpoint: engine.endpoint, credentials });
  };
  const [account, other] = [await administrator(ACCOUNT), await administrator(OTHER)];
  const cdk: Ground['cdk'] = async ({ config: { region, credentials } }, args) => {
    const env = { ...process.env, ...environment(new Aws(engine.endpoint, region, credentials), home), NODE_NO_WARNINGS: '1' };
    return processes.run(process.execPath, [tool('aws-cdk', 'bin', 'cdk'), ...args, '--no-notices', '--output', join(home, 'cdk.out')], { cwd: ROOT, env });
  };
  for (const one of [account, other, account.in(FAR)]) {
    const { code, output } = await cdk(one, ['bootstrap', `aws://${await one.id()}/${one.config.region}`]);
    if (code !== 0) { throw new Error(output); }
  }
  const place: Place = { account: ACCOUNT, otherAccount: OTHER, region: REGION, farRegion: FAR, engine: true };
  const pass = async (seconds: number) => seconds < 3600 ? pace(seconds) : engine.advance({ seconds });
  return { engine, place, account, other, home, cdk, pass };
}

/** Serves a tiny image for two platforms under each name. Where. */
async function standIn(processes: Processes, python: string, directory: string, images: readonly string[]): Promise<string> {
  const layouts = new Map<string, string>();
  for (const image of images) {
    const [name, tag] = image.split(':');
    layouts.set(name, join(directory, name));
    await makeImage(processes, python, join(directory, name), tag, image);
  }
  const served = [...layouts].flatMap(([name, layout]) => ['--layout', `${name}=${layout}`]);
  const child = processes.start(python, ['-m', 'upstream', 'serve', ...served], { cwd: LOCAL });
  const ready = await new Promise<string>(resolve => createInterface({ input: child.stdout! }).once('line', resolve));
  return (JSON.parse(ready) as { url: string }).url;
}
