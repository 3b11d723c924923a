"""What scheduled functions are allowed by: the namespace of their metrics, and the repositories that they list."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from support import REGION, Engine, allow

OWN = {"StringEquals": {"cloudwatch:namespace": "Own"}}


@pytest.fixture
def writer(engine: Engine, account: str) -> boto3.Session:
    """A user who may put metrics into one namespace."""
    return engine.user(account, "writer", {**allow("cloudwatch:PutMetricData"), "Condition": OWN})


def _put(engine: Engine, writer: boto3.Session, namespace: str) -> None:
    engine.client("cloudwatch", writer).put_metric_data(
        Namespace=namespace, MetricData=[{"MetricName": "m", "Value": 1}])


def test_puts_metrics_into_the_namespace_that_is_allowed(engine: Engine, writer: boto3.Session, account: str) -> None:
    # when
    _put(engine, writer, "Own")
    # then
    metrics = engine.client("cloudwatch", account).list_metrics(Namespace="Own")["Metrics"]
    assert [metric["MetricName"] for metric in metrics] == ["m"]


def test_fails_to_put_metrics_into_another_namespace(engine: Engine, writer: boto3.Session) -> None:
    with pytest.raises(ClientError, match="not authorized to perform: cloudwatch:PutMetricData"):
        _put(engine, writer, "Other")


def _lists(engine: Engine, account: str, name: str, resource: str) -> Any:
    arn = f"arn:aws:ecr:{REGION}:{account}:repository/{resource}"
    return engine.client("ecr", engine.user(account, name, allow("ecr:DescribeRepositories", resource=arn)))


def test_lists_repositories_with_permission_for_all_of_them(engine: Engine, account: str) -> None:
    engine.client("ecr", account).create_repository(repositoryName="app")
    # when
    listed = _lists(engine, account, "all", "*").describe_repositories()["repositories"]
    # then
    assert [repository["repositoryName"] for repository in listed] == ["app"]


def test_fails_to_list_all_repositories_with_permission_for_one(engine: Engine, account: str) -> None:
    engine.client("ecr", account).create_repository(repositoryName="app")
    one = _lists(engine, account, "one", "app")
    # when
    assert len(one.describe_repositories(repositoryNames=["app"])["repositories"]) == 1
    # then
    with pytest.raises(ClientError, match="not authorized to perform: ecr:DescribeRepositories"):
        one.describe_repositories()
