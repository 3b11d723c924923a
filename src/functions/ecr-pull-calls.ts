import { IMAGE_ARCHIVED } from './pull';
import type { CachedAlready, Manifest, PullCalls, Reference } from './pull';
import type { CallOptions } from './runtime';

/** What clients accept; without it ECR converts manifests to the oldest form. */
const MEDIA_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

interface FailedId {
  readonly imageDigest?: string;
  readonly imageTag?: string;
}

/** The calls of the SDK's `ECR` that a pull is made of, named here so that only handlers import the SDK. */
export interface EcrOfPulls {
  describeImages(
    input: { repositoryName: string; imageIds: Reference[]; filter?: { imageStatus: 'ANY' } }, options: CallOptions): Promise<{
    readonly imageDetails?: { readonly imageDigest?: string; readonly imagePushedAt?: Date; readonly imageStatus?: string }[];
  }>;
  batchGetImage(input: { repositoryName: string; imageIds: Reference[]; acceptedMediaTypes: string[] }, options: CallOptions): Promise<{
    readonly images?: { readonly imageId?: { readonly imageDigest?: string }; readonly imageManifest?: string }[];
    readonly failures?: { readonly imageId?: FailedId; readonly failureCode?: string; readonly failureReason?: string }[];
  }>;
  getDownloadUrlForLayer(input: { repositoryName: string; layerDigest: string }, options: CallOptions): Promise<{ readonly downloadUrl?: string }>;
}

/** What `DescribeImages` calls an image that can't be pulled. */
const STATES_OF_ARCHIVED: { readonly [status: string]: string } = {
  ARCHIVED: 'in the archive, and has to be restored before',
  ACTIVATING: 'on its way back from the archive, which takes up to 20 minutes, before',
};

const NOT_THERE = ['ImageNotFoundException', 'RepositoryNotFoundException'];

/** The calls for one image, all of which end when its time is up. */
export class EcrPullCalls implements PullCalls {
  public given = 0;

  constructor(private readonly ecr: EcrOfPulls, private readonly options: CallOptions) {}

  public async cachedAlready(repositoryName: string, imageTag: string): Promise<CachedAlready | undefined> {
    try {
      const { imageDetails } = await this.ecr.describeImages({ repositoryName, imageIds: [{ imageTag }] }, this.options);
      const image = imageDetails?.[0];
      return image && { digest: image.imageDigest!, cachedAt: image.imagePushedAt! };
    } catch (error) {
      if (NOT_THERE.includes((error as Error).name)) {
        return undefined;
      }
      throw error;
    }
  }

  public async manifests(repositoryName: string, imageIds: Reference[]): Promise<Manifest[]> {
    const { images = [], failures = [] } = await this.ecr.batchGetImage(
      { repositoryName, imageIds, acceptedMediaTypes: MEDIA_TYPES }, this.options);
    this.given += images.length;
    if (failures.length > 0 || images.length < imageIds.length) {
      const [{ failureCode = 'NoAnswer', failureReason = 'ECR gave no manifest', imageId = imageIds[0] } = {}] = failures;
      await this.refuseArchived(repositoryName, imageId as Reference);
      throw Object.assign(new Error(`${failureReason} (${JSON.stringify(imageId)})`), { name: failureCode });
    }
    return images.map(image => ({ digest: image.imageId!.imageDigest!, text: image.imageManifest! }));
  }

  /** To who pulls, an image in the archive looks like one that isn't there: Amazon ECR User Guide, "Archiving an image". */
  private async refuseArchived(repositoryName: string, reference: Reference): Promise<void> {
    const { imageDetails: [image] = [] } = await this.ecr
      .describeImages({ repositoryName, imageIds: [reference], filter: { imageStatus: 'ANY' } }, this.options)
      // what went wrong with the pull itself is told
      .catch(() => ({ imageDetails: [] }));
    const state = STATES_OF_ARCHIVED[image?.imageStatus ?? ''];
    if (state !== undefined) {
      throw Object.assign(new Error(`the image is ${state} it can be pulled (${JSON.stringify(reference)})`), { name: IMAGE_ARCHIVED });
    }
  }

  public async layer(repositoryName: string, layerDigest: string): Promise<string> {
    const { downloadUrl } = await this.ecr.getDownloadUrlForLayer({ repositoryName, layerDigest }, this.options);
    return downloadUrl!;
  }

  public async firstByte(address: string): Promise<void> {
    const answer = await download(address, this.options.abortSignal);
    await answer.body?.cancel();
    if (!answer.ok) {
      throw notDownloaded(`HTTP ${answer.status} of ${new URL(address).host}`);
    }
  }
}

async function download(address: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(address, { headers: { Range: 'bytes=0-0' }, signal });
  } catch (error) {
    throw signal.aborted
      ? Object.assign(new Error('Request aborted'), { name: 'AbortError' })
      : notDownloaded(`${new URL(address).host} can't be reached: ${(error as Error).message}`);
  }
}

/** The address itself is a credential, and stays out of the log. */
function notDownloaded(why: string): Error {
  return Object.assign(new Error(`the layer can't be downloaded: ${why}`), { name: 'LayerNotDownloaded' });
}
