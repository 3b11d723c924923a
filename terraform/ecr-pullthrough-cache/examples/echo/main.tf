# A cache of Echo's images with nothing but defaults.
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

module "echo" {
  source = "../.."

  echo_registry_account_id = "123456789012" # a placeholder: Echo tells its customers the real one
}

# a role that pulls, such as the execution role of an ECS service
resource "aws_iam_role" "puller" {
  name = "web-execution"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "puller" {
  role       = aws_iam_role.puller.name
  policy_arn = module.echo.puller_policy_arn
}

output "image" {
  value = "${module.echo.image_prefix}nginx:1.27"
}
