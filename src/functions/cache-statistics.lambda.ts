import { CloudWatchClient, GetMetricDataCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  DescribeImagesCommand, DescribePullThroughCacheRulesCommand, DescribeRepositoriesCommand, DescribeRepositoryCreationTemplatesCommand, ECRClient,
  RepositoryNotFoundException,
} from '@aws-sdk/client-ecr';
import { DIMENSION, NAMESPACE, ProbeMetric, PullCount } from './contract';
import type { StatisticsSettings } from './contract';
import type { DeploymentRequest } from './custom-resource';
import { serveRun } from './first-run';
import type { Measured, Run } from './first-run';
import type { ImageFacts } from './lifecycle-forecast';
import { allPages, clientOptions, furtherToken, logLine, metricCalls, readSettings, Remaining } from './runtime';
import type { RuntimeContext, ScheduledEvent } from './runtime';
import { StatisticsRun } from './statistics-run';
import type { CreationTemplate, Sources } from './statistics-run';
import type { Window } from './statistics-tally';

/** The most that DescribeRepositories and DescribeImages give at once: their pages in the ECR API Reference. */
const PAGE = 1000;
/** The most that GetMetricData takes at once: its page in the CloudWatch API Reference. */
const QUERIES = 500;
/** A page of a thousand images takes a second or two. */
const REQUEST_MILLISECONDS = 20_000;
/** Kept for the last calls: pulls of the last page, and the figures themselves. */
const RESERVE_MILLISECONDS = 60_000;

/** A metric that counts, by one dimension. */
interface CountMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimension: string;
}

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

  public async rules(): Promise<string[]> {
    return allPages(async nextToken => {
      const page = await this.ecr.send(new DescribePullThroughCacheRulesCommand({ maxResults: PAGE, nextToken }), this.remaining.forReading());
      return { items: (page.pullThroughCacheRules ?? []).map(rule => rule.ecrRepositoryPrefix!), nextToken: page.nextToken };
    });
  }

  public async templates(): Promise<CreationTemplate[]> {
    return allPages(async nextToken => {
      const page = await this.ecr.send(new DescribeRepositoryCreationTemplatesCommand({ maxResults: PAGE, nextToken }), this.remaining.forReading());
      return { items: page.repositoryCreationTemplates ?? [], nextToken: page.nextToken };
    });
  }

  public async pulls(repositories: string[], window: Window): Promise<Map<string, number>> {
    return this.sums({ namespace: PullCount.NAMESPACE, name: PullCount.METRIC, dimension: PullCount.DIMENSION }, repositories, window);
  }

  public async probePulls(prefixes: string[], window: Window): Promise<Map<string, number>> {
    return this.sums({ namespace: NAMESPACE, name: ProbeMetric.PULLS, dimension: DIMENSION }, prefixes, window);
  }

  /** The sums of a metric in a window, by the values of its dimension; those that CloudWatch refuses are missing. */
  private async sums(metric: CountMetric, values: string[], window: Window): Promise<Map<string, number>> {
    const sums = new Map<string, number>();
    for (let start = 0; start < values.length; start += QUERIES) {
      await this.addSums(metric, values.slice(start, start + QUERIES), window, sums);
    }
    return sums;
  }

  private async addSums({ namespace, name, dimension }: CountMetric, values: string[], window: Window, sums: Map<string, number>): Promise<void> {
    let NextToken: string | undefined;
    const refused = new Set<string>();
    do {
      const page = await this.cloudWatch.send(new GetMetricDataCommand({
        StartTime: window.from,
        EndTime: window.to,
        NextToken,
        MetricDataQueries: values.map((value, at) => ({
          Id: `r${at}`,
          MetricStat: {
            Metric: { Namespace: namespace, MetricName: name, Dimensions: [{ Name: dimension, Value: value }] },
            // whole hours, so that no value of CloudWatch reaches over the ends of the window
            Period: 3600,
            Stat: 'Sum',
          },
        })),
      }), this.remaining.forReading());
      for (const result of page.MetricDataResults ?? []) {
        const value = values[Number(result.Id!.slice(1))];
        const sum = (result.Values ?? []).reduce((total, one) => total + one, 0);
        sums.set(value, (sums.get(value) ?? 0) + sum);
        if (result.StatusCode === 'InternalError' || result.StatusCode === 'Forbidden') {
          refused.add(value);
        }
      }
      NextToken = furtherToken(NextToken, page.NextToken);
    } while (NextToken);
    refused.forEach(value => sums.delete(value));
  }
}

/** One count of all caches. */
class CountingRun implements Run {
  private readonly cloudWatch = new CloudWatchClient(clientOptions(REQUEST_MILLISECONDS));

  public async measure(now: Date, remaining: Remaining): Promise<Measured> {
    const clock = { now, timeIsUp: () => remaining.milliseconds < RESERVE_MILLISECONDS };
    const sources = new AwsSources(new ECRClient(clientOptions(REQUEST_MILLISECONDS)), this.cloudWatch, remaining);
    const run = new StatisticsRun(readSettings<StatisticsSettings>(process.env), sources, clock, logLine);
    const tallies = await run.run();
    return {
      figures: new Map(tallies.map(tally => [tally.prefix, tally.figures(now, run.daily)])),
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
