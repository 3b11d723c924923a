"""The gaps of ministack outside ECR, in stacks and in the API."""

from __future__ import annotations

import time
from typing import Any

import pytest
from support import REGION, Engine, eventually
from test_cloudformation import Stack

from engine.mends.alarms import _state


@pytest.fixture
def stack(engine: Engine, account: str) -> Stack:
    return Stack(engine, account)


def test_ref_of_a_secret_is_its_arn(stack: Stack, engine: Engine, account: str) -> None:
    secret = {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": "ecr-pullthroughcache/x",
                                                                    "SecretString": "1"}}
    # when
    stack.create({"Secret": secret}, {"Ref": {"Value": {"Ref": "Secret"}}})
    # then
    assert stack.outputs["Ref"].startswith(f"arn:aws:secretsmanager:{REGION}:{account}:secret:ecr-pullthroughcache/x-")
    client = engine.client("secretsmanager", account)
    secret["Properties"]["SecretString"] = "2"
    assert stack.update({"Secret": secret}) == "UPDATE_COMPLETE"
    assert client.get_secret_value(SecretId="ecr-pullthroughcache/x")["SecretString"] == "2"
    stack.delete()
    assert client.list_secrets()["SecretList"] == []


def _math_alarm(**more: Any) -> Any:
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": {
        "AlarmName": "math", "EvaluationPeriods": 1, "Threshold": 50, "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching", "Metrics": [
            {"Id": "rate", "Expression": "100 * failed / (FILL(failed, 0) + FILL(served, 0))", "ReturnData": True},
            *[{"Id": name, "ReturnData": False, "MetricStat": {"Stat": "Sum", "Period": 300, "Metric": {
                "Namespace": "Cache", "MetricName": name}}} for name in ("failed", "served")]], **more}}


def _composite(rule: str) -> Any:
    return {"Type": "AWS::CloudWatch::CompositeAlarm", "DependsOn": "Math", "Properties": {
        "AlarmName": "both", "AlarmRule": rule}}


def _states(cloudwatch: Any) -> dict[str, str]:
    found = cloudwatch.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    return {a["AlarmName"]: a["StateValue"] for a in [*found["MetricAlarms"], *found["CompositeAlarms"]]}


def _put(cloudwatch: Any, engine: Engine, **values: float) -> None:
    ahead = engine.control("GET", "/clock")["ahead"]
    cloudwatch.put_metric_data(Namespace="Cache", MetricData=[
        {"MetricName": name, "Value": value, "Timestamp": time.time() + ahead} for name, value in values.items()])


def test_metric_math_and_composite_alarms(stack: Stack, engine: Engine, account: str) -> None:
    cloudwatch = engine.client("cloudwatch", account)
    assert stack.create({"Math": _math_alarm(), "Both": _composite('ALARM("math")')}) == "CREATE_COMPLETE"
    eventually(lambda: _states(cloudwatch) == {"math": "OK", "both": "OK"})
    # when
    _put(cloudwatch, engine, failed=2, served=1)
    # then
    assert _states(cloudwatch) == {"math": "ALARM", "both": "ALARM"}
    # when
    _put(cloudwatch, engine, served=9)
    # then
    assert _states(cloudwatch) == {"math": "OK", "both": "OK"}
    # when
    assert stack.update({"Math": _math_alarm(), "Both": _composite('NOT ALARM("math")')}) == "UPDATE_COMPLETE"
    # then
    assert _states(cloudwatch)["both"] == "ALARM"
    stack.delete()
    assert _states(cloudwatch) == {}


def test_fails_to_make_a_composite_alarm_of_nothing(stack: Stack) -> None:
    assert stack.create({"Math": _math_alarm(), "Both": _composite('ALARM("none")')}) == "ROLLBACK_COMPLETE"
    assert "alarms [" in stack.reasons
    assert "do not exist" in stack.reasons


