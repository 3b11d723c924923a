"""A condition on aws:PrincipalArn sees the sessions of a role by the role's ARN."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError
from support import Engine, allow, policy


@pytest.fixture
def reads(engine: Engine, account: str, vendor: str) -> Callable[[str], bool]:
    """Whether a session of the vendor's role team/puller reads what the account opens to one name of that role."""
    iam = engine.client("iam", vendor)
    role = iam.create_role(Path="/team/", RoleName="puller", AssumeRolePolicyDocument=policy({
        "Effect": "Allow", "Principal": {"AWS": vendor}, "Action": "sts:AssumeRole"}))["Role"]["Arn"]
    iam.put_role_policy(RoleName="puller", PolicyName="p", PolicyDocument=policy(allow("ecr:DescribeImages")))
    key = engine.client("sts", vendor).assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    puller = engine.client("ecr", engine.session(key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"]))
    owner = engine.client("ecr", account)
    owner.create_repository(repositoryName="app")

    def read(arn: str) -> bool:
        owner.set_repository_policy(repositoryName="app", policyText=policy({
            "Effect": "Allow", "Principal": {"AWS": vendor}, "Action": "ecr:DescribeImages",
            "Condition": {"ArnLike": {"aws:PrincipalArn": arn.format(vendor)}}}))
        try:
            puller.describe_images(registryId=account, repositoryName="app")
        except ClientError as problem:
            if problem.response["Error"]["Code"] != "AccessDeniedException":
                raise
            return False
        return True

    return read


@pytest.mark.parametrize("arn", ["arn:aws:iam::{}:role/team/puller", "arn:aws:iam::{}:role/team/p*"])
def test_the_roles_arn_with_its_path_holds(arn: str, reads: Callable[[str], bool]) -> None:
    assert reads(arn)


@pytest.mark.parametrize("arn", ["arn:aws:iam::{}:role/puller", "arn:aws:sts::{}:assumed-role/puller/session"])
def test_other_arns_do_not_hold(arn: str, reads: Callable[[str], bool]) -> None:
    assert not reads(arn)
