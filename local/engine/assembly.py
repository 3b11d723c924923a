"""Puts the parts together and into ministack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ministack.core import iam_actions
from ministack.services import cloudwatch, ecr

from engine import authorization, cloudformation, mends
from engine.account_settings import AccountSettings
from engine.alarm_timer import AlarmTimer
from engine.api import Api
from engine.api_images import ImageApi
from engine.app import App
from engine.births import Births
from engine.clock import Clock, ClockedTime
from engine.control import Control
from engine.downloads import Downloads
from engine.events import Events
from engine.images import Images, forget_with_repository
from engine.importing import Imports
from engine.metrics import Metrics
from engine.permissions import Permissions
from engine.pulls import Pulls
from engine.referrers import Referrers
from engine.registry import RegistryProtocol
from engine.pull_times import PullTimes
from engine.registry_configuration import RegistryConfigurations
from engine.registry_policy import RegistryPolicies
from engine.repositories import RepositoryApi
from engine.roles import ServiceRoles
from engine.rules import Rules
from engine.seeding import Seeding
from engine.settings import Settings
from engine.switches import Switches
from engine.templates import Templates
from engine.tokens import Tokens
from engine.uploads import Uploads
from engine.upstreams.directory import Upstreams


@dataclass(frozen=True)
class Engine:
    """What the server needs of the assembled engine."""

    app: App
    alarms: AlarmTimer


def assemble(settings: Settings, endpoint: str) -> Engine:
    """Builds the engine. Once per process: it changes ministack's modules."""
    clock, switches = Clock(), Switches()
    rules, templates, policies = Rules(clock), Templates(clock), RegistryPolicies()
    images, events, metrics, tokens = Images(clock), Events(switches), Metrics(), Tokens(clock, endpoint)
    permissions, account_settings = Permissions(clock, settings.auth), AccountSettings()
    configurations, pull_times = RegistryConfigurations(), PullTimes(clock)
    roles = ServiceRoles(permissions, switches)
    births = Births(templates, roles, permissions)
    upstreams = Upstreams(settings.upstreams, settings.allow_internet, images, policies, roles, permissions)
    imports = Imports(clock, images, births, upstreams, events, switches)
    pulls = Pulls(rules, images, imports, births, policies, permissions, metrics, pull_times, switches)
    referrers, downloads = Referrers(rules, images, upstreams, pulls), Downloads(clock, images, endpoint)
    alarms = AlarmTimer(settings.alarm_interval)

    ecr.time, cloudwatch.time = ClockedTime(clock), ClockedTime(clock)
    ecr._delete_repository = forget_with_repository(ecr._delete_repository)
    ecr.repository_policy_for_arn = authorization.resource_policy_of(policies, ecr._repo_policies.get)
    iam_actions.extract_resource_arn = authorization.resource_arn_of(iam_actions.extract_resource_arn)
    registry = RegistryProtocol(pulls, referrers, images, tokens, permissions, events, metrics,
                                ecr.handle_registry_request)
    api = Api(rules, templates, policies, account_settings, configurations, pull_times, tokens,
              ImageApi(images, pulls, referrers, downloads, Uploads(images), events), RepositoryApi(images), upstreams,
              permissions, metrics, ecr.handle_request)
    ecr.handle_registry_request, ecr.handle_request = registry.handle, api.handle
    ecr.reset = _with(ecr.reset, rules.reset, templates.reset, policies.reset, tokens.reset, imports.reset,
                      account_settings.reset, configurations.reset, pull_times.reset)
    cloudformation.install(rules, templates, policies, configurations, pull_times)
    mends.install(clock, switches)

    control = Control(clock, switches, upstreams, Seeding(images), events, permissions, alarms, downloads)
    return Engine(App(control, registry), alarms)


def _with(reset: Callable[[], Any], *more: Callable[[], Any]) -> Callable[[], None]:
    def reset_all() -> None:
        for one in (reset, *more):
            one()
    return reset_all
