locals {
  tagged              = length(var.repository_tags) > 0
  needs_creation_role = local.tagged || var.kms_key_arn != null

  creation_statements = concat(
    [{ Effect = "Allow", Action = ["ecr:CreateRepository", "ecr:TagResource"], Resource = local.cached_images }],
    var.kms_key_arn == null ? [] : [
      {
        Effect    = "Allow"
        Action    = ["kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant"]
        Resource  = var.kms_key_arn
        Condition = { StringEquals = { "kms:CallerAccount" = local.account, "kms:ViaService" = "ecr.${local.region}.amazonaws.com" } }
      },
    ],
  )
}

# How repositories are born that a first pull creates. It never changes one that exists.
resource "aws_ecr_repository_creation_template" "this" {
  count = var.create ? 1 : 0

  prefix               = var.cache_namespace
  applied_for          = ["PULL_THROUGH_CACHE"]
  description          = "Repositories below ${var.cache_namespace}"
  image_tag_mutability = "MUTABLE"
  custom_role_arn      = one(aws_iam_role.repository_creation[*].arn)
  resource_tags        = local.tagged ? var.repository_tags : null
  repository_policy    = length(local.puller_principals) == 0 ? null : local.repository_policy

  encryption_configuration {
    encryption_type = var.kms_key_arn == null ? "AES256" : "KMS"
    kms_key         = var.kms_key_arn
  }

  lifecycle_policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "keep the newest ${var.images_kept} tagged images"
        selection    = { tagStatus = "tagged", tagPatternList = ["*"], countType = "imageCountMoreThan", countNumber = var.images_kept }
        action       = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "expire untagged images ${var.untagged_image_days} days after their push"
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = var.untagged_image_days }
        action       = { type = "expire" }
      },
    ]
  })

  depends_on = [aws_iam_role_policy.repository_creation]
}

# The role that ECR assumes to create repositories with tags or with a key. It may have no path.
resource "aws_iam_role" "repository_creation" {
  count = var.create && local.needs_creation_role ? 1 : 0

  name                 = "ecr-creation-${local.name}-${local.region}"
  description          = "Creates the repositories below ${var.cache_namespace} as their template says"
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ecr.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "repository_creation" {
  count = var.create && local.needs_creation_role ? 1 : 0

  name = "CreateRepositories"
  role = aws_iam_role.repository_creation[0].id

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = local.creation_statements
  })
}
