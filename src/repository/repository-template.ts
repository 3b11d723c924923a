import { Lazy, Resource, Stack, TagManager, TagType, Token } from 'aws-cdk-lib';
import type { ITaggableV2, RemovalPolicy } from 'aws-cdk-lib';
import { CfnRepositoryCreationTemplate, TagMutability } from 'aws-cdk-lib/aws-ecr';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { CachePullers } from './cache-pullers';
import { CreationRole } from './creation-role';
import { allowPullers, warnOfTagsForOthers } from './puller-register';
import { readImporters, readPullers, repositoryPolicyFor, warnOfDeniedImports } from './repository-policy';
import type { RepositoryPolicyParts } from './repository-policy';
import {
  checkDescription, checkExclusionFilters, checkTagMap, checkTags, checkTemplatePrefix, checkTemplatesOfTree, LONGEST_DESCRIPTION,
  repositoryPolicyProblems,
} from './template-checks';
import { TemplateRegister } from './template-register';
import { CacheLifecycleRule } from '../lifecycle/cache-lifecycle-rule';
import { checkProps, isMissing, readFlag } from '../private/access';
import { checkRoleAccount, checkRoleWithoutPath, checkText, ROOT } from '../private/checks';
import { checkEach } from '../private/choices';
import { checkEncryptionKey, TEMPLATE } from '../private/encryption-key';
import { excerpt, InvalidInputError, place, warn, WarningId } from '../private/errors';
import { checkConstructOf, checkList, checkMember, checkPolicyDocument } from '../private/given';
import { isLater } from '../private/later';
import { differ } from '../private/places';
import { sortedEntries } from '../private/sorted';
import { checkTrust, EcrService } from '../private/trust';
import { CacheActions } from '../rule/cache-actions';
import { checkNamedFrom } from '../rule/own-place';

/** What a repository creation template is applied to. */
export enum TemplateUse {
  /** Repositories that a first pull through a cache creates. */
  PULL_THROUGH_CACHE = 'PULL_THROUGH_CACHE',
  /** Repositories that replication creates. */
  REPLICATION = 'REPLICATION',
  /** Repositories that a first push creates. */
  CREATE_ON_PUSH = 'CREATE_ON_PUSH',
}

/** How repositories are born: what a cache lets you set of its template. */
export interface RepositoryTemplateOptions {
  /**
   * What ECR deletes, and when. These rules replace the default ones.
   *
   * @default - `CacheLifecycleRule.defaults()`: the newest 10 tagged images stay, untagged ones go 30 days after their import
   */
  readonly lifecycleRules?: CacheLifecycleRule[];

  /**
   * The KMS key that encrypts the repositories. With a key, the template gets a creation role. A customer managed key costs 1 USD a month, and its requests.
   *
   * @default - AES-256 with keys of Amazon S3
   */
  readonly encryptionKey?: IKeyRef;

  /**
   * Tags of the repositories: at most 50, none that starts with `aws:`. With tags, the template gets a creation role, and
   * pullers need `ecr:TagResource` for a first pull; `grants.pull` gives it.
   *
   * @default - none
   */
  readonly tags?: { [key: string]: string };

  /**
   * Whether the tags of `Tags.of(...)` that reach the template are given to the repositories as well. A stack-wide tag then
   * adds a creation role, and a permission for every puller.
   *
   * @default false
   */
  readonly inheritTags?: boolean;

  /**
   * Whether pullers may set these tags only: a condition binds `ecr:TagResource` to their keys and values, in what `grants` and `PullPolicy` give. Without
   * it a puller may set any tag on the repositories that it may pull from, and so open what attribute-based policies of your organisation close.
   *
   * Nobody knows yet whether ECR sends `aws:RequestTag` when a first pull creates a repository: if not, the first pull fails. Try one before you rely
   * on it. Not together with `inheritTags`, whose tags come too late.
   *
   * @default false
   */
  readonly restrictTagging?: boolean;

  /**
   * Whether tags can be moved to other images. ECR can't refresh an immutable tag when it moves upstream.
   *
   * @default TagMutability.MUTABLE
   */
  readonly imageTagMutability?: TagMutability;

  /**
   * Tags that are excluded from the mutability setting, 1 to 5 patterns in which `*` stands for any characters.
   * Required with the two `_WITH_EXCLUSION` settings, refused with the others.
   *
   * @default - none
   */
  readonly imageTagMutabilityExclusionFilters?: string[];

