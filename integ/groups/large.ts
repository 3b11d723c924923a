import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateRepositoryCommand, DeleteRepositoryCommand, DescribeImagesCommand, PutImageCommand, BatchGetImageCommand } from '@aws-sdk/client-ecr';
import { InvokeCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { roleIn } from './watched-cache';
import { CacheStatistics, PullThroughCache, RepositoryAdoption, UpstreamRegistry } from '../../src';
import { decided, undecided } from '../runner/check';
import type { Group, Place } from '../runner/check';
import { isThere } from '../runner/remains';
import type { Session } from '../runner/session';

const STACK = 'IntegLarge', PREFIX = 'integ-large';
/** How much is made: as much as the limits of the functions are about, or as little as shows that the checks work. */
const sizes = ({ engine }: Place) => engine ? { repositories: 30, images: 20 } : { repositories: 10_000, images: 3000 };

/** A cache that is counted and adopted by functions, and a role that may delete repositories and nothing else. */
function large(app: App, apply = false): void {
  const stack = new Stack(app, STACK);
  const cache = new PullThroughCache(stack, 'Cache', { upstream: UpstreamRegistry.ECR_PUBLIC, repositoryPrefix: PREFIX });
  const statistics = new CacheStatistics(stack, 'Statistics', { caches: [cache] });
  const deleter = roleIn(stack, 'Deleter');
  deleter.addToPolicy(new iam.PolicyStatement({ actions: ['ecr:DeleteRepository'], resources: ['*'] }));
  new CfnOutput(stack, 'LogName', { value: statistics.logGroup.logGroupName });
  new CfnOutput(stack, 'DeleterArn', { value: deleter.roleArn });
  if (apply) { new CfnOutput(stack, 'Summary', { value: new RepositoryAdoption(stack, 'Adoption', { template: cache.repositoryTemplate, dryRun: false }).summary }); }
}

/** Does something for each number below a count, eight at a time, and again where it was throttled. */
async function each(count: number, act: (at: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: 8 }, async () => {
    while (next < count) { await act(next++); }
  }));
}

async function describeImagesRate(session: Session) {
  const { repositories } = sizes(session.place);
  await each(repositories, async at => session.account.ecr.send(new CreateRepositoryCommand({ repositoryName: `${PREFIX}/many/${at}` })).catch(() => undefined));
  const started = Date.now();
  const { Functions = [] } = await session.account.lambda.send(new ListFunctionsCommand({ MaxItems: 50 }));
  const counter = Functions.find(one => one.FunctionName!.startsWith(`${STACK}-Statistics`))?.FunctionName;
  if (counter === undefined) { return undecided('no function of the statistics among the first 50 of the account'); }
  await session.account.lambda.send(new InvokeCommand({ FunctionName: counter, InvocationType: 'Event' }));
  const logGroupName = await session.output(STACK, 'LogName');
  const line = async (kind: string, minutes: number) => session.until(async () => {
    // a run of the deployment has counted the empty cache
    const { events = [] } = await session.account.logs.send(new FilterLogEventsCommand({ logGroupName, startTime: started }));
    return events.find(({ message }) => message!.includes(`"kind":"${kind}"`))?.message;
  }, minutes);
  const cache = await line('cache', 20);
  const unseen = await line('unseen', 1);
  return cache === undefined && unseen === undefined ? undecided('the run put nothing in 20 minutes')
    : decided(unseen === undefined && cache!.includes(String(repositories)), { seconds: Math.round((Date.now() - started) / 1000), cache, unseen });
}

async function settingsRate(session: Session) {
  const started = Date.now();
  const { code, output } = await session.deploy(STACK, app => large(app, true));
  const seconds = Math.round((Date.now() - started) / 1000);
  return decided(code === 0, code === 0 ? { seconds, summary: await session.output(STACK, 'Summary') } : output.slice(-300));
}

async function forceDelete(session: Session) {
  const repositoryName = `${PREFIX}/full`;
  await session.publish(repositoryName, '0');
  const { images: [one] = [] } = await session.account.ecr.send(new BatchGetImageCommand({ repositoryName, imageIds: [{ imageTag: '0' }] }));
  await each(sizes(session.place).images, async at => {
    const imageManifest = JSON.stringify({ ...JSON.parse(one.imageManifest!) as object, annotations: { number: String(at + 1) } });
    await session.account.ecr.send(new PutImageCommand({ repositoryName, imageTag: String(at + 1), imageManifest }));
  });
  const { imageDetails = [] } = await session.account.ecr.send(new DescribeImagesCommand({ repositoryName, maxResults: 1000 }));
  const deleter = await session.account.as(await session.output(STACK, 'DeleterArn'));
  const refused = await deleter.ecr.send(new DeleteRepositoryCommand({ repositoryName, force: true }))
    .then(() => undefined, (problem: Error) => problem.message);
  return decided(refused === undefined && !await isThere(session.account, repositoryName), refused ?? `deleted with ${imageDetails.length} images or more`);
}

export const LARGE: Group = {
  name: 'large',
  creates: '10,000 empty repositories and one with 3,000 images, a cache with two functions; nothing else may need ECR\'s API meanwhile',
  minutes: 240,
  dollars: 1,
  stacks: app => large(app),
  checks: [
    { id: 'describe-images-rate', run: describeImagesRate },
    { id: 'settings-rate', run: settingsRate },
    { id: 'force-delete', run: forceDelete },
  ],
};
