terraform {
  required_version = ">= 1.7"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # the oldest schema that the module is tested with; a log group's own resource policy isn't in much older ones
      version = ">= 6.40.0"
    }
  }
}
