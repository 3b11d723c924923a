mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_data "aws_region" {
    defaults = { region = "eu-central-1" }
  }
}

variables {
  echo_registry_account_id = "123456789012"
}

run "with_the_account_alone" {
  override_resource {
    target = aws_iam_role.ecr_access
    values = { arn = "arn:aws:iam::111122223333:role/echo-ecr-mirror-role" }
  }

  assert {
    condition = jsonencode({
      for name in ["ecr_repository_prefix", "upstream_registry_url", "upstream_repository_prefix", "custom_role_arn", "credential_arn"] :
      name => aws_ecr_pull_through_cache_rule.this[0][name]
      }) == jsonencode({
      ecr_repository_prefix      = "echo"
      upstream_registry_url      = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
      upstream_repository_prefix = null
      custom_role_arn            = "arn:aws:iam::111122223333:role/echo-ecr-mirror-role"
      credential_arn             = null
    })
    error_message = "the rule isn't that of the module that Echo published before"
  }
  assert {
    condition     = aws_iam_role.ecr_access[0].name == "echo-ecr-mirror-role" && aws_iam_role_policy.ecr_pullthrough_cache[0].name == "echo-ecr-mirror-policy"
    error_message = "role and policy don't have the names of the module that Echo published before"
  }
  assert {
    condition     = output.role_arn == "arn:aws:iam::111122223333:role/echo-ecr-mirror-role"
    error_message = "role_arn is ${output.role_arn}"
  }
  assert {
    condition     = endswith(output.usage_instructions, " && docker pull 111122223333.dkr.ecr.eu-central-1.amazonaws.com/echo/<image>:<tag>")
    error_message = "usage_instructions is ${output.usage_instructions}"
  }
  assert {
    condition     = output.image_prefix == "111122223333.dkr.ecr.eu-central-1.amazonaws.com/echo/"
    error_message = "image_prefix is ${output.image_prefix}"
  }
  assert {
    condition     = aws_ecr_repository_creation_template.this[0].repository_policy == null && output.registry_policy_json == null
    error_message = "there are pullers of other accounts"
  }
  assert {
    condition     = length(aws_iam_role.repository_creation) == 0 && aws_ecr_repository_creation_template.this[0].custom_role_arn == null
    error_message = "there is a creation role without need"
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.failed_pulls[0].alarm_actions) == 0 && length(aws_sns_topic.alarm) == 0
    error_message = "the alarm tells somebody"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.failed_pulls[0].dimensions.RuleName == aws_cloudwatch_event_rule.failed_pulls[0].name
    error_message = "the alarm reads another rule than the one that is there"
  }
}

run "scoped_permissions" {
  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.ecr_pullthrough_cache[0].policy).Statement : statement.Resource] == [
      ["*"],
      ["arn:aws:ecr:us-east-1:123456789012:repository/*", "arn:aws:ecr:eu-central-1:111122223333:repository/echo/*"],
      ["arn:aws:ecr:eu-central-1:111122223333:repository/echo/*"],
    ]
    error_message = "the policy is ${aws_iam_role_policy.ecr_pullthrough_cache[0].policy}"
  }
}

run "permissions_of_the_aws_example" {
  variables {
    role_permissions = "aws_example"
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.ecr_pullthrough_cache[0].policy).Statement : length(statement.Action)] == [9]
    error_message = "the policy is ${aws_iam_role_policy.ecr_pullthrough_cache[0].policy}"
  }
}

run "part_of_the_upstream" {
  variables {
    upstream_repository_prefix = "team-a"
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.ecr_pullthrough_cache[0].policy).Statement[1].Resource[0] == "arn:aws:ecr:us-east-1:123456789012:repository/team-a/*"
    error_message = "the role reads more than the upstream's prefix"
  }
}

