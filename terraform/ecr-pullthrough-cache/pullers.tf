locals {
  pull_cached = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
  import      = ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"]

  puller_roots = [for id in var.puller_account_ids : "arn:${local.partition}:iam::${id}:root"]
  # An account as principal: ECR refuses principals that don't exist, and accounts do. By the principal "*" alone every principal of this account would
  # get in, also one that IAM allows nothing. With an organization its statement is the only one, since the accounts belong to it.
  puller_principals = [for puller in [
    {
      given = length(var.puller_account_ids) > 0 && var.puller_organization_id == null
      who   = { Principal = { AWS = local.puller_roots } }
    },
    {
      given = var.puller_organization_id != null
      who   = { Principal = "*", Condition = merge(local.puller_membership, { StringNotEquals = { "aws:PrincipalAccount" = local.account } }) }
    },
  ] : puller.who if puller.given]
  puller_membership = { StringEquals = { "aws:PrincipalOrgID" = var.puller_organization_id } }

  repository_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [for who in local.puller_principals : merge(who, { Effect = "Allow", Action = local.pull_cached })]
  })
  # without the principal "*" that an organization has in the repository policy
  registry_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [merge({
      Effect    = "Allow"
      Principal = { AWS = local.puller_roots }
      Action    = concat(local.pull_cached, local.import)
      Resource  = local.cached_images
    }, var.puller_organization_id == null ? {} : { Condition = local.puller_membership })]
  })

  puller_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = local.log_in, Resource = "*" },
      { Effect = "Allow", Action = concat(local.pull_cached, local.import, local.tagged ? ["ecr:TagResource"] : []), Resource = local.cached_images },
    ]
  })
}

# What a role of this account needs to pull, also what nobody has pulled before.
resource "aws_iam_policy" "pullers" {
  count = var.create ? 1 : 0

  name        = "ecr-pull-through-cache-${local.name}-${local.region}-pullers"
  description = "Lets roles of this account pull through the cache, also what nobody has pulled before"
  policy      = local.puller_policy
  tags        = var.tags
}

check "first_pulls_of_other_accounts" {
  assert {
    condition     = !(local.tagged && length(local.puller_principals) > 0)
    error_message = "The repositories are born with tags: a first pull then needs ecr:TagResource, which ECR takes from identity-based policies only, so one from another account is expected to fail. Leave repository_tags out, or make the first pull in this account."
  }
}
