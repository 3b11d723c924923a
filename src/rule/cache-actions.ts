/**
 * The one table of what IAM has to allow, by the task it allows. Grants, roles, policies and the permissions
 * guide all read it; nothing else in this library names an ECR action.
 */
export const CacheActions = {
  /** Logging in. ECR has no resource for it, so its resource is always `*`. */
  LOG_IN: ['ecr:GetAuthorizationToken'],

  /** Pulling what is cached already: as aws-cdk's own `Repository.grantPull`. */
  PULL_CACHED: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],

  /** The same by the API of ECR, as functions of this library do it: without logging in, and without asking for layers before. */
  PULL_BY_API: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],

  /**
   * What a first pull needs besides: ECR User Guide, "IAM permissions required to sync an upstream registry with an
   * Amazon ECR private registry".
   */
  IMPORT: ['ecr:BatchImportUpstreamImage', 'ecr:CreateRepository'],

  /** Besides, when the template tags the repositories that a first pull creates: same page. */
  TAG_NEW_REPOSITORY: ['ecr:TagResource'],

  /**
   * What the role that ECR assumes reads: ECR User Guide, "Creating a pull through cache rule", for a private ECR upstream.
   * The owner of the upstream allows the same four.
   */
  READ_UPSTREAM: [
    'ecr:BatchGetImage',
    'ecr:BatchImportUpstreamImage',
    'ecr:GetDownloadUrlForLayer',
    'ecr:GetImageCopyStatus',
  ],

  /** What that role writes into the cache: same page. */
  FILL_CACHE: [
    'ecr:CompleteLayerUpload',
    'ecr:InitiateLayerUpload',
    'ecr:PutImage',
    'ecr:UploadLayerPart',
  ],

  /** What the creation role does: ECR User Guide, "Creating an IAM role for repository creation templates". */
  CREATE_REPOSITORY: ['ecr:CreateRepository', 'ecr:TagResource'],

  /** Besides, when the template serves replication: same page. */
  REPLICATE: ['ecr:ReplicateImage'],

  /** What the destination allows the account that replicates into it: ECR User Guide, "Private image replication in Amazon ECR". */
  RECEIVE_REPLICAS: ['ecr:CreateRepository', 'ecr:ReplicateImage'],

  /** Besides, on the key with which the template encrypts: same page. */
  USE_KEY: ['kms:CreateGrant', 'kms:DescribeKey', 'kms:RetireGrant'],

  /** What counting needs: the repositories of the registry, and the images of a cache. */
  LIST_REPOSITORIES: ['ecr:DescribeRepositories'],
  LIST_IMAGES: ['ecr:DescribeImages'],

  /** Having ECR try the credential of a rule: ECR User Guide, "Validating pull through cache rules". It has no resource. */
  VALIDATE_RULE: ['ecr:ValidatePullThroughCacheRule'],

  /** Which prefixes are whose: rules and templates have no resource. */
  LIST_RULES: ['ecr:DescribePullThroughCacheRules'],
  LIST_TEMPLATES: ['ecr:DescribeRepositoryCreationTemplates'],

  /** What giving repositories the settings of a template reads, and what it writes. */
  READ_SETTINGS: ['ecr:GetLifecyclePolicy', 'ecr:GetRepositoryPolicy', 'ecr:ListTagsForResource'],
  WRITE_SETTINGS: ['ecr:PutLifecyclePolicy', 'ecr:SetRepositoryPolicy', 'ecr:TagResource'],

  /** Deleting repositories with all their images. */
  DELETE_REPOSITORY: ['ecr:DeleteRepository'],
} as const satisfies Record<string, readonly string[]>;
