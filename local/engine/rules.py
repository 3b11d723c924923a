"""Pull-through cache rules: which prefix is a cache of which upstream.

Amazon ECR API Reference, 'CreatePullThroughCacheRule'; ECR User Guide, 'Creating a pull through cache rule'.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ministack.services import secretsmanager

from engine.clock import Clock
from engine.errors import EcrError, invalid
from engine.model import check
from engine.paging import page
from engine.scope import Json, ScopedStore, current

ROOT = "ROOT"
MOST_RULES = 50

# written by projen from src/upstream/registries.ts, the table that the constructs read
_TABLE: Json = json.loads(Path(__file__).with_name("registries.json").read_text())
_REGISTRIES: list[Json] = _TABLE["registries"]


def _pattern(registry: Json) -> re.Pattern[str]:
    """The URL of a registry, with a group for each name in braces."""
    return re.compile(re.sub(r"\\{(\w+)\\}", lambda part: f"(?P<{part[1]}>{_TABLE['parts'][part[1]]})",
                             re.escape(registry["url"])))


_URLS = {registry["registryName"]: _pattern(registry) for registry in _REGISTRIES}
_NEED_CREDENTIAL = frozenset(one["registryName"] for one in _REGISTRIES if one["readWith"] == "credential")


@dataclass(frozen=True)
class Rule:
    """One pull-through cache rule."""

    prefix: str
    upstream_url: str
    upstream_registry: str
    registry_id: str
    created_at: float
    updated_at: float
    upstream_prefix: str = ROOT
    credential_arn: str | None = None
    custom_role_arn: str | None = None

    def serves(self, repository: str) -> bool:
        return self.prefix == ROOT or repository.startswith(self.prefix + "/")

    def upstream_repository(self, repository: str) -> str:
        """The upstream's name of a repository of the cache."""
        tail = repository if self.prefix == ROOT else repository[len(self.prefix) + 1:]
        return tail if self.upstream_prefix == ROOT else f"{self.upstream_prefix}/{tail}"

    def private_ecr(self) -> tuple[str, str] | None:
        """Account and Region of the upstream when it is a private ECR registry."""
        found = _URLS["ecr"].fullmatch(self.upstream_url)
        return (found["account"], found["region"]) if found else None

    def described(self) -> Json:
        given = {"credentialArn": self.credential_arn, "customRoleArn": self.custom_role_arn}
        return {
            "ecrRepositoryPrefix": self.prefix, "upstreamRegistryUrl": self.upstream_url,
            "upstreamRegistry": self.upstream_registry, "upstreamRepositoryPrefix": self.upstream_prefix,
            "registryId": self.registry_id, "createdAt": self.created_at, "updatedAt": self.updated_at,
            **{name: value for name, value in given.items() if value},
        }


