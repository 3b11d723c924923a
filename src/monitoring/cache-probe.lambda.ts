import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { ECR } from '@aws-sdk/client-ecr';
import { EcrPullCalls } from './ecr-pull-calls';
import { readSettings } from './function-settings';
import type { ProbeSettings } from './function-settings';
import { clientOptions, eventTime, logLine, metricCalls, Remaining } from './lambda-runtime';
import type { RuntimeContext, ScheduledEvent } from './lambda-runtime';
import { probeRun } from './probe-run';

/** Pulls the images of the settings and puts how it went into CloudWatch. */
export async function handler(event: ScheduledEvent, context: RuntimeContext): Promise<void> {
  const settings = readSettings<ProbeSettings>(process.env);
  const imageTimeout = settings.imageTimeoutSeconds * 1000;
  // a first pull answers when the image is imported, so a request may take as long as its image
  const ecr = new ECR(clientOptions(imageTimeout));
  const cloudWatch = new CloudWatchClient(clientOptions(10_000));
  const remaining = new Remaining(context);
  const now = eventTime(event);

  const callsFor = () => new EcrPullCalls(ecr, remaining.forReading(imageTimeout));
  const figures = await probeRun(settings, now, callsFor, logLine);
  for (const call of metricCalls(now, figures)) {
    await cloudWatch.send(new PutMetricDataCommand(call), remaining.forFigures());
  }
}