  /**
   * The policy that every repository is born with, at most 10,240 characters of JSON, without resources. For pullers of other accounts
   * see `pullers`.
   *
   * @default - none: only the account's own principals pull
   */
  readonly repositoryPolicy?: iam.PolicyDocument;

  /**
   * Who of other accounts may pull what is cached. It becomes a part of the policy that every repository is born with.
   *
   * For what isn't cached yet they need `RegistryPolicy.allowFirstPull()` as well, and always the permissions in their own account. They
   * can't make a first pull into tagged repositories. An empty list is refused.
   *
   * @default - nobody
   */
  readonly pullers?: CachePullers[];

  /**
   * Whether nobody but ECR writes: the policy of the repositories denies pushes, to administrators too, except to the roles by which ECR imports. Who may
   * change that policy can take it away; who may replicate into the registry still does.
   *
   * As whom ECR writes when it imports is not documented: AWS names its service-linked role, and the upstream role for private ECR registries. If it is
   * another one, imports fail. Try a first pull before you rely on it.
   *
   * @default false
   */
  readonly denyPushes?: boolean;

  /**
   * What the template is for, at most 256 characters.
   *
   * @default - a sentence that names the prefix
   */
  readonly description?: string;

  /**
   * The role that ECR assumes to create the repositories: trusted by `ecr.amazonaws.com`, without a path.
   *
   * @default - one is made when tags or a key ask for it
   */
  readonly creationRole?: iam.IRole;

  /**
   * What the template is applied to. A cache's own has to be applied for `TemplateUse.PULL_THROUGH_CACHE`, and may shape replicas of another
   * Region's cache as well: ECR keeps one template for a prefix.
   *
   * @default [TemplateUse.PULL_THROUGH_CACHE]
   */
  readonly appliedFor?: TemplateUse[];
}

/**
 * Each option once: a `Record` that lacks one does not compile.
 *
 * @internal
 */
export const TEMPLATE_OPTIONS = Object.keys({
  lifecycleRules: 0,
  encryptionKey: 0,
  tags: 0,
  inheritTags: 0,
  restrictTagging: 0,
  imageTagMutability: 0,
  imageTagMutabilityExclusionFilters: 0,
  repositoryPolicy: 0,
  pullers: 0,
  denyPushes: 0,
  description: 0,
  creationRole: 0,
  appliedFor: 0,
} satisfies Record<keyof RepositoryTemplateOptions, 0>);

/** Properties of a `RepositoryTemplate`. */
export interface RepositoryTemplateProps extends RepositoryTemplateOptions {
  /** The prefix of the repositories, or `ROOT` for all that no other template matches. Create-only. */
  readonly prefix: string;

  /**
   * The upstream roles of the rules whose repositories the template shapes, by which ECR imports from private registries: `denyPushes` excepts them. A
   * `PullThroughCache` names its own.
   *
   * @default - none
   */
  readonly importingRoles?: iam.IRole[];
}

/**
 * How repositories that ECR creates by itself are born: `AWS::ECR::RepositoryCreationTemplate`.
 *
 * It acts when a repository is created and never changes one that exists. The most specific prefix wins.
 *
 * Amazon ECR User Guide, "Templates to control repositories created during a pull through cache, create on push, or
 * replication action".
 *
 * @example
 * import { CacheLifecycleRule, RepositoryTemplate, TemplateUse } from 'cdk-ecr-pull-through-cache';
 *
 * new RepositoryTemplate(this, 'Fallback', {
 *   prefix: 'ROOT',
 *   appliedFor: [TemplateUse.PULL_THROUGH_CACHE, TemplateUse.REPLICATION],
 *   lifecycleRules: [CacheLifecycleRule.keepNewest(5)],
 * });
 */
export class RepositoryTemplate extends Resource implements ITaggableV2 {
  /** The prefix of the repositories, or `ROOT`. */
  public readonly prefix: string;

  /** Collects what `Tags.of` adds, which reaches the repositories with `inheritTags` only. */
  public readonly cdkTagManager = new TagManager(TagType.STANDARD, 'AWS::ECR::RepositoryCreationTemplate');

  private readonly ownTags: { [key: string]: string };
  private readonly inheritTags: boolean;
  private readonly restrictTagging: boolean;

