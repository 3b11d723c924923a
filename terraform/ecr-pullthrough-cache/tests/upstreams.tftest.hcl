mock_provider "aws" {}

run "public_upstream" {
  variables {
    upstream_registry_url = "public.ecr.aws"
    cache_namespace       = "ecr-public"
  }
  assert {
    condition     = aws_ecr_pull_through_cache_rule.this[0].upstream_registry_url == "public.ecr.aws" && aws_ecr_pull_through_cache_rule.this[0].custom_role_arn == null
    error_message = "the rule isn't one of a public registry"
  }
  assert {
    condition     = length(aws_iam_role.ecr_access) == 0 && output.role_arn == null
    error_message = "there is a role that ECR doesn't assume"
  }
}

run "upstream_with_a_credential" {
  variables {
    upstream_registry_url = "registry-1.docker.io"
    credential_arn        = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:ecr-pullthroughcache/docker-hub-AbCdEf"
    cache_namespace       = "docker-hub"
  }
  assert {
    condition     = aws_ecr_pull_through_cache_rule.this[0].credential_arn == var.credential_arn
    error_message = "the rule doesn't name the credential"
  }
}

run "fails_without_an_upstream" {
  command         = plan
  expect_failures = [aws_ecr_pull_through_cache_rule.this]
}

run "fails_with_two_upstreams" {
  command = plan
  variables {
    echo_registry_account_id = "123456789012"
    upstream_registry_url    = "quay.io"
  }
  expect_failures = [aws_ecr_pull_through_cache_rule.this]
}

run "fails_without_the_credential_that_an_upstream_needs" {
  command = plan
  variables {
    upstream_registry_url = "myregistry.azurecr.io"
  }
  expect_failures = [aws_ecr_pull_through_cache_rule.this]
}

run "fails_with_a_credential_that_no_upstream_takes" {
  command = plan
  variables {
    upstream_registry_url = "registry.k8s.io"
    credential_arn        = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:ecr-pullthroughcache/k8s-AbCdEf"
  }
  expect_failures = [aws_ecr_pull_through_cache_rule.this]
}
