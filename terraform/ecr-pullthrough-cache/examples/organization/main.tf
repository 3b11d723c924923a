# One cache for an organization, two of whose accounts make first pulls, with an alarm.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.40.0"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

resource "aws_sns_topic" "platform" {
  name = "platform-alarms"
}

module "echo" {
  source = "../.."

  echo_registry_account_id = "123456789012" # a placeholder: Echo tells its customers the real one
  puller_organization_id   = "o-abcde12345"
  puller_account_ids       = ["444455556666", "777788889999"]
  alarm_topic_arns         = [aws_sns_topic.platform.arn]
  tags                     = { team = "platform" }
}

# An account has one registry policy per Region: where you have one already, put the statements of registry_policy_json into it.
resource "aws_ecr_registry_policy" "this" {
  policy = module.echo.registry_policy_json
}

output "usage" {
  value = module.echo.usage_instructions
}
