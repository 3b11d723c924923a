"""Uploads of layers through the API: initiate, parts, complete."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

from ministack.core.responses import new_uuid
from ministack.services import ecr

from engine.errors import EcrError, invalid
from engine.images import Images
from engine.manifests import digest_of
from engine.scope import Json, current

PART_SIZE = 10 * 1024 * 1024


class Uploads:
    """Handlers by operation, on ministack's store of uploads."""

    def __init__(self, images: Images) -> None:
        self._images = images
        self.handlers: dict[str, Callable[[Json], Json]] = {
            "InitiateLayerUpload": self._initiate, "UploadLayerPart": self._part,
            "CompleteLayerUpload": self._complete,
        }

    def _initiate(self, given: Json) -> Json:
        name = given["repositoryName"]
        self._images.expect_repository(name)
        upload = new_uuid()
        ecr._uploads.setdefault(name, {})[upload] = bytearray()
        return {"uploadId": upload, "partSize": PART_SIZE}

    def _part(self, given: Json) -> Json:
        content, part = self._upload(given), given["layerPartBlob"]
        if given["partFirstByte"] != len(content):
            raise EcrError("InvalidLayerPartException", f"The part begins at byte {given['partFirstByte']}, expected "
                                                        f"{len(content)}")
        try:
            content.extend(base64.b64decode(part, validate=True))
        except (binascii.Error, TypeError):
            raise invalid("Invalid parameter at 'layerPartBlob' failed to satisfy constraint: "
                          "'must be base64'") from None
        return {**_named(given), "lastByteReceived": len(content) - 1}

    def _complete(self, given: Json) -> Json:
        content = bytes(self._upload(given))
        digest = digest_of(content)
        if not content:
            raise EcrError("EmptyUploadException", "The specified layer upload does not contain any layer parts.")
        if digest not in given["layerDigests"]:
            raise EcrError("InvalidLayerException", f"Layer digests '{given['layerDigests']}' don't match the uploaded "
                                                    f"content's '{digest}'")
        self._images.put_blobs(given["repositoryName"], {digest: content})
        del ecr._uploads[given["repositoryName"]][given["uploadId"]]
        return {**_named(given), "layerDigest": digest}

    def _upload(self, given: Json) -> bytearray:
        self._images.expect_repository(given["repositoryName"])
        upload: bytearray | None = (ecr._uploads.get(given["repositoryName"]) or {}).get(given["uploadId"])
        if upload is None:
            raise EcrError("UploadNotFoundException", f"The upload with id '{given['uploadId']}' does not exist")
        return upload


def _named(given: Json) -> Json:
    return {"registryId": current().account, "repositoryName": given["repositoryName"], "uploadId": given["uploadId"]}
