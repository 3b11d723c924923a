output "role_arn" {
  description = "The role that ECR assumes to read a private ECR registry; null for other upstreams."
  value       = one(aws_iam_role.ecr_access[*].arn)
}

output "usage_instructions" {
  description = "Commands that log in and pull an image: put its name and tag in."
  value       = var.create ? "aws ecr get-login-password --region ${local.region} | docker login --username AWS --password-stdin ${local.registry} && docker pull ${local.registry}/${var.cache_namespace}/<image>:<tag>" : null
}

output "image_prefix" {
  description = "What to write before the name of an image of the upstream."
  value       = var.create ? "${local.registry}/${var.cache_namespace}/" : null
}

output "puller_policy_arn" {
  description = "The policy to attach to the roles of this account that pull."
  value       = one(aws_iam_policy.pullers[*].arn)
}

output "puller_policy_json" {
  description = "The same policy as text, for roles that are made elsewhere."
  value       = var.create ? local.puller_policy : null
}

output "registry_policy_json" {
  description = "What the registry policy of this account has to hold besides, so that the accounts of `puller_account_ids` make first pulls; null without them. An account has one registry policy per Region, so this module leaves it alone."
  value       = var.create && length(var.puller_account_ids) > 0 ? local.registry_policy : null
}

output "failed_pulls_log_name" {
  description = "The log group with the reasons of failed imports."
  value       = one(aws_cloudwatch_log_group.failed_pulls[*].name)
}

output "failed_pulls_alarm_arn" {
  description = "The alarm on failed imports."
  value       = one(aws_cloudwatch_metric_alarm.failed_pulls[*].arn)
}
