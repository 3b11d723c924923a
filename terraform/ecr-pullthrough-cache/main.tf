data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.region
  registry  = "${local.account}.dkr.ecr.${local.region}.${data.aws_partition.current.dns_suffix}"

  # for names of resources, in which a slash may not be: team/a and team-a get different ones
  name = (
    strcontains(var.cache_namespace, "/")
    ? "${replace(var.cache_namespace, "/", "-")}-${substr(sha1(var.cache_namespace), 0, 5)}"
    : var.cache_namespace
  )

  read_by_role     = var.echo_registry_account_id != null
  needs_credential = var.upstream_registry_url != null && !contains(["public.ecr.aws", "registry.k8s.io", "quay.io"], coalesce(var.upstream_registry_url, "-"))
  upstream_url     = local.read_by_role ? "${var.echo_registry_account_id}.dkr.ecr.${var.echo_registry_region}.${data.aws_partition.current.dns_suffix}" : var.upstream_registry_url
  upstream_prefix  = coalesce(var.upstream_repository_prefix, "ROOT")
  upstream_below   = local.upstream_prefix == "ROOT" ? "*" : "${local.upstream_prefix}/*"
  upstream_images  = "arn:${local.partition}:ecr:${var.echo_registry_region}:${coalesce(var.echo_registry_account_id, "-")}:repository/${local.upstream_below}"
  cached_images    = "arn:${local.partition}:ecr:${local.region}:${local.account}:repository/${var.cache_namespace}/*"
  log_in           = ["ecr:GetAuthorizationToken"]
  read_upstream    = ["ecr:BatchGetImage", "ecr:BatchImportUpstreamImage", "ecr:GetDownloadUrlForLayer", "ecr:GetImageCopyStatus"]
  fill_cache       = ["ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart"]
  scoped_statements = [
    { Effect = "Allow", Action = local.log_in, Resource = ["*"] },
    { Effect = "Allow", Action = local.read_upstream, Resource = [local.upstream_images, local.cached_images] },
    { Effect = "Allow", Action = local.fill_cache, Resource = [local.cached_images] },
  ]
  example_statements = [
    { Effect = "Allow", Action = concat(local.log_in, local.read_upstream, local.fill_cache), Resource = ["*"] },
  ]
}

resource "aws_ecr_pull_through_cache_rule" "this" {
  count = var.create ? 1 : 0

  ecr_repository_prefix      = var.cache_namespace
  upstream_registry_url      = local.upstream_url
  upstream_repository_prefix = var.upstream_repository_prefix
  credential_arn             = var.credential_arn
  custom_role_arn            = one(aws_iam_role.ecr_access[*].arn)

  # a first pull before these would fail, or create a repository that no template has shaped
  depends_on = [aws_iam_role_policy.ecr_pullthrough_cache, aws_ecr_repository_creation_template.this]

  lifecycle {
    precondition {
      condition     = (var.echo_registry_account_id == null) != (var.upstream_registry_url == null)
      error_message = "One upstream is needed: set either echo_registry_account_id or upstream_registry_url."
    }
    precondition {
      condition     = local.needs_credential == (var.credential_arn != null)
      error_message = local.needs_credential ? "This upstream needs a credential: set credential_arn." : "This upstream takes no credential: leave credential_arn out."
    }
  }
}

# The role that ECR assumes to read a private ECR registry.
resource "aws_iam_role" "ecr_access" {
  count = var.create && local.read_by_role ? 1 : 0

  name                 = var.role_name
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "pullthroughcache.ecr.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "ecr_pullthrough_cache" {
  count = var.create && local.read_by_role ? 1 : 0

  name = var.policy_name
  role = aws_iam_role.ecr_access[0].id

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = var.role_permissions == "scoped" ? local.scoped_statements : local.example_statements
  })
}
