import { Stack, Token } from 'aws-cdk-lib';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { Construct, IDependable } from 'constructs';
import { PullThroughCacheGrants } from './cache-grants';
import { LONGEST_MANAGED_POLICY, measurePolicy } from './grants/policy-length';
import { accessList, accessTexts, checkNoMore, checkOptions, checkResource, isMissing, readFlag } from '../private/access';
import { checkText } from '../private/checks';
import { checkList } from '../private/given';
import { checkArnPartition } from '../private/partitions';
import { checkKnownFrom } from '../rule/own-place';

/** What a policy for pullers allows. */
export interface PullPolicyOptions {
  /** The caches, or rules of any kind, whose images may be pulled: at least one. */
  readonly caches: IPullThroughCacheRuleRef[];

  /**
   * What may be pulled of each of them, as paths below its prefix: `nginx`, or `team/*` for all that begins with `team/`. An empty list is
   * refused.
   *
   * @default - everything
   */
  readonly images?: string[];

  /**
   * Whether images may be pulled that nobody has pulled before.
   *
   * @default true
   */
  readonly firstPulls?: boolean;
}

/** Properties of a `PullPolicy`. */
export interface PullPolicyProps extends PullPolicyOptions {
  /**
   * The name of the policy. A name makes the stack need `CAPABILITY_NAMED_IAM`, and is what permission sets of IAM Identity Center
   * refer to.
   *
   * @default - CloudFormation makes one
   */
  readonly managedPolicyName?: string;

  /**
   * What the policy is for. It can't be changed later.
   *
   * @default Pulls through ECR pull-through caches
   */
  readonly description?: string;

  /**
   * The path of the policy.
   *
   * @default /
   */
  readonly path?: string;

  /**
   * Roles that get the policy attached.
   *
   * @default - none
   */
  readonly roles?: iam.IRole[];
}

/**
 * What pullers of caches need, as a managed policy: for people, and for roles that are made elsewhere, such as the node roles of other
 * tools. `PullPolicy.toPolicyDocument()` and `PullPolicy.toPolicyText()` give the same without a resource.
 *
 * Amazon ECR User Guide, "IAM permissions required to sync an upstream registry with an Amazon ECR private registry".
 *
 * @example
 * import { PullPolicy, PullThroughCache } from 'cdk-ecr-pull-through-cache';
 * import { CfnOutput } from 'aws-cdk-lib';
 *
 * declare const echo: PullThroughCache;
 * declare const dockerHub: PullThroughCache;
 *
 * const policy = new PullPolicy(this, 'PullPolicy', { caches: [echo, dockerHub], managedPolicyName: 'pull-through-caches' });
 * new CfnOutput(this, 'PullPolicyArn', { value: policy.managedPolicyArn });
 * new CfnOutput(this, 'PullPolicyText', { value: PullPolicy.toPolicyText({ caches: [echo], images: ['nginx'] }) });
 */
export class PullPolicy extends iam.ManagedPolicy {
  /**
   * The policy as a document, for an inline policy or a permission set.
   *
   * @param options the caches, and what of them
   * @throws for an entry of `images` that is no path, an empty list of images or caches
   */
  public static toPolicyDocument(options: PullPolicyOptions): iam.PolicyDocument {
    checkNoMore('toPolicyDocument', arguments, 1, 'name the images in the options');
    const caches = readCaches(options);
    const document = new iam.PolicyDocument({ minimize: true });
    grantTo(new DocumentPrincipal(document, caches[0]), caches, options);
    return document;
  }

  /**
   * The policy as JSON, for an output, a property that takes text, or a file. What CloudFormation knows alone, such as the account of a stack
   * without one, is filled in at deployment: then the text is a token, and for a template only.
   *
   * @param options the caches, and what of them
   * @throws for an entry of `images` that is no path, an empty list of images or caches
   */
  public static toPolicyText(options: PullPolicyOptions): string {
    checkNoMore('toPolicyText', arguments, 1, 'name the images in the options');
    const document = PullPolicy.toPolicyDocument(options);
    const caches = readCaches(options);
    const text = Stack.of(caches[0]).toJsonString(document);
    return caches.every(isKnown) ? literal(text, caches[0]) : text;
  }

