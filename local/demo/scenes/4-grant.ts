import { CreateRepositoryCommand } from '@aws-sdk/client-ecr';
import { RegistryClient } from '../../harness/registry-client';
import { refusal } from '../world';
import type { World } from '../world';

export async function grant(world: World): Promise<void> {
  const { customer, engine, report } = world;
  const digest = await world.publish('redis', '7.4');
  report.progress("a user with what aws-cdk's repository.grantPull gives, on all repositories");
  const user = await customer.user('newcomer',
    { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
    { Effect: 'Allow', Action: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'], Resource: '*' });
  await engine.forgetDenials();
  const refused = await refusal((await RegistryClient.login(user)).pull('echo/redis', '7.4'));
  report.claim('may not pull what nobody pulled before', refused !== undefined, 'it was served');
  report.quote(refused ?? '');

  const missing = (await engine.denials()).find(({ principal }) => principal.endsWith('user/newcomer'));
  report.claim('because an action of a first pull is missing, which ECR doesn\'t say', missing?.action === 'ecr:CreateRepository', missing?.action);
  report.quote(missing ? `${missing.action} on ${missing.resource}` : '');

  const served = await world.pull('echo/redis', '7.4').catch((problem: Error) => problem);
  report.claim('the role with grants.pull is served', !(served instanceof Error) && served.digest === digest, String(served));

  report.progress('the account has a repository of its own, too');
  await customer.ecr.send(new CreateRepositoryCommand({ repositoryName: 'internal' }));
  const outside = await refusal(world.pull('internal', '1.0'));
  report.claim('and refused outside of the prefix', outside?.includes('ecr:BatchGetImage') === true, outside ?? 'it was served');
  report.quote(outside ?? '');
}
