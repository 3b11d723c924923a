// Prints what the component registers for each of the arguments that standard input holds: an object of names and arguments.
import { text } from 'node:stream/consumers';
import { mockPulumi, registrations, valueOf } from './mocks';

async function main(): Promise<void> {
  const cases: { [name: string]: object } = JSON.parse(await text(process.stdin));
  await mockPulumi();
  const { EcrPullThroughCache } = await import('../index');
  const rendered: { [name: string]: object } = {};
  for (const [name, args] of Object.entries(cases)) {
    const { made, resources } = await registrations(() => new EcrPullThroughCache('cache', args));
    rendered[name] = { resources, registryPolicyJson: await valueOf(made.registryPolicyJson) };
  }
  process.stdout.write(JSON.stringify(rendered));
}

void main();
