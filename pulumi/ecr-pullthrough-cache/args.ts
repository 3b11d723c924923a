import type { Input } from '@pulumi/pulumi';

/** What an `EcrPullThroughCache` is made of. Either `echoRegistryAccountId` or `upstreamRegistryUrl` is needed. */
export interface EcrPullThroughCacheArgs {
  /**
   * The account of Echo's registry: 12 digits, which Echo tells its customers. Any other private ECR registry works the same way.
   */
  echoRegistryAccountId?: Input<string>;

  /**
   * The Region of Echo's registry.
   * @default "us-east-1"
   */
  echoRegistryRegion?: Input<string>;

  /**
   * Another registry to cache instead of Echo's, without a scheme: `public.ecr.aws`, `registry.k8s.io`, `quay.io`, or, with
   * `credentialArn`, `registry-1.docker.io`, `ghcr.io`, `registry.gitlab.com`, `cgr.dev`, `<name>.azurecr.io`.
   */
  upstreamRegistryUrl?: Input<string>;

  /**
   * The ARN of the secret with the upstream's credential (keys `username` and `accessToken`). Its name starts with
   * `ecr-pullthroughcache/`, it is in the account and Region of the cache, and it is encrypted with the key `aws/secretsmanager`.
   */
  credentialArn?: Input<string>;

  /**
   * The prefix of the cached repositories: with `echo`, the image `nginx` is pulled as `echo/nginx`. Another value replaces the
   * rule and leaves the cached repositories behind.
   * @default "echo"
   */
  cacheNamespace?: Input<string>;

  /**
   * The prefix of the repositories in the upstream that the cache serves. The default means all of them.
   */
  upstreamRepositoryPrefix?: Input<string>;

  /**
   * The name of the role that ECR assumes to read a private ECR registry. It exists once in an account.
   * @default "echo-ecr-mirror-role"
   */
  roleName?: Input<string>;

  /**
   * The name of the inline policy in that role.
   * @default "echo-ecr-mirror-policy"
   */
  policyName?: Input<string>;

  /**
   * The permissions of that role: `scoped` to the repositories of the upstream and of this cache, or `aws-example`, the example of
   * AWS, whose resource is `*`.
   * @default "scoped"
   */
  rolePermissions?: Input<string>;

  /**
   * The ARN of the policy that bounds the roles of this component.
   */
  permissionsBoundary?: Input<string>;

  /**
   * How many tagged images each repository keeps, the newest by the time of their import.
   * @default 10
   */
  imagesKept?: Input<number>;

  /**
   * How many days after its import an image goes that no tag points at any more.
   * @default 30
   */
  untaggedImageDays?: Input<number>;

  /**
   * The ARN of the KMS key that encrypts the repositories. The default is AES-256 with keys of Amazon S3.
   */
  kmsKeyArn?: Input<string>;

  /**
   * Tags of the cached repositories. With tags, pullers need `ecr:TagResource` for a first pull; the puller policy has it.
   */
  repositoryTags?: Input<Record<string, Input<string>>>;

  /**
   * Other accounts whose principals may pull from the repositories. The output `registryPolicyJson` says what they need for first pulls.
   */
  pullerAccountIds?: Input<Input<string>[]>;

  /**
   * The organization whose principals may pull what is cached. Name those of its accounts that make first pulls in `pullerAccountIds`: with an
   * organization, accounts count only while they belong to it.
   */
  pullerOrganizationId?: Input<string>;

  /**
   * SNS topics of this Region that are told when imports fail, and when that is over.
   */
  alarmTopicArns?: Input<Input<string>[]>;

  /**
   * An e-mail address that is told, after it has confirmed the first mail.
   */
  alarmEmail?: Input<string>;

  /**
   * Tags of the resources of this component. The repositories get `repositoryTags`.
   */
  tags?: Input<Record<string, Input<string>>>;
}
