import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { ECR } from '@aws-sdk/client-ecr';
import type { ProbeSettings } from './contract';
import type { DeploymentRequest } from './custom-resource';
import { EcrPullCalls } from './ecr-pull-calls';
import { serveRun } from './first-run';
import type { Measured, Run } from './first-run';
import { ProbeRun } from './probe-run';
import { allPages, clientOptions, logLine, metricCalls, readSettings, Remaining } from './runtime';
import type { RuntimeContext, ScheduledEvent } from './runtime';

/** Pulls the images of the settings, has ECR try credentials, and puts how it went into CloudWatch. */
class ProbingRun implements Run {
  private readonly settings = readSettings<ProbeSettings>(process.env);

  public async measure(now: Date, remaining: Remaining): Promise<Measured> {
    const imageTimeout = this.settings.imageTimeoutSeconds * 1000;
    // a first pull answers when the image is imported, so a request may take as long as its image
    const ecr = new ECR(clientOptions(imageTimeout));
    return new ProbeRun(this.settings, now, {
      calls: () => new EcrPullCalls(ecr, remaining.forReading(imageTimeout)),
      rules: () => allPages(async nextToken => {
        const page = await ecr.describePullThroughCacheRules({ maxResults: 1000, nextToken }, remaining.forReading());
        return { items: (page.pullThroughCacheRules ?? []).map(({ ecrRepositoryPrefix }) => ecrRepositoryPrefix!), nextToken: page.nextToken };
      }),
      credentialProblem: async ecrRepositoryPrefix => {
        const { isValid, failure } = await ecr.validatePullThroughCacheRule({ ecrRepositoryPrefix }, remaining.forReading());
        return isValid ? undefined : failure ?? 'ECR finds the rule not valid and gives no reason';
      },
    }, logLine).run();
  }

  public async put(now: Date, figures: Measured['figures'], remaining: Remaining): Promise<void> {
    const cloudWatch = new CloudWatchClient(clientOptions(10_000));
    for (const call of metricCalls(now, figures)) {
      await cloudWatch.send(new PutMetricDataCommand(call), remaining.forFigures());
    }
  }
}

/** Probes on a schedule, or once during a deployment. */
export async function handler(event: ScheduledEvent | DeploymentRequest, context: RuntimeContext): Promise<void> {
  await serveRun(event, context, new ProbingRun());
}