  constructor(scope: Construct, id: string, props: RepositoryTemplateProps) {
    super(scope, id);
    checkText('template prefix', props?.prefix, "'echo'", this);
    checkProps(this, RepositoryTemplate, 'a repository template', props, ['prefix', 'importingRoles', ...TEMPLATE_OPTIONS]);
    this.prefix = props.prefix;
    this.ownTags = props.tags ?? {};
    this.inheritTags = readFlag('inheritTags', props.inheritTags ?? undefined, false, this);
    this.restrictTagging = this.readRestriction(props);
    checkPolicyDocument('repositoryPolicy', props.repositoryPolicy, this);
    const appliedFor = props.appliedFor ?? [TemplateUse.PULL_THROUGH_CACHE];
    checkList('appliedFor', appliedFor, this);
    const mutability = props.imageTagMutability ?? TagMutability.MUTABLE;
    const description = props.description ?? defaultDescription(props.prefix);

    checkKinds(props, this);
    checkTemplatePrefix(this.prefix, appliedFor, this);
    checkDescription(description, this);
    checkTags(this.ownTags, this);
    checkExclusionFilters(mutability, props.imageTagMutabilityExclusionFilters, this);
    checkEncryptionKey(props.encryptionKey, this, TEMPLATE);
    this.warnOfForeignKey(props);
    checkRoleAccount('creation', props.creationRole, this);
    if (props.creationRole) {
      checkNamedFrom({ what: 'a creation role', resource: props.creationRole, parts: ['account'] }, this);
    }
    checkRoleWithoutPath('creation', props.creationRole, this);
    if (mutability === TagMutability.IMMUTABLE && appliedFor.includes(TemplateUse.PULL_THROUGH_CACHE)) {
      warn(this, WarningId.IMMUTABLE_TEMPLATE,
        `the repositories below '${this.prefix}' are immutable: when a tag moves upstream, ECR can't refresh it here. `
        + 'Use MUTABLE, or exclude the tags that move.');
    }
    checkTemplatesOfTree(this);
    const pullers = readPullers(props.pullers, this);
    const denyPushes = readFlag('denyPushes', props.denyPushes ?? undefined, false, this);
    const importers = readImporters({ denyPushes, importingRoles: props.importingRoles }, appliedFor.includes(TemplateUse.CREATE_ON_PUSH), this);
    const lifecycleRules = props.lifecycleRules ?? CacheLifecycleRule.defaults();
    checkEach('lifecycleRules', lifecycleRules, CacheLifecycleRule, 'a list of them, such as CacheLifecycleRule.keepNewest(20)', this);

    const creationRole = this.creationRole(props, appliedFor);
    new CfnRepositoryCreationTemplate(this, 'Resource', {
      prefix: this.prefix,
      appliedFor,
      description,
      imageTagMutability: mutability,
      imageTagMutabilityExclusionFilters: props.imageTagMutabilityExclusionFilters?.map(pattern => ({
        imageTagMutabilityExclusionFilterType: 'WILDCARD',
        imageTagMutabilityExclusionFilterValue: pattern,
      })),
      encryptionConfiguration: props.encryptionKey
        ? { encryptionType: 'KMS', kmsKey: props.encryptionKey.keyRef.keyArn }
        : { encryptionType: 'AES256' },
      lifecyclePolicy: CacheLifecycleRule.toPolicyText(lifecycleRules),
      repositoryPolicy: this.policyText({ written: props.repositoryPolicy, pullers, importers }),
      resourceTags: Lazy.any({ produce: () => this.renderedTags() }, { omitEmptyArray: true }),
      customRoleArn: creationRole,
    });
    if (appliedFor.includes(TemplateUse.PULL_THROUGH_CACHE)) {
      this.register(pullers);
    }
  }

  /**
   * Whether `tagged` can't change any more.
   *
   * @internal
   */
  public get _tagsSettled(): boolean {
    return !this.inheritTags;
  }

  /** Whether repositories are born with tags. What `Tags.of` adds is known at synthesis only: read it late. */
  public get tagged(): boolean {
    return this.renderedTags().length > 0;
  }

  /**
   * What happens to the template, and to the role that the library makes for it, when it leaves the stack.
   *
   * @param policy whether they are deleted or stay
   */
  public applyRemovalPolicy(policy: RemovalPolicy): void {
    super.applyRemovalPolicy(policy);
    (this.node.tryFindChild('CreationRole') as CreationRole | undefined)?.applyRemovalPolicy(policy);
  }

  /** So that grants and other accounts know what repositories are born with. */
  private register(pullers: CachePullers[] | undefined): void {
    if (pullers) {
      allowPullers(this, pullers);
    }
    warnOfTagsForOthers(this);
    const { account, region } = Stack.of(this);
    TemplateRegister.of(this).add({
      construct: this,
      prefix: this.prefix,
      account,
      region,
      tagged: () => this.tagged,
      tagsSettled: !this.inheritTags,
      ...this.restrictTagging && { onlyTags: { ...this.ownTags } },
    });
  }