run "create_nothing" {
  variables {
    create = false
  }
  assert {
    condition = alltrue([for made in [
      aws_ecr_pull_through_cache_rule.this, aws_iam_role.ecr_access, aws_iam_role_policy.ecr_pullthrough_cache, aws_ecr_repository_creation_template.this,
      aws_iam_role.repository_creation, aws_iam_policy.pullers, aws_cloudwatch_log_group.failed_pulls, aws_cloudwatch_log_resource_policy.failed_pulls,
      aws_cloudwatch_event_rule.failed_pulls, aws_cloudwatch_event_target.failed_pulls, aws_cloudwatch_metric_alarm.failed_pulls, aws_sns_topic.alarm,
    ] : length(made) == 0])
    error_message = "something is made"
  }
  assert {
    condition     = output.role_arn == null && output.usage_instructions == null && output.puller_policy_arn == null && output.puller_policy_json == null
    error_message = "an output tells of something"
  }
}

run "key_and_tags" {
  variables {
    kms_key_arn     = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    repository_tags = { team = "web" }
  }
  override_resource {
    target = aws_iam_role.repository_creation
    values = { arn = "arn:aws:iam::111122223333:role/creation" }
  }
  assert {
    condition     = aws_ecr_repository_creation_template.this[0].custom_role_arn == "arn:aws:iam::111122223333:role/creation"
    error_message = "the template doesn't name its role"
  }
  assert {
    condition     = aws_ecr_repository_creation_template.this[0].resource_tags == tomap({ team = "web" })
    error_message = "the repositories aren't tagged"
  }
  assert {
    condition     = aws_ecr_repository_creation_template.this[0].encryption_configuration[0].encryption_type == "KMS"
    error_message = "the repositories aren't encrypted by the key"
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.repository_creation[0].policy).Statement[1].Resource == var.kms_key_arn
    error_message = "the creation role may not use the key"
  }
  assert {
    condition     = contains(jsondecode(output.puller_policy_json).Statement[1].Action, "ecr:TagResource")
    error_message = "pullers may not tag the repositories that they create"
  }
}

run "tags_without_a_key" {
  variables {
    repository_tags = { team = "web" }
  }
  assert {
    condition     = length(jsondecode(aws_iam_role_policy.repository_creation[0].policy).Statement) == 1
    error_message = "the creation role has more than it needs"
  }
}

run "names_from_a_prefix_with_a_slash" {
  variables {
    cache_namespace = "team-a/echo"
    repository_tags = { team = "a" }
  }
  assert {
    condition = [
      aws_iam_role.repository_creation[0].name, aws_iam_policy.pullers[0].name, aws_cloudwatch_event_rule.failed_pulls[0].name,
      ] == [
      "ecr-creation-team-a-echo-04d90-eu-central-1", "ecr-pull-through-cache-team-a-echo-04d90-eu-central-1-pullers", "pull-through-cache-team-a-echo-04d90-failed",
    ]
    error_message = "a name has a slash"
  }
}

run "lifecycle" {
  variables {
    images_kept         = 3
    untagged_image_days = 7
  }
  assert {
    condition     = [for rule in jsondecode(aws_ecr_repository_creation_template.this[0].lifecycle_policy).rules : rule.selection.countNumber] == [3, 7]
    error_message = "the policy is ${aws_ecr_repository_creation_template.this[0].lifecycle_policy}"
  }
}

run "pullers_elsewhere" {
  variables {
    puller_account_ids     = ["444455556666", "777788889999"]
    puller_organization_id = "o-abcde12345"
  }
  assert {
    condition     = [for statement in jsondecode(aws_ecr_repository_creation_template.this[0].repository_policy).Statement : statement.Principal] == ["*"]
    error_message = "the repository policy is ${aws_ecr_repository_creation_template.this[0].repository_policy}"
  }
  assert {
    condition = jsondecode(aws_ecr_repository_creation_template.this[0].repository_policy).Statement[0].Condition == {
      StringEquals = { "aws:PrincipalOrgID" = "o-abcde12345" }, StringNotEquals = { "aws:PrincipalAccount" = "111122223333" },
    }
    error_message = "everybody may pull, or every principal of this account"
  }
  assert {
    condition     = [for statement in jsondecode(output.registry_policy_json).Statement : statement.Principal.AWS] == [["arn:aws:iam::444455556666:root", "arn:aws:iam::777788889999:root"]]
    error_message = "registry_policy_json is ${output.registry_policy_json}"
  }
  assert {
    condition     = jsondecode(output.registry_policy_json).Statement[0].Condition == { StringEquals = { "aws:PrincipalOrgID" = "o-abcde12345" } }
    error_message = "an account that has left the organization makes first pulls"
  }
}

