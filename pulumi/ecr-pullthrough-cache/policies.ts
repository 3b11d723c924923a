import type { Place } from './context';

interface Condition { readonly [operator: string]: { readonly [key: string]: string } }

/** A statement of a policy, as IAM and ECR take it. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow';
  readonly Principal?: '*' | { readonly AWS?: string[]; readonly Service?: string | string[] };
  readonly Action: string[] | string;
  readonly Resource?: string[] | string;
  readonly Condition?: Condition;
}

export function document(...statements: Statement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

const LOG_IN = ['ecr:GetAuthorizationToken'];
const READ_UPSTREAM = ['ecr:BatchGetImage', 'ecr:BatchImportUpstreamImage', 'ecr:GetDownloadUrlForLayer', 'ecr:GetImageCopyStatus'];
const FILL_CACHE = ['ecr:CompleteLayerUpload', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart'];
const PULL_CACHED = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const IMPORT = ['ecr:BatchImportUpstreamImage', 'ecr:CreateRepository'];

/** Lets a service of AWS assume a role. */
export function trust(service: string): string {
  return document({ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' });
}

/** What the role needs that ECR assumes to read a private ECR registry. */
export function upstreamRolePolicy(permissions: string, upstreamImages: string, cachedImages: string): string {
  if (permissions === 'aws-example') {
    return document({ Effect: 'Allow', Action: [...LOG_IN, ...READ_UPSTREAM, ...FILL_CACHE], Resource: '*' });
  }
  return document(
    { Effect: 'Allow', Action: LOG_IN, Resource: '*' },
    { Effect: 'Allow', Action: READ_UPSTREAM, Resource: [upstreamImages, cachedImages] },
    { Effect: 'Allow', Action: FILL_CACHE, Resource: cachedImages },
  );
}

/** What the role needs that ECR assumes to create repositories with tags or with a key. */
export function creationRolePolicy({ account, region }: Place, cachedImages: string, kmsKeyArn?: string): string {
  const create: Statement = { Effect: 'Allow', Action: ['ecr:CreateRepository', 'ecr:TagResource'], Resource: cachedImages };
  return kmsKeyArn === undefined
    ? document(create)
    : document(create, {
      Effect: 'Allow',
      Action: ['kms:CreateGrant', 'kms:DescribeKey', 'kms:RetireGrant'],
      Resource: kmsKeyArn,
      Condition: { StringEquals: { 'kms:CallerAccount': account, 'kms:ViaService': `ecr.${region}.amazonaws.com` } },
    });
}

/** What a role of this account needs to pull, also what nobody has pulled before. */
export function pullerPolicy(cachedImages: string, repositoriesTagged: boolean): string {
  return document(
    { Effect: 'Allow', Action: LOG_IN, Resource: '*' },
    { Effect: 'Allow', Action: [...PULL_CACHED, ...IMPORT, ...(repositoriesTagged ? ['ecr:TagResource'] : [])], Resource: cachedImages },
  );
}

/** Pullers of other accounts. */
export interface PullersElsewhere {
  /** The account of the cache. */
  readonly account: string;
  readonly partition: string;
  readonly accountIds: string[];
  readonly organizationId?: string;
}

/**
 * Lets them pull what is cached. With an organization its statement is the only one, since the accounts belong to it. By the principal `*` alone every
 * principal of the cache's account would get in, also one that IAM allows nothing.
 */
export function repositoryPolicy({ account, partition, accountIds, organizationId }: PullersElsewhere): string {
  return document(organizationId === undefined ? { Effect: 'Allow', Principal: roots(partition, accountIds), Action: PULL_CACHED } : {
    Effect: 'Allow',
    Principal: '*',
    Action: PULL_CACHED,
    Condition: { ...memberOf(organizationId), StringNotEquals: { 'aws:PrincipalAccount': account } },
  });
}

/** What the registry policy has to hold besides, so that the accounts make first pulls. It does without the principal `*`. */
export function registryPolicy({ partition, accountIds, organizationId }: PullersElsewhere, cachedImages: string): string {
  return document({
    Effect: 'Allow',
    Principal: roots(partition, accountIds),
    Action: [...PULL_CACHED, ...IMPORT],
    Resource: cachedImages,
    ...organizationId !== undefined && { Condition: memberOf(organizationId) },
  });
}

function memberOf(organizationId: string): Condition {
  return { StringEquals: { 'aws:PrincipalOrgID': organizationId } };
}

/** Accounts as principals: ECR refuses principals that don't exist, and accounts do. */
function roots(partition: string, accountIds: string[]): { AWS: string[] } {
  return { AWS: accountIds.map(id => `arn:${partition}:iam::${id}:root`) };
}

/** Lets EventBridge write into a log group. The policy belongs to the group, so it costs none of the ten that an account has per Region. */
export function eventLogPolicy(partition: string, region: string, account: string): string {
  const writer = { Effect: 'Allow' as const, Principal: { Service: ['events.amazonaws.com', 'delivery.logs.amazonaws.com'] }, Resource: '*' };
  // AWS's example has no condition for the streams
  return document({ ...writer, Sid: 'EventBridgeCreatesStreams', Action: 'logs:CreateLogStream' }, {
    ...writer,
    Sid: 'EventBridgeWrites',
    Action: 'logs:PutLogEvents',
    Condition: {
      StringEquals: { 'aws:SourceAccount': account },
      ArnLike: { 'aws:SourceArn': `arn:${partition}:events:${region}:${account}:rule/*` },
    },
  });
}

/** What ECR deletes in each repository. */
export function lifecyclePolicy(imagesKept: number, untaggedImageDays: number): string {
  return JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        description: `keep the newest ${imagesKept} tagged images`,
        selection: { tagStatus: 'tagged', tagPatternList: ['*'], countType: 'imageCountMoreThan', countNumber: imagesKept },
        action: { type: 'expire' },
      },
      {
        rulePriority: 2,
        description: `expire untagged images ${untaggedImageDays} days after their push`,
        selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: untaggedImageDays },
        action: { type: 'expire' },
      },
    ],
  });
}

/** Failed imports of a cache: every status but success, since AWS documents no other value. */
export function failedPullsPattern(cacheNamespace: string): string {
  return JSON.stringify({
    'source': ['aws.ecr'],
    'detail-type': ['ECR Pull Through Cache Action'],
    'detail': { 'ecr-repository-prefix': [cacheNamespace], 'sync-status': [{ 'anything-but': 'SUCCESS' }] },
  });
}
