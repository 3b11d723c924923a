/*
 * Puts back what a RepositoryAdoption has overwritten, from its log: lifecycle policies, repository policies and values of tags, each as it was
 * before the first adoption of the time that is looked at. Without --apply it only tells.
 *
 *   npx tsx put-back.ts <name of the log group> --since 2026-11-30T12:00:00Z --apply
 */
import { CloudWatchLogs, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { ECR } from '@aws-sdk/client-ecr';
import type { Tag } from '@aws-sdk/client-ecr';

/** What was about to be overwritten; a line of the kind "overwritten" follows once it was. */
interface Overwriting {
  readonly kind: string;
  readonly repository: string;
  readonly setting: 'lifecycle' | 'policy' | 'tags';
  readonly before: string | Tag[];
  readonly dryRun: boolean;
}

const ecr = new ECR({});

async function overwriting(logGroupName: string, since: Date): Promise<Overwriting[]> {
  const lines: { readonly at: number; readonly line: Overwriting }[] = [];
  const pages = paginateFilterLogEvents({ client: new CloudWatchLogs({}) }, {
    logGroupName, startTime: since.getTime(), filterPattern: '{ $.kind = "overwriting" }',
  });
  for await (const { events = [] } of pages) {
    for (const { message = '', timestamp = 0 } of events) {
      // an event that Lambda itself wrote is no JSON
      const line = message.startsWith('{') ? JSON.parse(message) as Overwriting : undefined;
      if (line?.kind === 'overwriting' && !line.dryRun) {
        lines.push({ at: timestamp, line });
      }
    }
  }
  return lines.sort((one, other) => one.at - other.at).map(({ line }) => line);
}

async function putBack({ repository: repositoryName, setting, before }: Overwriting): Promise<void> {
  if (setting === 'lifecycle') {
    await ecr.putLifecyclePolicy({ repositoryName, lifecyclePolicyText: before as string });
  } else if (setting === 'policy') {
    await ecr.setRepositoryPolicy({ repositoryName, policyText: before as string });
  } else {
    const { repositories: [{ repositoryArn }] = [{}] } = await ecr.describeRepositories({ repositoryNames: [repositoryName] });
    await ecr.tagResource({ resourceArn: repositoryArn, tags: before as Tag[] });
  }
}

async function main([logGroupName, ...options]: string[]): Promise<void> {
  const since = options.includes('--since') ? new Date(options[options.indexOf('--since') + 1]) : new Date(0);
  const seen = new Set<string>();
  for (const one of await overwriting(logGroupName, since)) {
    const key = `${one.repository} ${one.setting}${one.setting === 'tags' ? ` ${(one.before as Tag[]).map(tag => tag.Key).join()}` : ''}`;
    if (!seen.has(key)) {
      seen.add(key);
      await (options.includes('--apply') ? putBack(one) : undefined);
      console.log(`${options.includes('--apply') ? 'put back' : 'would put back'} ${one.repository} ${one.setting}: ${JSON.stringify(one.before)}`);
    }
  }
}

void main(process.argv.slice(2)).catch((problem: unknown) => {
  console.error((problem as Error).message);
  process.exitCode = 1;
});
