import { createInterface } from 'node:readline';
import type { Ground } from './ground';
import { LOCAL } from '../../local/harness/paths';

/**
 * Starts a registry that answers as Docker Hub does, and has the engine take it for that: its official images live below `library/`.
 *
 * @returns the digests of the images by their repositories; each has the tag `1.0`
 */
export async function startDockerHub(
  ground: Ground, login: { username: string; accessToken: string }, repositories: readonly string[]): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  const layouts: string[] = [];
  for (const name of repositories) {
    const { layout, digest } = await ground.image(name, '1.0');
    layouts.push('--layout', `${name}=${layout}`);
    digests[name] = digest;
  }
  const child = ground.processes.start(ground.python, [
    '-m', 'upstream', 'serve', '--mode', 'docker-hub', '--user', login.username, '--password', login.accessToken, ...layouts,
  ], { cwd: LOCAL });
  const ready = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout! }).once('line', resolve);
    child.once('exit', code => reject(new Error(`the upstream ended with ${code}`)));
  });
  await ground.engine.upstream('registry-1.docker.io', { url: (JSON.parse(ready) as { url: string }).url });
  return digests;
}
