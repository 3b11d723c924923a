import { CloudWatchClient, GetMetricDataCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeImagesCommand, DescribeRepositoriesCommand, ECRClient, RepositoryNotFoundException } from '@aws-sdk/client-ecr';
import { PullCount } from './contract';
import type { StatisticsSettings } from './contract';
import type { DeploymentRequest } from './custom-resource';
import { serveRun } from './first-run';
import type { Measured, Run } from './first-run';
import { clientOptions, furtherToken, logLine, metricCalls, readSettings, Remaining } from './runtime';
import type { RuntimeContext, ScheduledEvent } from './runtime';
import { StatisticsRun } from './statistics-run';
import type { Sources } from './statistics-run';
import type { ImageFacts, Window } from './statistics-tally';

/** The most that DescribeRepositories and DescribeImages give at once: their pages in the ECR API Reference. */
const PAGE = 1000;
/** The most that GetMetricData takes at once: its page in the CloudWatch API Reference. */
const QUERIES = 500;
/** A page of a thousand images takes a second or two. */
const REQUEST_MILLISECONDS = 20_000;
/** Kept for the last calls: pulls of the last page, and the figures themselves. */
const RESERVE_MILLISECONDS = 60_000;

/** Reads the registry and CloudWatch. */
class AwsSources implements Sources {
  constructor(private readonly ecr: ECRClient, private readonly cloudWatch: CloudWatchClient, private readonly remaining: Remaining) {}

  public async *repositoryNames(): AsyncIterable<string[]> {
    let nextToken: string | undefined;
    do {
      const page = await this.ecr.send(new DescribeRepositoriesCommand({ maxResults: PAGE, nextToken }), this.remaining.forReading());
      yield (page.repositories ?? []).map(repository => repository.repositoryName!);
      nextToken = furtherToken(nextToken, page.nextToken);
    } while (nextToken);
  }

  public async *images(repositoryName: string): AsyncIterable<ImageFacts[] | undefined> {
    let nextToken: string | undefined;
    do {
      try {
        const page = await this.ecr.send(
          new DescribeImagesCommand({ repositoryName, maxResults: PAGE, nextToken }), this.remaining.forReading());
        yield page.imageDetails ?? [];
        nextToken = furtherToken(nextToken, page.nextToken);
      } catch (error) {
        if (!(error instanceof RepositoryNotFoundException)) {
          throw error;
        }
        // deleted since it was listed: it counts no more
        yield undefined;
        return;
      }
    } while (nextToken);
  }

  public async pulls(repositories: string[], window: Window): Promise<Map<string, number>> {
    const pulls = new Map<string, number>();
    for (let start = 0; start < repositories.length; start += QUERIES) {
      await this.addPulls(repositories.slice(start, start + QUERIES), window, pulls);
    }
    return pulls;
  }

  private async addPulls(repositories: string[], window: Window, pulls: Map<string, number>): Promise<void> {
    let NextToken: string | undefined;
    const refused = new Set<string>();
    do {
      const page = await this.cloudWatch.send(new GetMetricDataCommand({
        StartTime: window.from,
        EndTime: window.to,
        NextToken,
        MetricDataQueries: repositories.map((repository, at) => ({
          Id: `r${at}`,
          MetricStat: {
            Metric: {
              Namespace: PullCount.NAMESPACE,
              MetricName: PullCount.METRIC,
              Dimensions: [{ Name: PullCount.DIMENSION, Value: repository }],
            },
            // whole hours, so that no value of CloudWatch reaches over the ends of the window
            Period: 3600,
            Stat: 'Sum',
          },
        })),
      }), this.remaining.forReading());
      for (const result of page.MetricDataResults ?? []) {
        const repository = repositories[Number(result.Id!.slice(1))];
        const sum = (result.Values ?? []).reduce((total, value) => total + value, 0);
        pulls.set(repository, (pulls.get(repository) ?? 0) + sum);
        if (result.StatusCode === 'InternalError' || result.StatusCode === 'Forbidden') {
          refused.add(repository);
        }
      }
      NextToken = furtherToken(NextToken, page.NextToken);
    } while (NextToken);
    refused.forEach(repository => pulls.delete(repository));
  }
}

/** One count of all caches. */
class CountingRun implements Run {
  private readonly cloudWatch = new CloudWatchClient(clientOptions(REQUEST_MILLISECONDS));

  public async measure(now: Date, remaining: Remaining): Promise<Measured> {
    const clock = { now, timeIsUp: () => remaining.milliseconds < RESERVE_MILLISECONDS };
    const sources = new AwsSources(new ECRClient(clientOptions(REQUEST_MILLISECONDS)), this.cloudWatch, remaining);
    const tallies = await new StatisticsRun(readSettings<StatisticsSettings>(process.env), sources, clock, logLine).run();
    return {
      figures: new Map(tallies.map(tally => [tally.prefix, tally.figures(now)])),
      whole: tallies.every(({ unseen }) => unseen === 0),
    };
  }

  public async put(now: Date, figures: Measured['figures'], remaining: Remaining): Promise<void> {
    for (const call of metricCalls(now, figures)) {
      await this.cloudWatch.send(new PutMetricDataCommand(call), remaining.forFigures());
    }
  }
}

/** Counts the caches and puts their figures into CloudWatch, on a schedule or once during a deployment. */
export async function handler(event: ScheduledEvent | DeploymentRequest, context: RuntimeContext): Promise<void> {
  await serveRun(event, context, new CountingRun());
}