@pytest.mark.parametrize(("treat", "expected"), [("notBreaching", "OK"), ("breaching", "ALARM"),
                                                 ("missing", "INSUFFICIENT_DATA"), ("ignore", "INSUFFICIENT_DATA")])
def test_missing_data_is_treated_as_the_alarm_says(treat: str, expected: str, engine: Engine, account: str) -> None:
    cloudwatch = engine.client("cloudwatch", account)
    # when
    cloudwatch.put_metric_alarm(AlarmName="a", Namespace="N", MetricName="M", Statistic="Sum", Period=60,
                                EvaluationPeriods=2, Threshold=1, ComparisonOperator="GreaterThanThreshold",
                                TreatMissingData=treat)
    # then
    assert _states(cloudwatch) == {"a": expected}


def test_datapoints_to_alarm(engine: Engine, account: str) -> None:
    cloudwatch = engine.client("cloudwatch", account)
    cloudwatch.put_metric_alarm(AlarmName="a", Namespace="Cache", MetricName="failed", Statistic="Sum", Period=60,
                                EvaluationPeriods=3, DatapointsToAlarm=2, Threshold=0, TreatMissingData="notBreaching",
                                ComparisonOperator="GreaterThanThreshold")
    # when
    _put(cloudwatch, engine, failed=1)
    one = _states(cloudwatch)
    engine.control("POST", "/clock", {"minutes": 1})
    _put(cloudwatch, engine, failed=1)
    # then
    assert (one, _states(cloudwatch)) == ({"a": "OK"}, {"a": "ALARM"})


def test_loopback_counts_as_a_secure_transport(engine: Engine, account: str) -> None:
    # given what the bucket of the CDK's bootstrap says
    s3 = engine.client("s3", account)
    s3.create_bucket(Bucket=f"staging-{account}")
    s3.put_bucket_policy(Bucket=f"staging-{account}", Policy=(
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", '
        f'"Resource": "arn:aws:s3:::staging-{account}/*", '
        '"Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}'))
    user = engine.user(account, "publisher", {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    # when, then
    engine.client("s3", user).put_object(Bucket=f"staging-{account}", Key="k", Body=b"v")


_CASES = [
    # the tables of the guide, the oldest value first: 0 is good, X is bad, - is missing
    (3, 3, "0-X-X", ("OK", "OK", "OK", "OK")),
    (3, 3, "----0", ("OK", "OK", "OK", "OK")),
    (3, 3, "-----", ("INSUFFICIENT_DATA", "before", "ALARM", "OK")),
    (3, 3, "0XX-X", ("ALARM", "ALARM", "ALARM", "ALARM")),
    (3, 3, "--X--", ("ALARM", "before", "ALARM", "OK")),
    (3, 2, "0-X-X", ("ALARM", "ALARM", "ALARM", "ALARM")),
    (3, 2, "00X0X", ("ALARM", "ALARM", "ALARM", "ALARM")),
    (3, 2, "0-X--", ("OK", "OK", "ALARM", "OK")),
    (3, 2, "----0", ("OK", "OK", "ALARM", "OK")),
    (3, 2, "----X", ("ALARM", "before", "ALARM", "OK")),
]


@pytest.mark.parametrize(("periods", "datapoints", "oldest_first", "expected"), _CASES)
def test_missing_data_is_treated_as_in_the_tables_of_the_guide(periods: int, datapoints: int, oldest_first: str,
                                                               expected: tuple[str, ...]) -> None:
    values = [{"0": 0.0, "X": 1.0, "-": None}[one] for one in reversed(oldest_first)]
    # when
    states = tuple(_state({"AlarmName": "a", "ComparisonOperator": "GreaterThanThreshold", "Threshold": 0,
                           "EvaluationPeriods": periods, "DatapointsToAlarm": datapoints, "StateValue": "before",
                           "TreatMissingData": treat}, values)
                   for treat in ("missing", "ignore", "breaching", "notBreaching"))
    # then
    assert states == expected
