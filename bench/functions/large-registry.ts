import { createHash } from 'crypto';
import type { StatisticsSettings } from '../../src/functions/contract';
import { SimulatedAws } from '../../test/functions/simulated-aws';
import type { Call, SimulatedImage } from '../../test/functions/simulated-aws';

/** When the run is due. */
export const NOON = new Date('2026-03-02T12:00:00Z');
const HOUR = 3600_000;
/** In a page that is made, where the name of the repository goes. */
const NAME = '{name}';
/** A tag is an index with the images of three platforms. */
const IMAGES_OF_A_TAG = 4;

export const statisticsSettings: StatisticsSettings = { prefixes: ['echo'], windowHours: 24 };

/** A registry that is too large to be held: what is asked for is made for the answer. */
export class LargeRegistry extends SimulatedAws {
  private readonly names: string[];
  /** All repositories have the same images, so that a page is made once: answers must not take longer than the function. */
  private readonly images: SimulatedImage[];
  private readonly pages = new Map<string, string>();

  public constructor(repositories: number, images: number) {
    super();
    this.names = Array.from({ length: repositories }, (_, at) => `echo/team-${at % 100}/application-${at}`);
    this.images = Array.from({ length: images }, (_, at) => image(at));
  }

  protected answer(call: Call): [number, object | string] {
    if (call.action !== 'DescribeImages') {
      return super.answer(call);
    }
    const { nextToken = '' } = call.input;
    let page = this.pages.get(nextToken);
    if (!page) {
      const [, body] = super.answer(call);
      page = JSON.stringify(inFull(body));
      this.pages.set(nextToken, page);
    }
    return [200, page.replaceAll(NAME, call.input.repositoryName)];
  }

  protected repositoryNames(): string[] {
    return this.names;
  }

  protected imagesOf(): SimulatedImage[] {
    return this.images;
  }

  /** A value for each hour, which is the most that there can be. */
  protected pullsBetween(_: string, from: Date, to: Date): number[] {
    return Array.from({ length: (to.getTime() - from.getTime()) / HOUR }, (__, hour) => hour);
  }
}

function image(at: number): SimulatedImage {
  const isIndex = at % IMAGES_OF_A_TAG === 0;
  return {
    digest: digest(`image-${at}`),
    tags: isIndex ? [`1.${at}.0`, `1.${at}`] : [],
    pushedAt: new Date(NOON.getTime() - (at + 1) * HOUR),
    bytes: 50_000_000 + at,
    layers: [],
    children: isIndex ? [1, 2, 3].map((child) => digest(`image-${at + child}`)) : undefined,
  };
}

/** With the members that nobody here reads, but that ECR sends and the SDK takes apart. */
function inFull(body: object | string): object {
  const { imageDetails, ...rest } = body as { imageDetails: { imagePushedAt: number; imageManifestMediaType: string }[] };
  return {
    ...rest,
    imageDetails: imageDetails.map((details) => ({
      registryId: '111122223333',
      repositoryName: NAME,
      ...details,
      lastRecordedPullTime: details.imagePushedAt,
      artifactMediaType: 'application/vnd.oci.image.config.v1+json',
      imageStatus: 'ACTIVE',
    })),
  };
}

function digest(of: string): string {
  return `sha256:${createHash('sha256').update(of).digest('hex')}`;
}
