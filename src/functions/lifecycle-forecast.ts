/*
 * What a lifecycle policy will do to images: Amazon ECR User Guide, "Lifecycle policy properties in Amazon ECR". It imports no SDK.
 */

/** What is read of an image; the names are those of ECR's API. */
export interface ImageFacts {
  readonly imageDigest?: string;
  readonly imageTags?: string[];
  readonly imageSizeInBytes?: number;
  readonly imagePushedAt?: Date;
  readonly imageManifestMediaType?: string;
  readonly lastRecordedPullTime?: Date;
  readonly subjectManifestDigest?: string;
}

/** An image that was pulled lately and is soon deleted or archived. */
export interface Endangered {
  readonly digest?: string;
  readonly tags: string[];
  readonly pulledAt: Date;
  /** The priority of the rule that takes it. */
  readonly rule: number;
  readonly action: string;
}

/** A rule of a policy, as ECR has it. */
interface Rule {
  readonly rulePriority: number;
  readonly selection: {
    readonly tagStatus: string;
    readonly tagPatternList?: string[];
    readonly tagPrefixList?: string[];
    readonly storageClass?: string;
    readonly countType: string;
    readonly countNumber: number;
  };
  readonly action: { readonly type: string };
}

const INDEX = /(?:manifest\.list|image\.index)\./;
const DAY = 86_400_000;
const SOON = 7 * DAY;
const LATELY = 30 * DAY;
/** An index and its images come with one import. */
const ONE_IMPORT = 10 * 60_000;

export function isIndex({ imageManifestMediaType = '' }: ImageFacts): boolean {
  return INDEX.test(imageManifestMediaType);
}

/** What one policy will do within a week. */
export class LifecycleForecast {
  /** The forecast of a policy; undefined without one, or for one that can't be read. */
  public static of(policyText: string | undefined): LifecycleForecast | undefined {
    try {
      const { rules } = JSON.parse(policyText!) as { rules: Rule[] };
      // images in the archive can't be pulled, so nothing that happens there puts a pull at risk
      const standard = rules.filter(rule => rule.selection.storageClass !== 'archive');
      return new LifecycleForecast(standard.sort((one, other) => one.rulePriority - other.rulePriority));
    } catch {
      return undefined;
    }
  }

  private constructor(private readonly rules: Rule[]) {}

  /**
   * The images of a repository that were pulled in the last 30 days, and that the policy deletes or archives within a week: if as many come as in
   * the week before, where a rule goes by their number.
   */
  public endangered(images: ImageFacts[], now: Date): Endangered[] {
    const dated = images.filter(image => image.imagePushedAt !== undefined);
    const firstIndex = dated.filter(isIndex).map(pushed).reduce((one, other) => Math.min(one, other), Infinity);
    // what belongs to an index, or to another image, goes when that does
    const own = dated.filter(image => image.subjectManifestDigest === undefined
      && (isTagged(image) || isIndex(image) || pushed(image) + ONE_IMPORT < firstIndex));
    const lately = own.filter(image => (image.lastRecordedPullTime?.getTime() ?? 0) >= now.getTime() - LATELY);
    const takenBy = this.rules.map(rule => taken(rule, dated, now.getTime()));
    return lately.flatMap(image => {
      // an image that a rule selects is no matter of the rules behind it
      const at = this.rules.findIndex(rule => selects(rule, image));
      return at >= 0 && takenBy[at].has(image) ? [endangeredBy(this.rules[at], image)] : [];
    });
  }
}

function endangeredBy({ rulePriority, action }: Rule, image: ImageFacts): Endangered {
  return { digest: image.imageDigest, tags: image.imageTags ?? [], pulledAt: image.lastRecordedPullTime!, rule: rulePriority, action: action.type };
}

/** What a rule takes within a week. */
function taken(rule: Rule, images: ImageFacts[], now: number): Set<ImageFacts> {
  const { countType, countNumber } = rule.selection;
  const selected = images.filter(image => selects(rule, image));
  switch (countType) {
    case 'sinceImagePushed':
      return new Set(selected.filter(image => pushed(image) + countNumber * DAY < now + SOON));
    case 'imageCountMoreThan': {
      const newestFirst = selected.sort((one, other) => pushed(other) - pushed(one));
      const inAWeek = selected.filter(image => pushed(image) >= now - SOON).length;
      return new Set(newestFirst.slice(Math.max(0, countNumber - inAWeek)));
    }
    default:
      // what goes by the last pull takes what nobody pulls
      return new Set();
  }
}

function selects({ selection }: Rule, image: ImageFacts): boolean {
  const { tagStatus, tagPatternList, tagPrefixList } = selection;
  if (tagStatus === 'any') {
    return true;
  }
  if (tagStatus === 'untagged') {
    return !isTagged(image);
  }
  const patterns = tagPatternList ?? (tagPrefixList ?? []).map(prefix => `${prefix}*`);
  // all of them, each by any of its tags
  return isTagged(image) && patterns.every(pattern => image.imageTags!.some(tag => matches(pattern, tag)));
}

function matches(pattern: string, tag: string): boolean {
  const [first, ...rest] = pattern.split('*');
  if (rest.length === 0) {
    return tag === pattern;
  }
  const last = rest.pop()!;
  let at = first.length;
  for (const part of rest) {
    const found = tag.indexOf(part, at);
    if (found < 0) {
      return false;
    }
    at = found + part.length;
  }
  return tag.startsWith(first) && tag.endsWith(last) && tag.length >= at + last.length;
}

function isTagged({ imageTags = [] }: ImageFacts): boolean {
  return imageTags.length > 0;
}

function pushed(image: ImageFacts): number {
  return image.imagePushedAt!.getTime();
}