run "accounts_alone" {
  variables {
    puller_account_ids = ["444455556666"]
  }
  assert {
    condition     = jsondecode(aws_ecr_repository_creation_template.this[0].repository_policy).Statement == [{ Action = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], Effect = "Allow", Principal = { AWS = ["arn:aws:iam::444455556666:root"] } }]
    error_message = "the repository policy is ${aws_ecr_repository_creation_template.this[0].repository_policy}"
  }
  assert {
    condition     = try(jsondecode(output.registry_policy_json).Statement[0].Condition, null) == null
    error_message = "registry_policy_json is ${output.registry_policy_json}"
  }
}

run "organization_alone" {
  variables {
    puller_organization_id = "o-abcde12345"
  }
  assert {
    condition     = length(jsondecode(aws_ecr_repository_creation_template.this[0].repository_policy).Statement) == 1 && output.registry_policy_json == null
    error_message = "an organization without accounts is in the registry policy"
  }
}

run "alarm_tells_a_topic_and_an_address" {
  variables {
    alarm_topic_arns = ["arn:aws:sns:eu-central-1:111122223333:ops"]
    alarm_email      = "ops@example.com"
  }
  override_resource {
    target = aws_sns_topic.alarm
    values = { arn = "arn:aws:sns:eu-central-1:111122223333:alarm" }
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.failed_pulls[0].alarm_actions == aws_cloudwatch_metric_alarm.failed_pulls[0].ok_actions
    error_message = "the end of an alarm is told to others"
  }
  assert {
    condition     = toset(aws_cloudwatch_metric_alarm.failed_pulls[0].alarm_actions) == toset(["arn:aws:sns:eu-central-1:111122223333:ops", "arn:aws:sns:eu-central-1:111122223333:alarm"])
    error_message = "somebody isn't told"
  }
}

# what a caller leaves to null, such as an optional attribute of its own
run "null_is_the_default" {
  variables {
    create               = null
    echo_registry_region = null
    cache_namespace      = null
    role_name            = null
    policy_name          = null
    role_permissions     = null
    images_kept          = null
    untagged_image_days  = null
    repository_tags      = null
    puller_account_ids   = null
    alarm_topic_arns     = null
    tags                 = null
  }
  assert {
    condition     = aws_ecr_pull_through_cache_rule.this[0].ecr_repository_prefix == "echo" && aws_iam_role.ecr_access[0].name == "echo-ecr-mirror-role"
    error_message = "null is something else than the default"
  }
  assert {
    condition     = [for rule in jsondecode(aws_ecr_repository_creation_template.this[0].lifecycle_policy).rules : rule.selection.countNumber] == [10, 30]
    error_message = "the lifecycle isn't the default"
  }
}

run "the_longest_namespace" {
  variables {
    cache_namespace = "a/b/c/d/e/f/g/h/i/j/k/l/m/n/oo"
    kms_key_arn     = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  }
  assert {
    condition     = length(aws_iam_role.repository_creation[0].name) + length("ap-southeast-1") - length("eu-central-1") <= 64
    error_message = "the role's name is too long: ${aws_iam_role.repository_creation[0].name}"
  }
}

run "a_namespace_with_a_dot" {
  variables {
    cache_namespace = "quay.io"
    alarm_email     = "ops@example.com"
  }
  assert {
    condition     = can(regex("^[A-Za-z0-9_-]{1,256}$", aws_sns_topic.alarm[0].name))
    error_message = "the topic is named ${aws_sns_topic.alarm[0].name}"
  }
}

run "warns_of_tags_for_other_accounts" {
  variables {
    repository_tags    = { team = "web" }
    puller_account_ids = ["444455556666"]
  }
  expect_failures = [check.first_pulls_of_other_accounts]
}

run "warns_of_tags_for_an_organization" {
  variables {
    repository_tags        = { team = "web" }
    puller_organization_id = "o-abcde12345"
  }
  expect_failures = [check.first_pulls_of_other_accounts]
}
