variable "create" {
  description = "Whether to make anything at all."
  type        = bool
  default     = true
  nullable    = false
}

variable "echo_registry_account_id" {
  description = "The account of Echo's registry: 12 digits, which Echo tells its customers. Any other private ECR registry works the same way."
  type        = string
  default     = null

  validation {
    condition     = var.echo_registry_account_id == null || can(regex("^[0-9]{12}$", var.echo_registry_account_id))
    error_message = "The value of echo_registry_account_id must be the 12 digits of an AWS account id, as a string with its leading zeros."
  }
}

variable "echo_registry_region" {
  description = "The Region of Echo's registry."
  type        = string
  default     = "us-east-1"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2,}(-[a-z]+)+-[0-9]{1,2}$", var.echo_registry_region))
    error_message = "The value of echo_registry_region must be the name of an AWS Region, such as us-east-1."
  }
}

variable "upstream_registry_url" {
  description = "Another registry to cache instead of Echo's, without a scheme: `public.ecr.aws`, `registry.k8s.io`, `quay.io`, or, with `credential_arn`, `registry-1.docker.io`, `ghcr.io`, `registry.gitlab.com`, `cgr.dev`, `<name>.azurecr.io`."
  type        = string
  default     = null

  validation {
    condition = var.upstream_registry_url == null || can(regex(
      "^(public\\.ecr\\.aws|registry\\.k8s\\.io|quay\\.io|registry-1\\.docker\\.io|ghcr\\.io|registry\\.gitlab\\.com|cgr\\.dev|[a-zA-Z0-9]+\\.azurecr\\.io)$",
      var.upstream_registry_url
    ))
    error_message = "The value of upstream_registry_url must be a registry that ECR can cache, as a host name without a scheme. For a private ECR registry set echo_registry_account_id and echo_registry_region."
  }
}

variable "credential_arn" {
  description = "The ARN of the secret with the upstream's credential (keys `username` and `accessToken`). Its name starts with `ecr-pullthroughcache/`, it is in the account and Region of the cache, and it is encrypted with the key `aws/secretsmanager`."
  type        = string
  default     = null

  validation {
    condition     = var.credential_arn == null || can(regex("^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:ecr-pullthroughcache/[A-Za-z0-9/_+=.@-]+$", var.credential_arn))
    error_message = "The value of credential_arn must be the full ARN of a secret whose name starts with ecr-pullthroughcache/."
  }
}

variable "cache_namespace" {
  description = "The prefix of the cached repositories: with `echo`, the image `nginx` is pulled as `echo/nginx`. Another value replaces the rule and leaves the cached repositories behind."
  type        = string
  default     = "echo"
  nullable    = false

  validation {
    condition = (
      length(var.cache_namespace) >= 2 && length(var.cache_namespace) <= 30 &&
      can(regex("^[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*$", var.cache_namespace))
    )
    error_message = "The value of cache_namespace must be 2 to 30 lower-case letters and digits, joined by single '.', '_', '__', '-' or '/', without a slash at the end."
  }
}

variable "upstream_repository_prefix" {
  description = "The prefix of the repositories in the upstream that the cache serves. The default means all of them."
  type        = string
  default     = null

  validation {
    condition = var.upstream_repository_prefix == null || can(regex(
      "^(ROOT|[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*)$", var.upstream_repository_prefix
    ))
    error_message = "The value of upstream_repository_prefix must be lower-case letters and digits, joined by single '.', '_', '__', '-' or '/', without a slash at the end, or ROOT."
  }
}

variable "role_name" {
  description = "The name of the role that ECR assumes to read a private ECR registry. It exists once in an account."
  type        = string
  default     = "echo-ecr-mirror-role"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.role_name))
    error_message = "The value of role_name must be 1 to 64 letters, digits and + = , . @ _ -."
  }
}

variable "policy_name" {
  description = "The name of the inline policy in that role."
  type        = string
  default     = "echo-ecr-mirror-policy"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,128}$", var.policy_name))
    error_message = "The value of policy_name must be 1 to 128 letters, digits and + = , . @ _ -."
  }
}

variable "role_permissions" {
  description = "The permissions of that role: `scoped` to the repositories of the upstream and of this cache, or `aws_example`, the example of AWS, whose resource is `*`."
  type        = string
  default     = "scoped"
  nullable    = false

  validation {
    condition     = contains(["scoped", "aws_example"], var.role_permissions)
    error_message = "The value of role_permissions must be scoped or aws_example."
  }
}

variable "permissions_boundary" {
  description = "The ARN of the policy that bounds the roles of this module."
  type        = string
  default     = null
}

variable "images_kept" {
  description = "How many tagged images each repository keeps, the newest by the time of their import."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.images_kept >= 1 && floor(var.images_kept) == var.images_kept
    error_message = "The value of images_kept must be a whole number from 1."
  }
}

variable "untagged_image_days" {
  description = "How many days after its import an image goes that no tag points at any more."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.untagged_image_days >= 1 && floor(var.untagged_image_days) == var.untagged_image_days
    error_message = "The value of untagged_image_days must be a whole number from 1."
  }
}

variable "kms_key_arn" {
  description = "The ARN of the KMS key that encrypts the repositories. The default is AES-256 with keys of Amazon S3."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "The value of kms_key_arn must be the ARN of a key, not of an alias."
  }
}

variable "repository_tags" {
  description = "Tags of the cached repositories. With tags, pullers need `ecr:TagResource` for a first pull; the puller policy has it."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition = length(var.repository_tags) <= 50 && alltrue([
      for key, value in var.repository_tags :
      try(length(key) >= 1 && length(key) <= 128 && length(value) <= 256, false) && !startswith(lower(key), "aws:")
    ])
    error_message = "The value of repository_tags must be at most 50 tags, with keys of 1 to 128 characters that don't start with aws: and values of at most 256."
  }
}

variable "puller_account_ids" {
  description = "Other accounts whose principals may pull from the repositories. The output `registry_policy_json` says what they need for first pulls."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for id in var.puller_account_ids : can(regex("^[0-9]{12}$", id))])
    error_message = "The value of puller_account_ids must be account ids of 12 digits."
  }
}

variable "puller_organization_id" {
  description = "The organization whose principals may pull what is cached. Name those of its accounts that make first pulls in `puller_account_ids`: with an organization, accounts count only while they belong to it."
  type        = string
  default     = null

  validation {
    condition     = var.puller_organization_id == null || can(regex("^o-[a-z0-9]{10,32}$", var.puller_organization_id))
    error_message = "The value of puller_organization_id must be the id of an organization, such as o-abcde12345."
  }
}

variable "alarm_topic_arns" {
  description = "SNS topics of this Region that are told when imports fail, and when that is over."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition = length(var.alarm_topic_arns) <= 4 && alltrue([
      for arn in var.alarm_topic_arns : can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_.-]+$", arn))
    ])
    error_message = "The value of alarm_topic_arns must be at most four ARNs of SNS topics."
  }
}

variable "alarm_email" {
  description = "An e-mail address that is told, after it has confirmed the first mail."
  type        = string
  default     = null

  validation {
    condition     = var.alarm_email == null || can(regex("^[^@ ]+@[^@ ]+$", var.alarm_email))
    error_message = "The value of alarm_email must be an e-mail address."
  }
}

variable "tags" {
  description = "Tags of the resources of this module. The repositories get `repository_tags`."
  type        = map(string)
  default     = {}
  nullable    = false
}
