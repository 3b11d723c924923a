import { CustomResource, Duration, Lazy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import { checkDeployedBeside, operationFunction, stacksAround } from './operation-resources';
import { CacheVerificationFunction } from '../functions/cache-verification-function';
import type { VerificationProperties } from '../functions/contract';
import type { CacheFunctionOptions } from '../monitoring/cache-function-options';
import { checkSameRegistry } from '../monitoring/schedule';
import { accessTexts } from '../private/access';
import { InvalidInputError, warn, WarningId } from '../private/errors';
import { checkConstruct, checkDuration, checkList } from '../private/given';
import { fingerprintOf } from '../private/properties';
import { PullThroughCacheGrants } from '../pulling/cache-grants';
import { ImageInCache } from '../pulling/image-in-cache';
import type { CachedImages } from '../rewriting/cached-images';
import { CacheActions } from '../rule/cache-actions';
import { checkRule } from '../rule/cache-address';
import type { ICacheRule } from '../rule/cache-rule';

/** What a verification and the answer to it may take together, of Lambda's 15 minutes. */
const MOST_TIME = Duration.minutes(13);
/** After it CloudFormation gives up a function that gives no answer at all; Lambda repeats one that crashed in the meantime. */
const SERVICE_TIMEOUT = Duration.minutes(20);

/** How a cache is verified. */
export interface VerifyOnDeployOptions extends CacheFunctionOptions {
  /**
   * Images that are pulled, as the upstream names them: small ones that are always there, such as `nginx:1.27`. With
   * `nginx:1.27@sha256:...` the tag is pulled first, which makes pulls by the digest work. They stay in the cache.
   *
   * @default - none: ECR tries the credential. An upstream without one needs an image
   */
  readonly images?: string[];

  /**
   * How long failures are tried again, since IAM takes a while to know a new role or policy everywhere.
   *
   * @default Duration.minutes(2)
   */
  readonly retryFor?: Duration;

  /**
   * The longest that one try of an image may take.
   *
   * @default Duration.minutes(2)
   */
  readonly imageTimeout?: Duration;

  /**
   * A text that makes the verification run again whenever it changes, for example the number of a build.
   *
   * @default - it runs again when the rule, its role, the template or what is verified changes
   */
  readonly trigger?: string;
}

/** Properties of a `CacheVerification`. */
export interface CacheVerificationProps extends VerifyOnDeployOptions {
  /** The cache, of this stack's account and Region. */
  readonly cache: ICacheRule;

  /**
   * Pulls each image of the cache that `CachedImages` finds in a scope, too. They are known once the app is synthesized, so the verification may
   * pull all of the cache.
   *
   * @default - none but `images`
   */
  readonly imagesFoundBy?: CachedImages;

  /**
   * What has to be there before the cache is verified. It is verified again when a resource among it changes.
   *
   * @default - the cache
   */
  readonly after?: IConstruct[];
}

/**
 * Proves during a deployment that a cache works: ECR tries the credential of the rule, and images are pulled through it by the API of ECR,
 * without downloading them. When that fails, the deployment fails with ECR's own reason and rolls back.
 *
 * `PullThroughCache.verifyOnDeploy()` makes one. Make it yourself for an L2 rule or an imported cache. What has to wait for the proof
 * depends on it by `node.addDependency()`.
 *
 * Nothing happens when it is deleted or while a stack rolls back: images and repositories stay.
 *
 * Amazon ECR User Guide, "Validating pull through cache rules"; Amazon ECR API Reference, `BatchGetImage` and
 * `ValidatePullThroughCacheRule`.
 *
 * @example
 * import { CacheRule, CacheVerification, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
 *
 * const rule = new CacheRule(this, 'Kubernetes', { upstream: UpstreamRegistry.KUBERNETES });
 * new CacheVerification(this, 'Verification', { cache: rule, images: ['pause:3.10'] });
 */
export class CacheVerification extends Construct {
  /** Where each try has a line. */
  public readonly logGroup: logs.ILogGroup;

  constructor(scope: Construct, id: string, props: CacheVerificationProps) {
    super(scope, id);
    const given: Partial<CacheVerificationProps> = props ?? {};
    // what other languages leave out may arrive as null
    const [retryFor, imageTimeout] = [given.retryFor ?? Duration.minutes(2), given.imageTimeout ?? Duration.minutes(2)];
    checkDuration('retryFor', retryFor, this);
    checkDuration('imageTimeout', imageTimeout, this);
    checkRule(given.cache, this);
    const { cache } = props;
    checkSameRegistry(this, cache);
    checkDeployedBeside(this, cache, 'cache');
    const images = props.images === undefined || props.images === null
      ? []
      : accessTexts('images', props.images, 'name one that is small and always there, or leave images out to try the credential of the rule alone', this);
    const { imagesFoundBy: found } = props;
    if (!found) { checkProvable(this, cache, images); }
    checkTime(this, retryFor, imageTimeout);

    warnOfEmptyCredential(this, cache);

    const pulled = images.map(image => ImageInCache.fromRule(cache, image));
    const validatesCredential = cache.upstream?.credential !== undefined;
    const { role, logGroup, make } = operationFunction(this, props);
    this.logGroup = logGroup;
    permit(role, cache, found ? ['*'] : [...new Set(pulled.map(({ path }) => path))], validatesCredential);
    const handler = make(CacheVerificationFunction, { description: 'Proves that a pull-through cache works' });

    const before = props.after ?? [cache];
    checkList('after', before, this);
    before.forEach(one => checkConstruct('what has to be there before', one, this));
    const resource = new CustomResource(this, 'Resource', {
      serviceToken: handler.functionArn,
      serviceTimeout: SERVICE_TIMEOUT,
      resourceType: 'Custom::PullThroughCacheVerification',
      properties: {
        prefix: cache.repositoryPrefix,
        images: found
          ? Lazy.list({ produce: () => namesOf([...pulled, ...found._pulled.filter(image => image._rule === cache)]) })
          : namesOf(pulled),
        validatesCredential: String(validatesCredential),
        retrySeconds: String(retryFor.toSeconds()),
        imageTimeoutSeconds: String(imageTimeout.toSeconds()),
        logGroupName: this.logGroup.logGroupName,
        stacks: stacksAround(this),
        fingerprint: `${fingerprintOf(...before)} ${props.trigger ?? ''}`.trim(),
      } satisfies VerificationProperties,
    });
    resource.node.addDependency(...before);
  }
}

function namesOf(images: readonly ImageInCache[]): string[] {
  return [...new Set(images.map(image => image._pulledByTag()))];
}

function permit(role: iam.Role, cache: ICacheRule, paths: string[], validatesCredential: boolean): void {
  if (paths.length > 0) {
    PullThroughCacheGrants.fromRule(cache)._pullByApi(role, paths);
  }
  if (validatesCredential) {
    // ECR has no resource for it
    role.addToPolicy(new iam.PolicyStatement({ actions: [...CacheActions.VALIDATE_RULE], resources: ['*'] }));
  }
}

function checkProvable(scope: Construct, cache: ICacheRule, images: string[]): void {
  if (images.length > 0 || cache.upstream?.credential) {
    return;
  }
  throw new InvalidInputError({
    got: `no images to verify the cache '${cache.repositoryPrefix}' with`,
    expected: 'at least one, since ECR can try the credential of a rule and nothing else by itself, and this upstream has none that is known',
    fix: "name one in images that is small and always there, such as 'nginx:1.27'",
  }, scope);
}

/** A first deployment makes the secret and tries it at once. */
function warnOfEmptyCredential(scope: Construct, cache: ICacheRule): void {
  if (cache.upstream?.credential?._isBornEmptyBeside(scope)) {
    warn(scope, WarningId.CREDENTIAL_NOT_FILLED,
      `the credential of the cache '${cache.repositoryPrefix}' is a secret of the same stack, which is created with a placeholder: the first deployment is `
      + 'expected to fail and roll back. Give UpstreamSecret its accessToken, make the secret in an earlier stack and fill it, or acknowledge this '
      + 'warning once it is filled.');
  }
}

function checkTime(scope: Construct, retryFor: Duration, imageTimeout: Duration): void {
  if (retryFor.isUnresolved() || imageTimeout.isUnresolved()) {
    return;
  }
  if (imageTimeout.toSeconds() < 1) {
    throw new InvalidInputError({ got: 'an image timeout of 0 seconds', expected: 'at least a second', fix: 'leave it out' }, scope);
  }
  if (retryFor.toSeconds() + imageTimeout.toSeconds() > MOST_TIME.toSeconds()) {
    throw new InvalidInputError({
      got: `tries for ${retryFor.toHumanString()} of up to ${imageTimeout.toHumanString()} each`,
      expected: `at most ${MOST_TIME.toHumanString()} together, since Lambda runs for 15`,
      fix: 'lower retryFor or imageTimeout',
    }, scope);
  }
}
