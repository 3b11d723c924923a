import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  BatchGetImageCommand, DescribeImagesCommand, ECRClient, GetDownloadUrlForLayerCommand, ImageNotFoundException, RepositoryNotFoundException,
} from '@aws-sdk/client-ecr';
import { readSettings } from './function-settings';
import type { ProbeSettings } from './function-settings';
import { clientOptions, eventTime, logLine, metricCalls, Remaining } from './lambda-runtime';
import type { CallOptions, RuntimeContext, ScheduledEvent } from './lambda-runtime';
import type { CachedAlready, Manifest, PullCalls, Reference } from './probe-image';
import { probeRun } from './probe-run';

/** What clients accept; without it ECR converts manifests to the oldest form. */
const MEDIA_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

/** The calls for one image, all of which end when its time is up. */
class AwsPullCalls implements PullCalls {
  private readonly options: CallOptions;

  constructor(private readonly ecr: ECRClient, remaining: Remaining, longest: number) {
    this.options = remaining.forReading(longest);
  }

  public async cachedAlready(repositoryName: string, imageTag: string): Promise<CachedAlready | undefined> {
    try {
      const { imageDetails } = await this.ecr.send(
        new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag }] }), this.options);
      const image = imageDetails?.[0];
      return image && { digest: image.imageDigest!, cachedAt: image.imagePushedAt! };
    } catch (error) {
      if (error instanceof ImageNotFoundException || error instanceof RepositoryNotFoundException) {
        return undefined;
      }
      throw error;
    }
  }

  public async manifests(repositoryName: string, imageIds: Reference[]): Promise<Manifest[]> {
    const { images = [], failures = [] } = await this.ecr.send(
      new BatchGetImageCommand({ repositoryName, imageIds, acceptedMediaTypes: MEDIA_TYPES }), this.options);
    if (failures.length > 0 || images.length < imageIds.length) {
      const [{ failureCode = 'NoAnswer', failureReason = 'ECR gave no manifest', imageId = imageIds[0] } = {}] = failures;
      throw Object.assign(new Error(`${failureReason} (${JSON.stringify(imageId)})`), { name: failureCode });
    }
    return images.map(image => ({ digest: image.imageId!.imageDigest!, text: image.imageManifest! }));
  }

  public async layer(repositoryName: string, layerDigest: string): Promise<void> {
    await this.ecr.send(new GetDownloadUrlForLayerCommand({ repositoryName, layerDigest }), this.options);
  }
}

/** Pulls the images of the settings and puts how it went into CloudWatch. */
export async function handler(event: ScheduledEvent, context: RuntimeContext): Promise<void> {
  const settings = readSettings<ProbeSettings>(process.env);
  const imageTimeout = settings.imageTimeoutSeconds * 1000;
  // a first pull answers when the image is imported, so a request may take as long as its image
  const ecr = new ECRClient(clientOptions(imageTimeout));
  const cloudWatch = new CloudWatchClient(clientOptions(10_000));
  const remaining = new Remaining(context);
  const now = eventTime(event);

  const callsFor = () => new AwsPullCalls(ecr, remaining, imageTimeout);
  const figures = await probeRun(settings, now, callsFor, logLine);
  for (const call of metricCalls(now, figures)) {
    await cloudWatch.send(new PutMetricDataCommand(call), remaining.forFigures());
  }
}
