# Several public registries, two of which take a credential.
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

locals {
  upstreams = {
    ecr-public = { url = "public.ecr.aws", credential = false }
    kubernetes = { url = "registry.k8s.io", credential = false }
    docker-hub = { url = "registry-1.docker.io", credential = true }
    github     = { url = "ghcr.io", credential = true }
  }
}

# The secrets hold {"username": "...", "accessToken": "..."}; write their values with another tool, so that they stay out of the state.
# A rule that is made right after its secret may not find it yet: if that happens, apply again.
resource "aws_secretsmanager_secret" "credential" {
  for_each = { for prefix, upstream in local.upstreams : prefix => upstream if upstream.credential }

  name = "ecr-pullthroughcache/${each.key}"
}

module "cache" {
  source   = "../.."
  for_each = local.upstreams

  cache_namespace       = each.key
  upstream_registry_url = each.value.url
  credential_arn        = each.value.credential ? aws_secretsmanager_secret.credential[each.key].arn : null
  images_kept           = 5
}

# Docker Hub's official images are below library/
output "nginx" {
  value = "${module.cache["docker-hub"].image_prefix}library/nginx:1.27"
}