  constructor(scope: Construct, id: string, props: PullPolicyProps) {
    checkNoMore('PullPolicy', arguments, 3, 'name the images in the properties', scope);
    // checked first, since aws-cdk reads them
    const document = PullPolicy.toPolicyDocument(props);
    checkAttached(props, scope);
    readCaches(props).forEach(rule => checkKnownFrom(rule, scope));
    super(scope, id, {
      managedPolicyName: props.managedPolicyName,
      description: props.description ?? 'Pulls through ECR pull-through caches',
      path: props.path,
      roles: props.roles,
      document,
    });
    measurePolicy(this, LONGEST_MANAGED_POLICY);
  }
}

function checkAttached({ managedPolicyName, roles }: PullPolicyProps, scope: Construct): void {
  if (!isMissing(managedPolicyName)) {
    checkText('managedPolicyName', managedPolicyName, "'pull-through-caches'", scope);
  }
  if (!isMissing(roles)) {
    checkList('roles', roles, scope);
    // a hole too, which most methods of lists pass over
    for (const role of Array.from(roles)) {
      checkResource('a role', role, 'roleName', 'import it by Role.fromRoleName()', scope);
      checkArnPartition('a role', role.roleArn, scope);
    }
  }
}

function readCaches(options: PullPolicyOptions): IPullThroughCacheRuleRef[] {
  checkOptions('a pull policy', options, ['caches', 'images', 'firstPulls', 'managedPolicyName', 'description', 'path', 'roles']);
  return accessList('caches', options.caches, 'name the caches whose images may be pulled');
}

/** Whether a policy about a cache can be written out before deployment. */
function isKnown(cache: IPullThroughCacheRuleRef & { readonly _tagsSettled?: boolean }): boolean {
  const { account, region } = cache.env;
  return !Token.isUnresolved(account) && !Token.isUnresolved(region) && cache._tagsSettled !== false;
}

/** A text without its partition, which the Region tells; a token when there is more in it that is known at deployment only. */
function literal(text: string, cache: IPullThroughCacheRuleRef): string {
  const resolved = Stack.of(cache).resolve(text) as string | { 'Fn::Join': [string, (string | { Ref?: string })[]] };
  const partition = RegionInfo.get(cache.env.region).partition ?? 'aws';
  const parts = typeof resolved === 'string' ? [resolved] : resolved['Fn::Join']?.[1] ?? [{}];
  const written = parts.map(part => typeof part !== 'string' && part.Ref === 'AWS::Partition' ? partition : part);
  return written.every(part => typeof part === 'string') ? written.join('') : text;
}

function grantTo(grantee: iam.IGrantable, caches: IPullThroughCacheRuleRef[], options: PullPolicyOptions): void {
  const images = options.images === undefined ? undefined : accessTexts('images', options.images, 'leave images out for whole caches', caches[0]);
  const firstPulls = readFlag('firstPulls', options.firstPulls, true, caches[0]);
  for (const grants of caches.map(cache => PullThroughCacheGrants.fromRule(cache))) {
    if (images === undefined) {
      firstPulls ? grants.pull(grantee) : grants.pullCached(grantee);
    } else {
      firstPulls ? grants.pullImages(grantee, images) : grants.pullCachedImages(grantee, images);
    }
  }
}

/** Takes statements for whoever will get the document. */
class DocumentPrincipal extends iam.PrincipalBase {
  public readonly policyFragment = new iam.PrincipalPolicyFragment({});

  constructor(private readonly document: iam.PolicyDocument, private readonly policyDependable: IDependable) {
    super();
  }

  public addToPrincipalPolicy(statement: iam.PolicyStatement): iam.AddToPrincipalPolicyResult {
    this.document.addStatements(statement);
    return { statementAdded: true, policyDependable: this.policyDependable };
  }

  // Stryker disable next-line BlockStatement: an empty method returns undefined too; the class of aws-cdk asks for one
  public dedupeString(): string | undefined {
    return undefined;
  }

  public toString(): string {
    return 'a pull policy';
  }
}
