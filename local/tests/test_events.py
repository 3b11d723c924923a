"""The events of the cache, how often they come, and what reaches alarms, topics and logs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support import REGION, Engine, Puller, eventually, policy

from upstream.server import StaticRegistry

FAILED = {"source": ["aws.ecr"], "detail-type": ["ECR Pull Through Cache Action"],
          "detail": {"sync-status": [{"anything-but": "SUCCESS"}], "ecr-repository-prefix": ["quay"]}}


@pytest.fixture
def ecr(engine: Engine, account: str, quay: StaticRegistry) -> Any:
    client = engine.client("ecr", account)
    client.create_pull_through_cache_rule(ecrRepositoryPrefix="quay", upstreamRegistryUrl="quay.io")
    return client


@pytest.fixture
def queue(engine: Engine, account: str, ecr: Any) -> Any:
    """Gets the events of failed pulls that arrived since it was last called."""
    sqs = engine.client("sqs", account)
    url = sqs.create_queue(QueueName="failed")["QueueUrl"]
    _rule(engine, account, f"arn:aws:sqs:{REGION}:{account}:failed")

    def arrived() -> list[Any]:
        found = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                found.append(json.loads(message["Body"]))
        return found
    return arrived


def _rule(engine: Engine, account: str, *targets: str, state: str = "ENABLED") -> Any:
    events = engine.client("events", account)
    events.put_rule(Name="failed", EventPattern=json.dumps(FAILED), State=state)
    if targets:
        events.put_targets(Rule="failed", Targets=[{"Id": str(i), "Arn": arn} for i, arn in enumerate(targets)])
    return events


def _alarm(engine: Engine, account: str, metric: str = "TriggeredRules", **more: Any) -> Any:
    cloudwatch = engine.client("cloudwatch", account)
    cloudwatch.put_metric_alarm(**{
        "AlarmName": "failed", "Namespace": "AWS/Events", "MetricName": metric, "Statistic": "Sum", "Period": 300,
        "EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching", "Dimensions": [{"Name": "RuleName", "Value": "failed"}], **more})
    return cloudwatch


def _state(cloudwatch: Any, name: str = "failed") -> str:
    alarms = cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    return str([*alarms["MetricAlarms"], *alarms["CompositeAlarms"]][0]["StateValue"])


def _sum(engine: Engine, account: str, metric: str) -> float:
    now = engine.control("GET", "/clock")["now"]
    points = engine.client("cloudwatch", account).get_metric_statistics(
        Namespace="AWS/Events", MetricName=metric, StartTime=now - 600, EndTime=now + 600, Period=3600,
        Dimensions=[{"Name": "RuleName", "Value": "failed"}], Statistics=["Sum"])["Datapoints"]
    return sum(point["Sum"] for point in points)


def test_a_failed_pull_is_an_event_of_aws_schema(queue: Any, root: Puller, account: str) -> None:
    # when
    root.manifest("quay/pause", "none")
    # then
    [event] = queue()
    assert (event["source"], event["detail-type"], event["account"], event["region"]) == (
        "aws.ecr", "ECR Pull Through Cache Action", account, REGION)
    assert event["resources"] == [f"arn:aws:ecr:{REGION}:{account}:repository/quay/pause"]
    assert event["detail"] == {
        "rule-version": "1", "sync-status": "FAILURE", "ecr-repository-prefix": "quay",
        "repository-name": "quay/pause", "upstream-registry-url": "quay.io", "image-tag": "none",
        "failure-code": "ImageNotFound", "failure-reason": "the upstream registry answered 404"}


def test_a_served_pull_is_a_success_of_that_pattern_not(queue: Any, root: Puller, engine: Engine,
                                                        account: str) -> None:
    # when
    answer = root.manifest("quay/pause", "3.10")
    # then
    assert queue() == []
    assert engine.events_of(account) == [{
        "rule-version": "1", "sync-status": "SUCCESS", "ecr-repository-prefix": "quay",
        "repository-name": "quay/pause", "upstream-registry-url": "quay.io", "image-tag": "3.10",
        "image-digest": answer.headers["Docker-Content-Digest"]}]


def test_head_and_get_of_one_pull_are_one_event(queue: Any, root: Puller) -> None:
    # when
    root.manifest("quay/pause", "none", "HEAD")
    root.manifest("quay/pause", "none")
    # then
    assert len(queue()) == 1


def test_two_pulls_are_two_events(queue: Any, root: Puller) -> None:
    # when
    root.manifest("quay/pause", "none")
    root.manifest("quay/pause", "none")
    # then
    assert len(queue()) == 2


@pytest.mark.parametrize("times", [0, 3])
def test_an_event_comes_as_often_as_the_switch_says(times: int, queue: Any, root: Puller, engine: Engine) -> None:
    engine.control("PUT", "/switches", {"failure_events": times})
    # when
    root.manifest("quay/pause", "none")
    # then
    assert len(queue()) == times


def test_a_refused_caller_is_no_event(queue: Any, engine: Engine, account: str) -> None:
    user = engine.user(account, "nobody", {"Effect": "Allow", "Resource": "*", "Action": [
        "ecr:GetAuthorizationToken", "ecr:BatchGetImage"]})
    # when
    engine.puller(user).manifest("quay/pause", "3.10")
    # then
    assert queue() == []


def test_a_client_cannot_send_an_event_of_aws(engine: Engine, account: str, queue: Any) -> None:
    # when
    answer = engine.client("events", account).put_events(Entries=[{
        "Source": "aws.ecr", "DetailType": "ECR Pull Through Cache Action", "Detail": json.dumps(FAILED["detail"])}])
    # then
    assert answer["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"
    assert queue() == []


@pytest.mark.parametrize("times", [1, 3])
def test_an_alarm_fires_and_returns_to_ok_by_itself(times: int, queue: Any, root: Puller, engine: Engine,
                                                    account: str) -> None:
    cloudwatch = _alarm(engine, account)
    eventually(lambda: _state(cloudwatch) == "OK")
    engine.control("PUT", "/switches", {"failure_events": times})
    # when
    root.manifest("quay/pause", "none")
    # then
    eventually(lambda: _state(cloudwatch) == "ALARM")
    # when
    engine.control("POST", "/clock", {"minutes": 20})
    # then
    eventually(lambda: _state(cloudwatch) == "OK")


def test_an_alarm_of_a_disabled_rule_stays_ok(ecr: Any, root: Puller, engine: Engine, account: str) -> None:
    _rule(engine, account, state="DISABLED")
    cloudwatch = _alarm(engine, account)
    # when
    root.manifest("quay/pause", "none")
    states = engine.control("POST", "/alarms/evaluate")
    # then
    assert states[f"{account}/{REGION}"] == {"failed": "OK"}
    assert _state(cloudwatch) == "OK"


def test_an_alarm_of_another_dimension_stays_ok(queue: Any, root: Puller, engine: Engine, account: str) -> None:
    cloudwatch = _alarm(engine, account, Dimensions=[{"Name": "RuleName", "Value": "other"}])
    # when
    root.manifest("quay/pause", "none")
    engine.control("POST", "/alarms/evaluate")
    # then
    assert _state(cloudwatch) == "OK"


def test_an_alarms_topic_delivers(queue: Any, root: Puller, engine: Engine, account: str) -> None:
    # given
    sns, sqs = engine.client("sns", account), engine.client("sqs", account)
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    url = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:{account}:inbox")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy({
        "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
        "Resource": "*"})})
    _alarm(engine, account, AlarmActions=[topic])
    # when
    root.manifest("quay/pause", "none")
    # then
    [message] = eventually(lambda: sqs.receive_message(QueueUrl=url).get("Messages"))
    assert json.loads(json.loads(message["Body"])["Message"])["NewStateValue"] == "ALARM"


def test_counts_triggered_rules_and_invocations(queue: Any, root: Puller, engine: Engine, account: str) -> None:
    # when
    root.manifest("quay/pause", "none")
    # then
    assert [_sum(engine, account, name) for name in ("TriggeredRules", "Invocations", "FailedInvocations")] == [1, 1, 0]


def test_counts_a_rule_without_targets_as_triggered(ecr: Any, root: Puller, engine: Engine, account: str) -> None:
    _rule(engine, account)
    # when
    root.manifest("quay/pause", "none")
    # then
    assert [_sum(engine, account, name) for name in ("TriggeredRules", "Invocations")] == [1, 0]


@pytest.mark.parametrize("target", ["sqs:{r}:{a}:none", "sns:{r}:{a}:none", "lambda:{r}:{a}:function:none",
                                    "logs:{r}:{a}:log-group:none", "sqs:eu-west-1:{a}:none"])
def test_counts_a_missing_target_as_a_failed_invocation(target: str, ecr: Any, root: Puller, engine: Engine,
                                                        account: str) -> None:
    _rule(engine, account, "arn:aws:" + target.format(r=REGION, a=account))
    # when
    root.manifest("quay/pause", "none")
    # then
    assert _sum(engine, account, "FailedInvocations") == 1


def _log_group(engine: Engine, account: str, **statement: Any) -> Any:
    """A log group with a policy of its own, as AWS::Logs::LogGroup.ResourcePolicyDocument makes it."""
    logs = engine.client("logs", account)
    logs.create_log_group(logGroupName="/cache")
    if statement:
        logs.put_resource_policy(resourceArn=f"arn:aws:logs:{REGION}:{account}:log-group:/cache",
                                 policyDocument=policy({"Effect": "Allow", "Resource": "*", "Action": [
                                     "logs:CreateLogStream", "logs:PutLogEvents"], **statement}))
    return logs


def _messages(logs: Any) -> list[Any]:
    found = logs.filter_log_events(logGroupName="/cache")["events"]
    return [json.loads(event["message"])["detail"] for event in found]


@pytest.mark.parametrize("seen", [True, False])
def test_a_log_group_gets_events_that_its_policy_allows(seen: bool, ecr: Any, root: Puller, engine: Engine,
                                                        account: str) -> None:
    engine.control("PUT", "/switches", {"log_streams_see_source": seen})
    logs = _log_group(engine, account, Principal={"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]},
                      Condition={"StringEquals": {"aws:SourceAccount": account}, "ArnLike": {
                          "aws:SourceArn": f"arn:aws:events:{REGION}:{account}:rule/*"}})
    _rule(engine, account, f"arn:aws:logs:{REGION}:{account}:log-group:/cache")
    # when
    root.manifest("quay/pause", "none")
    engine.control("PUT", "/switches", {"log_streams_see_source": False})
    # then
    assert [detail["image-tag"] for detail in _messages(logs)] == (["none"] if seen else [])


@pytest.mark.parametrize("statement", [
    {}, {"Principal": {"Service": "lambda.amazonaws.com"}},
    {"Principal": {"Service": "events.amazonaws.com"}, "Action": "logs:PutLogEvents"},
    {"Principal": {"Service": "events.amazonaws.com"},
     "Condition": {"StringEquals": {"aws:SourceAccount": "999999999999"}}},
])
def test_a_log_group_gets_nothing_that_its_policy_does_not_allow(statement: Any, ecr: Any, root: Puller,
                                                                 engine: Engine, account: str) -> None:
    logs = _log_group(engine, account, **statement)
    _rule(engine, account, f"arn:aws:logs:{REGION}:{account}:log-group:/cache")
    # when
    root.manifest("quay/pause", "none")
    # then
    assert _messages(logs) == []
    assert _sum(engine, account, "FailedInvocations") == 1


def test_pushes_and_deletions_are_image_actions(engine: Engine, account: str, root: Puller, ecr: Any,
                                                layout: Any) -> None:
    root.manifest("quay/pause", "3.10")
    # when
    ecr.batch_delete_image(repositoryName="quay/pause", imageIds=[{"imageTag": "3.10"}])
    # then
    assert engine.events_of(account)[-1]["action-type"] == "DELETE"
