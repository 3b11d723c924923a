mock_provider "aws" {}

variables {
  echo_registry_account_id = "123456789012"
}

run "fails_for_echo_registry_account_id" {
  command = plan
  variables {
    echo_registry_account_id = "12345678901"
  }
  expect_failures = [var.echo_registry_account_id]
}

run "fails_for_echo_registry_region" {
  command = plan
  variables {
    echo_registry_region = "Frankfurt"
  }
  expect_failures = [var.echo_registry_region]
}

run "fails_for_upstream_registry_url" {
  command = plan
  variables {
    upstream_registry_url = "https://quay.io"
  }
  expect_failures = [var.upstream_registry_url]
}

run "fails_for_credential_arn" {
  command = plan
  variables {
    credential_arn = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:docker-hub-AbCdEf"
  }
  expect_failures = [var.credential_arn]
}

run "fails_for_cache_namespace" {
  command = plan
  variables {
    cache_namespace = "Echo"
  }
  expect_failures = [var.cache_namespace]
}

run "fails_for_cache_namespace_2" {
  command = plan
  variables {
    cache_namespace = "e"
  }
  expect_failures = [var.cache_namespace]
}

run "fails_for_cache_namespace_3" {
  command = plan
  variables {
    cache_namespace = "echo/"
  }
  expect_failures = [var.cache_namespace]
}

run "fails_for_upstream_repository_prefix" {
  command = plan
  variables {
    upstream_repository_prefix = "Team"
  }
  expect_failures = [var.upstream_repository_prefix]
}

run "fails_for_role_name" {
  command = plan
  variables {
    role_name = "path/role"
  }
  expect_failures = [var.role_name]
}

run "fails_for_policy_name" {
  command = plan
  variables {
    policy_name = "a policy"
  }
  expect_failures = [var.policy_name]
}

run "fails_for_role_permissions" {
  command = plan
  variables {
    role_permissions = "all"
  }
  expect_failures = [var.role_permissions]
}

run "fails_for_images_kept" {
  command = plan
  variables {
    images_kept = 0
  }
  expect_failures = [var.images_kept]
}

run "fails_for_images_kept_2" {
  command = plan
  variables {
    images_kept = 1.5
  }
  expect_failures = [var.images_kept]
}

run "fails_for_untagged_image_days" {
  command = plan
  variables {
    untagged_image_days = -1
  }
  expect_failures = [var.untagged_image_days]
}

run "fails_for_kms_key_arn" {
  command = plan
  variables {
    kms_key_arn = "alias/mine"
  }
  expect_failures = [var.kms_key_arn]
}

run "fails_for_repository_tags" {
  command = plan
  variables {
    repository_tags = { "aws:team" = "web" }
  }
  expect_failures = [var.repository_tags]
}

run "fails_for_puller_account_ids" {
  command = plan
  variables {
    puller_account_ids = ["444455556666", "ops"]
  }
  expect_failures = [var.puller_account_ids]
}

run "fails_for_puller_organization_id" {
  command = plan
  variables {
    puller_organization_id = "abcde12345"
  }
  expect_failures = [var.puller_organization_id]
}

run "fails_for_alarm_topic_arns" {
  command = plan
  variables {
    alarm_topic_arns = ["ops"]
  }
  expect_failures = [var.alarm_topic_arns]
}

run "fails_for_alarm_email" {
  command = plan
  variables {
    alarm_email = "ops"
  }
  expect_failures = [var.alarm_email]
}

run "fails_for_a_tag_without_a_value" {
  command = plan
  variables {
    repository_tags = { team = null }
  }
  expect_failures = [var.repository_tags]
}
