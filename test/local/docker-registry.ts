import { mkdirSync, writeFileSync } from 'node:fs';
import type { Ground } from './ground';
import { ask, freePort } from '../../local/harness/http';
import { eventually } from '../../local/harness/wait';

/** Starts a docker-registry, found by `DOCKER_REGISTRY` or in the path by default, on a free port of this machine. Its `host:port`. */
export async function startDockerRegistry(ground: Ground, program: string = process.env.DOCKER_REGISTRY ?? 'docker-registry'): Promise<string> {
  const address = `127.0.0.1:${await freePort()}`;
  const storage = ground.path('docker-registry');
  mkdirSync(storage);
  const config = ground.path('docker-registry.yml');
  writeFileSync(config, JSON.stringify({
    version: 0.1, log: { level: 'error' }, storage: { filesystem: { rootdirectory: storage } }, http: { addr: address },
  }));
  ground.processes.start(program, ['serve', config]);
  await eventually('docker-registry answers', async () =>
    ask('GET', `http://${address}/v2/`).then(({ status }) => status === 200, () => false));
  return address;
}
