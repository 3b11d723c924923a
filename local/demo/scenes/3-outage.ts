import { refusal, UPSTREAM } from '../world';
import type { World } from '../world';

export async function outage(world: World): Promise<void> {
  const { engine, report } = world;
  const before = await world.pull('echo/nginx', '1.27');
  await world.publish('nginx', '1.28');
  report.progress('25 hours pass; ECR compares a tag with the upstream when its last look is 24 hours old');
  await engine.advance({ hours: 25 });
  await engine.upstream(UPSTREAM, { state: 'down' });

  const after = await world.pull('echo/nginx', '1.27').catch((problem: Error) => problem);
  report.claim('the cached image is still served', !(after instanceof Error) && after.digest === before.digest, String(after));

  const asked = (await engine.events()).filter(({ detail }) => detail['image-tag'] === '1.27' && detail['sync-status'] !== 'SUCCESS');
  report.claim('although ECR did look, and the upstream was down', asked.some(({ detail }) => detail['failure-reason'].includes('is down')),
    JSON.stringify(asked));

  const refused = await refusal(world.pull('echo/nginx', '1.28'));
  report.claim('an image that nobody pulled before is not', refused !== undefined, 'it was served');
  report.quote(refused ?? '');
  await engine.upstream(UPSTREAM, { state: 'up' });
}
