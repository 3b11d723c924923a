"""Repositories in the API, where ministack's answers lack pages, tag exclusions or checks of a policy."""

from __future__ import annotations

import json
from collections.abc import Callable

from ministack.services import ecr

from engine.errors import EcrError
from engine.images import Images
from engine.paging import page
from engine.policy_text import check_repository_policy
from engine.scope import Json

_EXCLUSIONS = "imageTagMutabilityExclusionFilters"


class RepositoryApi:
    """Handlers by operation; each gets input that botocore's model accepts."""

    def __init__(self, images: Images) -> None:
        self._images = images
        self.handlers: dict[str, Callable[[Json], Json]] = {
            "CreateRepository": self._create,
            "DescribeRepositories": self._describe,
            "SetRepositoryPolicy": self._set_policy,
            "PutImageTagMutability": self._put_mutability,
        }

    def _create(self, given: Json) -> Json:
        _call(ecr._create_repository, given)
        repository = self._images.expect_repository(given["repositoryName"])
        date_exactly(repository)
        if given.get(_EXCLUSIONS):
            repository[_EXCLUSIONS] = given[_EXCLUSIONS]
        return {"repository": _described(repository)}

    def _describe(self, given: Json) -> Json:
        names = given.get("repositoryNames")
        found = [self._images.expect_repository(n) for n in names] if names else list(ecr._repositories.values())
        repositories, more = page(sorted(found, key=lambda r: str(r["repositoryName"])), given)
        return {"repositories": [_described(r) for r in repositories], **more}

    def _set_policy(self, given: Json) -> Json:
        self._images.expect_repository(given["repositoryName"])
        check_repository_policy(given["policyText"])
        return _call(ecr._set_repository_policy, given)

    def _put_mutability(self, given: Json) -> Json:
        repository = self._images.expect_repository(given["repositoryName"])
        answer = _call(ecr._put_image_tag_mutability, given)
        repository[_EXCLUSIONS] = given.get(_EXCLUSIONS) or []
        return {**answer, **({_EXCLUSIONS: repository[_EXCLUSIONS]} if repository[_EXCLUSIONS] else {})}


def date_exactly(repository: Json) -> None:
    """ministack cuts the time of a creation to seconds, by which a repository would be older than its rule."""
    repository["createdAt"] = ecr.time.time()


def _described(repository: Json) -> Json:
    shape: Json = ecr._repo_shape(repository)
    return {**shape, **({_EXCLUSIONS: repository[_EXCLUSIONS]} if repository.get(_EXCLUSIONS) else {})}


def _call(handler: Callable[[Json], tuple[int, Json, bytes]], given: Json) -> Json:
    """A handler of ministack as a function that returns or raises."""
    status, _, body = handler(given)
    answer: Json = json.loads(body or b"{}")
    if status >= 400:
        raise EcrError(str(answer.get("__type", "ServerException")), str(answer.get("message", answer)), status)
    return answer