  private readRestriction({ restrictTagging, tags }: RepositoryTemplateProps): boolean {
    const restricts = readFlag('restrictTagging', restrictTagging ?? undefined, false, this);
    if (restricts && (this.inheritTags || Object.keys(tags ?? {}).length === 0)) {
      throw new InvalidInputError({
        got: `restrictTagging ${this.inheritTags ? 'together with inheritTags' : 'without tags'}`,
        expected: 'tags that are known when permissions are granted',
        fix: this.inheritTags ? 'write all tags into tags, and leave inheritTags out' : 'leave it out: without tags pullers may set none',
      }, this);
    }
    return restricts;
  }

  /** Across accounts both sides have to allow: AWS KMS Developer Guide, "Allowing users in other accounts to use a KMS key". */
  private warnOfForeignKey({ encryptionKey: key, creationRole }: RepositoryTemplateProps): void {
    const own = Stack.of(this).account;
    if (key && differ(key.env.account, own)) {
      warn(this, WarningId.GRANT_HALF_MISSING,
        `the encryption key ${excerpt(key.keyRef.keyArn)} is of the account ${key.env.account}: its policy has to let `
        + `${creationRole ? `the creation role (${place(creationRole)})` : 'the creation role of this template'} in ${own} use it by `
        + `${CacheActions.USE_KEY.join(', ')}, or no repository is created. When that is done, acknowledge this warning.`);
    }
  }

  private policyText(parts: RepositoryPolicyParts): string | undefined {
    if (!parts.written && !parts.pullers?.length && !parts.importers) {
      return undefined;
    }
    const policy = () => repositoryPolicyFor(parts, this);
    this.node.addValidation({ validate: () => repositoryPolicyProblems(policy(), this) });
    if (parts.importers) { warnOfDeniedImports(this, this.prefix, parts.importers); }
    return Lazy.string({ produce: () => policy().isEmpty ? undefined : Stack.of(this).toJsonString(policy()) });
  }

  private creationRole(props: RepositoryTemplateProps, appliedFor: TemplateUse[]): string | undefined {
    if (props.creationRole) {
      checkTrust('creation', props.creationRole, EcrService.TEMPLATE, this);
      return props.creationRole.roleArn;
    }
    const mayBeNeeded = props.encryptionKey || this.inheritTags || Object.keys(this.ownTags).length > 0;
    if (!mayBeNeeded) {
      return undefined;
    }
    const needed = () => props.encryptionKey !== undefined || this.tagged;
    const role = new CreationRole(this, 'CreationRole', {
      prefix: this.prefix,
      encryptionKey: props.encryptionKey,
      replicates: appliedFor.includes(TemplateUse.REPLICATION),
      needed,
    });
    return Lazy.string({ produce: () => needed() ? Token.asString(role.attrArn) : undefined });
  }

  private renderedTags(): { key: string; value: string }[] {
    const all = { ...(this.inheritTags ? this.cdkTagManager.tagValues() : {}), ...this.ownTags };
    checkTags(all, this);
    return sortedEntries(all).map(([key, value]) => ({ key, value }));
  }
}

/** What other languages and JavaScript pass whatever the types say. */
function checkKinds(props: RepositoryTemplateProps, scope: Construct): void {
  const { appliedFor, encryptionKey, creationRole, tags, description, imageTagMutability } = props;
  if (!isMissing(description)) { checkText('description', description, "'for builds'", scope); }
  checkMember('imageTagMutability', imageTagMutability ?? undefined, TagMutability, 'TagMutability', scope);
  if (!isMissing(appliedFor)) {
    checkList('appliedFor', appliedFor, scope);
    appliedFor.forEach(use => checkMember('a use in appliedFor', use, TemplateUse, 'TemplateUse', scope));
  }
  if (!isMissing(encryptionKey)) { checkConstructOf('encryptionKey', encryptionKey, 'keyRef', 'Key', scope); }
  if (!isMissing(creationRole)) { checkConstructOf('creationRole', creationRole, 'roleArn', 'Role', scope); }
  if (!isMissing(tags)) { checkTagMap(tags, scope); }
}

function defaultDescription(prefix: string): string {
  if (prefix === ROOT) {
    return 'Repositories that no other template matches';
  }
  const description = `Repositories below ${prefix}`;
  return isLater(prefix) || description.length <= LONGEST_DESCRIPTION ? description : 'Repositories below this prefix';
}
