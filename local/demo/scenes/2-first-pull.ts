import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetLifecyclePolicyCommand } from '@aws-sdk/client-ecr';
import { STACK } from '../world';
import type { World } from '../world';

export async function firstPull(world: World): Promise<void> {
  const { report } = world;
  const digest = await world.publish('nginx', '1.27');
  report.progress(`Echo publishes nginx:1.27, ${digest}`);

  const image = await world.pull('echo/nginx', '1.27');
  report.claim(`echo/nginx:1.27 comes through the cache for ${image.platforms.join(' and ')}`,
    image.platforms.join() === 'linux/amd64,linux/arm64', image.platforms.join());
  report.claim(`its digest is the upstream's, and so is that of each of its ${image.contents} contents`, image.digest === digest, image.digest);

  const { lifecyclePolicyText } = await world.customer.ecr.send(new GetLifecyclePolicyCommand({ repositoryName: 'echo/nginx' }));
  report.claim('its repository was born with the lifecycle of the template', lifecyclePolicyText === lifecycleOfTemplate(world), lifecyclePolicyText);
  for (const { description } of (JSON.parse(lifecyclePolicyText!) as { rules: { description: string }[] }).rules) {
    report.quote(description);
  }
}

/** The lifecycle policy in the template that the CLI deployed. */
function lifecycleOfTemplate(world: World): string {
  const { Resources } = JSON.parse(readFileSync(join(world.home, 'cdk.out', `${STACK}.template.json`), 'utf8')) as {
    Resources: Record<string, { Type: string; Properties: { LifecyclePolicy: string } }>;
  };
  return Object.values(Resources).find(({ Type }) => Type === 'AWS::ECR::RepositoryCreationTemplate')!.Properties.LifecyclePolicy;
}
