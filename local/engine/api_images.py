"""Images in the API. What pulls (BatchGetImage and the like) goes the way of the registry protocol's pulls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from engine.downloads import Downloads
from engine.errors import EcrError, invalid, repository_missing
from engine.events import Events
from engine.images import ACTIVE, ARCHIVED, Images, status
from engine.manifests import MEDIA_TYPES, Manifest
from engine.paging import page
from engine.permissions import Principal
from engine.pulls import PullRefused, Pulls, Why
from engine.referrers import Referrers
from engine.scope import Json, current
from engine.uploads import Uploads
from engine.upstreams.upstream import Failure

_NOT_FOUND = {"failureCode": "ImageNotFound", "failureReason": "Requested image not found"}


class ImageApi:
    """Handlers by operation; each gets input that botocore's model accepts."""

    def __init__(self, images: Images, pulls: Pulls, referrers: Referrers, downloads: Downloads, uploads: Uploads,
                 events: Events) -> None:
        self._images = images
        self._pulls = pulls
        self._referrers = referrers
        self._downloads = downloads
        self._events = events
        self.handlers: dict[str, Callable[[Json], Json]] = {
            "DescribeImages": self._describe, "ListImages": self._list, "BatchDeleteImage": self._delete,
            "PutImage": self._put, "UpdateImageStorageClass": self._put_storage_class,
            "BatchCheckLayerAvailability": self._check_layers, **uploads.handlers,
        }
        self.pulling: dict[str, Callable[[Principal, Json], Awaitable[Json]]] = {
            "BatchGetImage": self._get, "GetDownloadUrlForLayer": self._download_url,
            "ListImageReferrers": self._list_referrers,
        }

    async def _get(self, who: Principal, given: Json) -> Json:
        found, failures, name = [], [], given["repositoryName"]
        for wanted in given["imageIds"]:
            try:
                manifest = await self._pulls.manifest(who, name, _reference(wanted))
            except PullRefused as refused:
                if refused.why is not Why.NO_IMAGE or _upstream_failed(refused):
                    raise _error(refused, name, "UnableToGetUpstreamImageException") from refused
                failures.append({"imageId": wanted, **_NOT_FOUND})
                continue
            found.append({"registryId": current().account, "repositoryName": name,
                          "imageId": {**wanted, "imageDigest": manifest.digest},
                          "imageManifest": manifest.body.decode(), "imageManifestMediaType": manifest.media_type})
        return {"images": found, "failures": failures}

    async def _download_url(self, who: Principal, given: Json) -> Json:
        name, digest = given["repositoryName"], given["layerDigest"]
        try:
            self._pulls.blob(who, name, digest)
        except PullRefused as refused:
            raise _error(refused, name, "UnableToGetUpstreamLayerException") from refused
        return {"downloadUrl": self._downloads.url(name, digest), "layerDigest": digest}

    async def _list_referrers(self, who: Principal, given: Json) -> Json:
        try:
            found = await self._referrers.of(who, given["repositoryName"], given["subjectId"]["imageDigest"])
        except PullRefused as refused:
            raise _error(refused, given["repositoryName"], "UnableToListUpstreamImageReferrersException") from refused
        referrers, more = page(found, given)
        return {"referrers": referrers, **more}

    def _describe(self, given: Json) -> Json:
        name = given["repositoryName"]
        self._images.expect_repository(name)
        if given.get("imageIds"):
            records = [self._expect(name, wanted, _image_status(given)) for wanted in given["imageIds"]]
        else:
            records = _with_status(self._images.records(name), given)
        details, more = page([self._detail(name, record) for record in records], given)
        return {"imageDetails": details, **more}

    def _list(self, given: Json) -> Json:
        self._images.expect_repository(given["repositoryName"])
        ids = [{"imageDigest": record["imageDigest"], **({"imageTag": tag} if tag else {})}
               for record in _with_status(self._images.records(given["repositoryName"]), given)
               for tag in record["imageTags"] or [None]]
        found, more = page(ids, given)
        return {"imageIds": found, **more}

    def _delete(self, given: Json) -> Json:
        name = given["repositoryName"]
        self._images.expect_repository(name)
        deleted, failures = [], []
        for wanted in given["imageIds"]:
            record = self._images.record(name, _reference(wanted))
            if record is None:
                failures.append({"imageId": wanted, **_NOT_FOUND})
                continue
            tag = wanted.get("imageTag")
            if tag:
                self._images.untag(record, tag)
            if not tag or not record["imageTags"]:
                self._images.remove(name, record)
                self._events.image("DELETE", name, record["imageDigest"], tag, record["imageManifestMediaType"])
            deleted.append({"imageDigest": record["imageDigest"], **({"imageTag": tag} if tag else {})})
        return {"imageIds": deleted, "failures": failures}

    def _put(self, given: Json) -> Json:
        name, tag = given["repositoryName"], given.get("imageTag")
        self._images.expect_repository(name)
        try:
            manifest = Manifest.read(given["imageManifest"].encode(), given.get("imageManifestMediaType"))
        except ValueError as problem:
            raise invalid(f"Invalid parameter at 'imageManifest' failed to satisfy constraint: '{problem}'") from None
        if given.get("imageDigest") not in (None, manifest.digest):
            raise EcrError("ImageDigestDoesNotMatchException", "The specified image digest does not match the digest "
                                                               f"of the image: {manifest.digest}")
        missing = [blob.digest for blob in manifest.blobs if self._images.blob(name, blob.digest) is None]
        if missing:
            raise EcrError("LayersNotFoundException", f"Layers with digests '{missing}' required for pushing image do "
                                                      f"not exist in repository with name '{name}'")
        record = self._images.put_manifest(name, manifest, tag)
        self._events.image("PUSH", name, manifest.digest, tag, manifest.media_type)
        return {"image": {"registryId": current().account, "repositoryName": name, "imageId": dict(record["imageId"]),
                          "imageManifest": given["imageManifest"], "imageManifestMediaType": manifest.media_type}}

    def _check_layers(self, given: Json) -> Json:
        name = given["repositoryName"]
        self._images.expect_repository(name)
        layers = []
        for digest in given["layerDigests"]:
            blob = self._images.blob(name, digest)
            layers.append({"layerDigest": digest, "layerAvailability": "UNAVAILABLE" if blob is None else "AVAILABLE",
                           **({} if blob is None else {"layerSize": len(blob)})})
        return {"layers": layers, "failures": []}

    def _put_storage_class(self, given: Json) -> Json:
        """Archives an image, or restores it at once."""
        name, wanted = given["repositoryName"], given["imageId"]
        self._images.expect_repository(name)
        record = self._expect(name, wanted, "ANY")
        record["imageStatus"] = ARCHIVED if given["targetStorageClass"] == "ARCHIVE" else ACTIVE
        return {"registryId": current().account, "repositoryName": name, "imageId": dict(wanted),
                "imageStatus": record["imageStatus"]}

    def _expect(self, name: str, wanted: Json, image_status: str) -> Json:
        record = self._images.record(name, _reference(wanted))
        if record is None or image_status not in ("ANY", status(record)):
            raise EcrError("ImageNotFoundException", f"The image with imageId {wanted} does not exist within the "
                                                     f"repository with name '{name}' in the registry with id "
                                                     f"'{current().account}'")
        return record

    def _detail(self, name: str, record: Json) -> Json:
        manifest = Manifest(record["imageManifest"].encode(), record["imageManifestMediaType"])
        optional = {"lastRecordedPullTime": record.get("lastRecordedPullTime"),
                    "artifactMediaType": manifest.artifact_type, "subjectManifestDigest": manifest.subject,
                    "imageTags": list(record["imageTags"]) or None}
        return {"registryId": current().account, "repositoryName": name, "imageDigest": record["imageDigest"],
                "imageSizeInBytes": self._images.size(name, manifest) if manifest.media_type in MEDIA_TYPES else 0,
                "imagePushedAt": record["imagePushedAt"], "imageManifestMediaType": manifest.media_type,
                "imageStatus": status(record), **{key: value for key, value in optional.items() if value}}