class Rules:
    """The rules of every registry; each call is about the registry of the current request."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rules: ScopedStore[Rule] = ScopedStore()

    def serving(self, repository: str) -> Rule | None:
        """The rule of the most specific prefix; ROOT serves what no other does."""
        fitting = [rule for rule in self._rules.values() if rule.serves(repository)]
        return max(fitting, key=lambda rule: -1 if rule.prefix == ROOT else len(rule.prefix), default=None)

    def named(self, prefix: str) -> Rule:
        rule = self._rules.get(_key(prefix))
        if rule is None:
            raise EcrError("PullThroughCacheRuleNotFoundException",
                           f"The pull through cache rule with the repository prefix '{prefix}' was not found in the "
                           f"registry with id '{current().account}'")
        return rule

    def create(self, request: Json) -> Rule:
        given = check("CreatePullThroughCacheRule", request)
        prefix, upstream = _key(given["ecrRepositoryPrefix"]), _registry_of(given)
        if given.get("upstreamRepositoryPrefix", ROOT) != ROOT and prefix == ROOT:
            raise invalid("upstreamRepositoryPrefix can't be set when ecrRepositoryPrefix is ROOT")
        if upstream in _NEED_CREDENTIAL and not given.get("credentialArn"):
            raise invalid(f"credentialArn is required for the upstream registry '{upstream}'")
        _check_access(given)
        if prefix in self._rules:
            raise EcrError("PullThroughCacheRuleAlreadyExistsException",
                           f"A pull through cache rule with the repository prefix '{prefix}' already exists in the "
                           f"registry with id '{current().account}'")
        if len(self._rules) >= MOST_RULES:
            raise EcrError("LimitExceededException", f"A registry holds at most {MOST_RULES} pull through cache rules")
        now = self._clock.now()
        rule = Rule(
            prefix=prefix, upstream_url=given["upstreamRegistryUrl"], upstream_registry=upstream,
            registry_id=current().account, created_at=now, updated_at=now,
            upstream_prefix=_key(given.get("upstreamRepositoryPrefix", ROOT)),
            credential_arn=given.get("credentialArn"), custom_role_arn=given.get("customRoleArn"),
        )
        self._rules[prefix] = rule
        return rule

    def update(self, request: Json) -> Rule:
        """Changes the credential or the role, which is all that the API can change of a rule."""
        given = check("UpdatePullThroughCacheRule", request)
        rule = self.named(given["ecrRepositoryPrefix"])
        if not given.get("credentialArn") and not given.get("customRoleArn"):
            raise invalid("Please set either credential arn or role arn")
        _check_access(given)
        changed = replace(rule, updated_at=self._clock.now(),
                          credential_arn=given.get("credentialArn", rule.credential_arn),
                          custom_role_arn=given.get("customRoleArn", rule.custom_role_arn))
        self._rules[rule.prefix] = changed
        return changed

    def delete(self, request: Json) -> Rule:
        rule = self.named(check("DeletePullThroughCacheRule", request)["ecrRepositoryPrefix"])
        del self._rules[rule.prefix]
        return rule

    def describe(self, request: Json) -> Json:
        given = check("DescribePullThroughCacheRules", request)
        wanted: Sequence[str] | None = given.get("ecrRepositoryPrefixes")
        rules = [self.named(prefix) for prefix in wanted] if wanted else list(self._rules.values())
        rules, more = page(sorted(rules, key=lambda rule: rule.prefix), given)
        return {"pullThroughCacheRules": [rule.described() for rule in rules], **more}

    def reset(self) -> None:
        self._rules.clear_everywhere()


def credential(secret_arn: str) -> tuple[str, str]:
    """User name and access token of a rule's secret. EcrError when ECR couldn't read it."""
    _, secret = secretsmanager._resolve(secret_arn)
    if not secret or secret.get("DeletedDate"):
        raise EcrError("SecretNotFoundException", "The ARN of the secret specified in the pull through cache rule was "
                                                  f"not found: {secret_arn}")
    if secret.get("KmsKeyId") not in (None, "", "alias/aws/secretsmanager"):
        raise EcrError("UnableToDecryptSecretValueException", "The secret is accessible but is unable to be decrypted: "
                                                              "only the key aws/secretsmanager is supported")
    status, _, body = secretsmanager._get_secret_value({"SecretId": secret_arn})
    try:
        value = json.loads(json.loads(body)["SecretString"]) if status == 200 else {}
        return str(value["username"]), str(value["accessToken"])
    except (KeyError, TypeError, ValueError):
        raise EcrError("UnableToAccessSecretException", "The secret must be a JSON object with the keys username and "
                                                        "accessToken") from None


def _key(prefix: str) -> str:
    return prefix.rstrip("/")


def _registry_of(given: Json) -> str:
    url = given["upstreamRegistryUrl"]
    found = next((name for name, pattern in _URLS.items() if pattern.fullmatch(url)), None)
    if found is None:
        raise EcrError("UnsupportedUpstreamRegistryException",
                       f"The specified upstream registry isn't supported: {url}")
    if given.get("upstreamRegistry", found) != found:
        raise invalid(f"upstreamRegistry '{given['upstreamRegistry']}' does not match upstreamRegistryUrl '{url}'")
    return found


def _check_access(given: Json) -> None:
    if given.get("credentialArn"):
        credential(given["credentialArn"])
    role = given.get("customRoleArn")
    if role and role.split(":")[4:5] != [current().account]:
        raise invalid(f"customRoleArn must be a role of the registry's account {current().account}, got {role}")
