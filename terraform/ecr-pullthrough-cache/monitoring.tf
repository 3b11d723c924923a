locals {
  monitor_name  = "pull-through-cache-${local.name}-failed"
  alarm_actions = concat(var.alarm_topic_arns, aws_sns_topic.alarm[*].arn)

  # a topic's name has no place for a dot either
  topic_name = (
    strcontains(var.cache_namespace, ".")
    ? "${replace(local.monitor_name, ".", "-")}-${substr(sha1(var.cache_namespace), 0, 5)}"
    : local.monitor_name
  )
}

# Imports that failed, with ECR's reasons.
resource "aws_cloudwatch_log_group" "failed_pulls" {
  count = var.create ? 1 : 0

  name              = "/aws/events/${local.monitor_name}"
  retention_in_days = 30
  tags              = var.tags
}

# The log group's own policy costs none of the ten resource policies that an account has per Region.
resource "aws_cloudwatch_log_resource_policy" "failed_pulls" {
  count = var.create ? 1 : 0

  resource_arn = aws_cloudwatch_log_group.failed_pulls[0].arn
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      # AWS's example has no condition here
      Sid       = "EventBridgeCreatesStreams"
      Effect    = "Allow"
      Principal = { Service = ["events.amazonaws.com", "delivery.logs.amazonaws.com"] }
      Action    = "logs:CreateLogStream"
      Resource  = "*"
      }, {
      Sid       = "EventBridgeWrites"
      Effect    = "Allow"
      Principal = { Service = ["events.amazonaws.com", "delivery.logs.amazonaws.com"] }
      Action    = "logs:PutLogEvents"
      Resource  = "*"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account }
        ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:events:${local.region}:${local.account}:rule/*" }
      }
    }]
  })
}

resource "aws_cloudwatch_event_rule" "failed_pulls" {
  count = var.create ? 1 : 0

  name        = local.monitor_name
  description = "Imports into the pull-through cache ${var.cache_namespace} that failed"
  tags        = var.tags

  event_pattern = jsonencode({
    source        = ["aws.ecr"]
    "detail-type" = ["ECR Pull Through Cache Action"]
    detail = {
      "ecr-repository-prefix" = [var.cache_namespace]
      # AWS documents no other value
      "sync-status" = [{ "anything-but" = "SUCCESS" }]
    }
  })
}

resource "aws_cloudwatch_event_target" "failed_pulls" {
  count = var.create ? 1 : 0

  rule = aws_cloudwatch_event_rule.failed_pulls[0].name
  arn  = aws_cloudwatch_log_group.failed_pulls[0].arn

  depends_on = [aws_cloudwatch_log_resource_policy.failed_pulls]
}

# It sees imports that fail again and again, not callers who are denied: in three quarters of an hour out of sixteen.
resource "aws_cloudwatch_metric_alarm" "failed_pulls" {
  count = var.create ? 1 : 0

  alarm_name        = local.monitor_name
  alarm_description = "ECR could not import images into the pull-through cache ${var.cache_namespace}: the log ${aws_cloudwatch_log_group.failed_pulls[0].name} has its reasons. Check the role or credential of the cache, and access to the upstream. A name that a workload asks for again and again may be mistyped. This alarm sees imports that fail again and again, not callers who are denied."

  # each period has a value, so that no older one decides
  metric_query {
    id          = "failed"
    expression  = "FILL(events, 0)"
    label       = "TriggeredRules"
    return_data = true
  }

  metric_query {
    id          = "events"
    return_data = false

    metric {
      namespace   = "AWS/Events"
      metric_name = "TriggeredRules"
      dimensions  = { RuleName = aws_cloudwatch_event_rule.failed_pulls[0].name }
      stat        = "Sum"
      period      = 900
    }
  }

  evaluation_periods  = 16
  datapoints_to_alarm = 3
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
  tags                = var.tags
}

resource "aws_sns_topic" "alarm" {
  count = var.create && var.alarm_email != null ? 1 : 0

  name         = local.topic_name
  display_name = "Failed pull-through cache imports"
  tags         = var.tags
}

resource "aws_sns_topic_subscription" "alarm" {
  count = var.create && var.alarm_email != null ? 1 : 0

  topic_arn = aws_sns_topic.alarm[0].arn
  protocol  = "email"
  endpoint  = var.alarm_email
}
