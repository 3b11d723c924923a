"""The ECR API: what ministack lacks or answers too simply; the rest goes on to ministack."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from ministack.core.responses import error_response_json, json_response
from ministack.core.router import extract_access_key_id

from engine.account_settings import AccountSettings
from engine.api_images import ImageApi
from engine.errors import EcrError
from engine.metrics import Metrics
from engine.model import check
from engine.permissions import Permissions, Principal
from engine.pull_times import PullTimes
from engine.registry_configuration import RegistryConfigurations
from engine.registry_policy import RegistryPolicies
from engine.repositories import RepositoryApi
from engine.rules import Rules
from engine.scope import Json, Registry, current, within
from engine.templates import Templates
from engine.tokens import Tokens
from engine.upstreams.directory import Upstreams
from engine.upstreams.upstream import UpstreamError

Handler = Callable[[Json], Json]
Answer = tuple[int, dict[str, str], bytes]


class Api:
    """Dispatches the actions of AmazonEC2ContainerRegistry_V20150921."""

    def __init__(self, rules: Rules, templates: Templates, policies: RegistryPolicies, settings: AccountSettings,
                 configurations: RegistryConfigurations, pull_times: PullTimes, tokens: Tokens, images: ImageApi,
                 repositories: RepositoryApi, upstreams: Upstreams, permissions: Permissions, metrics: Metrics,
                 ministack: Any) -> None:
        self._rules = rules
        self._tokens = tokens
        self._upstreams = upstreams
        self._permissions = permissions
        self._metrics = metrics
        self._ministack = ministack
        self._handlers: dict[str, Handler] = {
            "CreatePullThroughCacheRule": lambda given: rules.create(given).described(),
            "UpdatePullThroughCacheRule": lambda given: rules.update(given).described(),
            "DeletePullThroughCacheRule": lambda given: rules.delete(given).described(),
            "DescribePullThroughCacheRules": rules.describe,
            "CreateRepositoryCreationTemplate": lambda given: _template(templates.create(given)),
            "UpdateRepositoryCreationTemplate": lambda given: _template(templates.update(given)),
            "DeleteRepositoryCreationTemplate": lambda given: _template(templates.delete(given)),
            "DescribeRepositoryCreationTemplates": templates.describe,
            "PutRegistryPolicy": policies.put,
            "GetRegistryPolicy": policies.get,
            "DeleteRegistryPolicy": policies.delete,
            "PutReplicationConfiguration": configurations.put_replication,
            "DescribeRegistry": configurations.describe_registry,
            "PutRegistryScanningConfiguration": configurations.put_scanning,
            "GetRegistryScanningConfiguration": configurations.get_scanning,
            "RegisterPullTimeUpdateExclusion": pull_times.register,
            "DeregisterPullTimeUpdateExclusion": pull_times.deregister,
            "ListPullTimeUpdateExclusions": pull_times.list,
            "PutAccountSetting": settings.put,
            "GetAccountSetting": settings.get,
            **repositories.handlers,
            **images.handlers,
        }
        self._pulling: dict[str, Callable[[Principal, Json], Awaitable[Json]]] = images.pulling

    async def handle(self, method: str, path: str, headers: Any, body: bytes, query: Any) -> Answer:
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        access_key = extract_access_key_id(headers, query)
        self._metrics.called(operation)
        try:
            given = json.loads(body or b"{}")
        except ValueError:
            return await self._passed_on(method, path, headers, body, query)
        try:
            found = await self._answer(operation, given, access_key)
        except EcrError as problem:
            failed: Answer = error_response_json(problem.code, problem.message, problem.status)
            return failed
        if found is None:
            return await self._passed_on(method, path, headers, body, query)
        answer: Answer = json_response(found)
        return answer

    async def _answer(self, operation: str, given: Json, access_key: str) -> Json | None:
        """The answer; None when the operation is ministack's."""
        if operation == "GetAuthorizationToken":
            check(operation, given)
            return self._tokens.issue(access_key)
        if operation == "ValidatePullThroughCacheRule":
            return await self._validate(given)
        if operation not in self._handlers and operation not in self._pulling:
            return None
        caller = current()
        who = self._permissions.caller(access_key, caller.account)
        if who is None:
            raise EcrError("UnrecognizedClientException", "The security token included in the request is invalid.")
        with within(Registry(given.get("registryId") or caller.account, caller.region)):
            if operation in self._pulling:
                return await self._pulling[operation](who, check(operation, given))
            return self._handlers[operation](check(operation, given))

    async def _validate(self, given: Json) -> Json:
        """Reaches the upstream with the rule's credential or role."""
        rule = self._rules.named(check("ValidatePullThroughCacheRule", given)["ecrRepositoryPrefix"])
        described = {name: value for name, value in rule.described().items()
                     if name not in ("createdAt", "updatedAt", "upstreamRegistry")}
        try:
            upstream = self._upstreams.of(rule, f"{rule.prefix}/*")
            await asyncio.to_thread(upstream.check)
        except UpstreamError as problem:
            return {**described, "isValid": False, "failure": problem.reason}
        return {**described, "isValid": True}

    async def _passed_on(self, method: str, path: str, headers: Any, body: bytes, query: Any) -> Answer:
        answer: Answer = await self._ministack(method, path, headers, body, query)
        return answer


def _template(template: Json) -> Json:
    return {"registryId": current().account, "repositoryCreationTemplate": template}
