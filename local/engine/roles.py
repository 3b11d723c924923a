"""The roles that ECR assumes: their trust and what they may do are evaluated as for any caller.

ECR User Guide, 'IAM permissions required to sync an upstream registry with an Amazon ECR private registry',
'Using service-linked roles for Amazon ECR', 'IAM permissions for creating a repository creation template'.
"""

from __future__ import annotations

import json
from typing import Any

from ministack.core import iam_evaluator as iam
from ministack.services import iam as iam_service

from engine.permissions import Permissions, Principal
from engine.scope import Json, current
from engine.switches import Switches

CACHE_SERVICE = "pullthroughcache.ecr.amazonaws.com"
TEMPLATE_SERVICE = "ecr.amazonaws.com"

UPSTREAM_ACTIONS = ("ecr:BatchImportUpstreamImage", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer",
                    "ecr:GetImageCopyStatus")
PUSH_ACTIONS = ("ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage")

_LINKED = {
    CACHE_SERVICE: ("AWSServiceRoleForECRPullThroughCache", [
        {"Effect": "Allow", "Resource": "*", "Action": ["ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability",
                                                        *UPSTREAM_ACTIONS, *PUSH_ACTIONS]},
    ]),
    TEMPLATE_SERVICE: ("AWSServiceRoleForECRTemplate", [
        {"Effect": "Allow", "Resource": "*", "Action": ["ecr:CreateRepository"]},
    ]),
}


class ServiceRoles:
    """Sessions of the roles that a rule or a template names, or of ECR's own service-linked ones."""

    def __init__(self, permissions: Permissions, switches: Switches) -> None:
        self._permissions = permissions
        self._switches = switches

    def assume(self, role_arn: str | None, service: str, source_arn: str) -> Principal | None:
        """A session of the role for the service; None, and a denial kept, when it isn't there or doesn't trust it."""
        if role_arn is None:
            return self._linked(service)
        account, name = role_arn.split(":")[4], role_arn.rsplit("/", 1)[-1]
        session = f"arn:aws:sts::{account}:assumed-role/{name}/{service.partition('.')[0]}"
        if not self._permissions.enforced:
            return Principal(session, account, None)
        role = iam_service._roles.get_scoped(account, None, name)
        if role is None or role.get("Arn") != role_arn:
            self._permissions.deny(service, "sts:AssumeRole", role_arn, "the role doesn't exist")
            return None
        keys = {"aws:sourceaccount": current().account, "aws:sourcearn": source_arn}
        if not _trusts(role["AssumeRolePolicyDocument"], service, account,
                       keys if self._switches.trust_sees_source else {}):
            self._permissions.deny(service, "sts:AssumeRole", role_arn, "the role's trust policy doesn't allow it")
            return None
        info = iam.PrincipalInfo(arn=session, type="AssumedRole", account=account,
                                 policies=iam._gather_role_policies(name, account),
                                 limits=iam._permissions_boundary(iam_service._roles, name, account))
        return Principal(session, account, info)

    def _linked(self, service: str) -> Principal:
        account, (name, statements) = current().account, _LINKED[service]
        arn = f"arn:aws:sts::{account}:assumed-role/{name}/{service.partition('.')[0]}"
        document: Json = {"Version": "2012-10-17", "Statement": statements}
        return Principal(arn, account, iam.PrincipalInfo(arn=arn, type="AssumedRole", account=account,
                                                         policies=[iam.parse_policy_document(document)]))


def _trusts(document: Any, service: str, account: str, keys: Json) -> bool:
    """Whether a trust policy lets the service assume the role.

    The service is its own principal here: no account root in the policy may match it.
    """
    context = iam.EvalContext(principal_arn=service, principal_type="Service", principal_account=account,
                              action="sts:AssumeRole", resource_arn="*", region=current().region, service_context=keys)
    policy = json.loads(document) if isinstance(document, str) else document
    decision: str = iam.evaluate_resource_policy(policy, context, service=service).decision
    return decision == "Allow"