def _reference(image_id: Json) -> str:
    reference: str | None = image_id.get("imageDigest") or image_id.get("imageTag")
    if not reference:
        raise invalid("Invalid parameter at 'imageIds' failed to satisfy constraint: 'each needs imageDigest or "
                      "imageTag'")
    return reference


def _with_status(records: list[Json], given: Json) -> list[Json]:
    tag_status, image_status = (given.get("filter") or {}).get("tagStatus", "ANY"), _image_status(given)
    return [r for r in records if image_status in ("ANY", status(r))
            and (tag_status == "ANY" or (tag_status == "TAGGED") == bool(r["imageTags"]))]


def _image_status(given: Json) -> str:
    found: str = (given.get("filter") or {}).get("imageStatus", ACTIVE)
    return found


def _upstream_failed(refused: PullRefused) -> bool:
    """Whether it was for the upstream to serve; an image that it doesn't have is simply not found."""
    return refused.upstream is not None and refused.upstream.failure not in (Failure.NOT_FOUND, Failure.NO_REPOSITORY)


def _error(refused: PullRefused, name: str, upstream_code: str) -> EcrError:
    if _upstream_failed(refused) and refused.upstream is not None:
        return EcrError(upstream_code, refused.upstream.reason)
    if refused.why is Why.NO_REPOSITORY:
        return repository_missing(name, current().account)
    if refused.why is Why.NO_BLOB:
        return EcrError("LayersNotFoundException", refused.message)
    return EcrError("AccessDeniedException", refused.message)
