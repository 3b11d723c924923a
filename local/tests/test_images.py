"""Images in the API and through the registry protocol: the same images, whichever way they came."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from support import Engine, Puller, allow, http

from upstream.images import MANIFEST, make_image, make_referrer
from upstream.server import StaticRegistry


@pytest.fixture
def ecr(engine: Engine, account: str, quay: StaticRegistry) -> Any:
    client = engine.client("ecr", account)
    client.create_pull_through_cache_rule(ecrRepositoryPrefix="quay", upstreamRegistryUrl="quay.io")
    return client


def test_batch_get_image_imports_as_a_registry_client_does(ecr: Any, root: Puller) -> None:
    # when
    answer = ecr.batch_get_image(repositoryName="quay/pause", imageIds=[{"imageTag": "3.10"}, {"imageTag": "none"}])
    # then
    [image] = answer["images"]
    assert image["imageManifest"].encode() == root.manifest("quay/pause", "3.10").body
    assert image["imageId"]["imageTag"] == "3.10"
    assert answer["failures"] == [{"imageId": {"imageTag": "none"}, "failureCode": "ImageNotFound",
                                   "failureReason": "Requested image not found"}]


def test_batch_get_image_tells_a_missing_repository(ecr: Any, account: str) -> None:
    with pytest.raises(ClientError, match=f"'other/pause' does not exist in the registry with id '{account}'"):
        ecr.batch_get_image(repositoryName="other/pause", imageIds=[{"imageTag": "3.10"}])


def test_batch_get_image_tells_a_failing_upstream(ecr: Any, quay: StaticRegistry) -> None:
    quay.state = "down"
    with pytest.raises(ClientError, match="the upstream registry answered 503") as refused:
        ecr.batch_get_image(repositoryName="quay/pause", imageIds=[{"imageTag": "3.10"}])
    assert refused.value.response["Error"]["Code"] == "UnableToGetUpstreamImageException"


def _layer(ecr: Any) -> str:
    index = json.loads(ecr.batch_get_image(repositoryName="quay/pause", imageIds=[{"imageTag": "3.10"}])[
        "images"][0]["imageManifest"])
    child = ecr.batch_get_image(repositoryName="quay/pause", imageIds=[
        {"imageDigest": index["manifests"][0]["digest"]}])["images"][0]
    return str(json.loads(child["imageManifest"])["layers"][0]["digest"])


def test_a_download_url_needs_no_credential_and_ends(ecr: Any, engine: Engine) -> None:
    layer = _layer(ecr)
    url = ecr.get_download_url_for_layer(repositoryName="quay/pause", layerDigest=layer)["downloadUrl"]
    # when
    content = http("GET", url).body
    engine.control("POST", "/clock", {"hours": 1})
    # then
    assert "sha256:" + hashlib.sha256(content).hexdigest() == layer
    assert http("GET", url).status == 404


def test_fails_to_link_to_a_layer_that_is_not_held(ecr: Any) -> None:
    _layer(ecr)
    with pytest.raises(ClientError, match="is not found in the repository with name 'quay/pause'") as refused:
        ecr.get_download_url_for_layer(repositoryName="quay/pause", layerDigest=f"sha256:{'0' * 64}")
    assert refused.value.response["Error"]["Code"] == "LayersNotFoundException"


def test_checks_which_layers_are_held(ecr: Any) -> None:
    layer = _layer(ecr)
    # when
    found = ecr.batch_check_layer_availability(repositoryName="quay/pause", layerDigests=[
        layer, f"sha256:{'0' * 64}"])["layers"]
    # then
    assert [one["layerAvailability"] for one in found] == ["AVAILABLE", "UNAVAILABLE"]
    assert found[0]["layerSize"] > 0


def test_describes_images_with_sizes_pull_times_and_in_pages(ecr: Any, root: Puller) -> None:
    index = root.manifest("quay/pause", "3.10").json
    image = root.manifest("quay/pause", index["manifests"][0]["digest"]).json
    # when
    pages = list(ecr.get_paginator("describe_images").paginate(
        repositoryName="quay/pause", PaginationConfig={"PageSize": 2}))
    # then
    details = [detail for page in pages for detail in page["imageDetails"]]
    assert [len(page["imageDetails"]) for page in pages] == [2, 1]
    tagged = next(detail for detail in details if detail.get("imageTags"))
    assert tagged["imageTags"] == ["3.10"]
    assert tagged["lastRecordedPullTime"]
    size = image["config"]["size"] + image["layers"][0]["size"]
    assert max(detail["imageSizeInBytes"] for detail in details) == tagged["imageSizeInBytes"] >= size


def test_fails_to_describe_an_image_that_does_not_exist(ecr: Any, root: Puller) -> None:
    root.manifest("quay/pause", "3.10")
    with pytest.raises(ClientError, match="does not exist within the repository with name 'quay/pause'"):
        ecr.describe_images(repositoryName="quay/pause", imageIds=[{"imageTag": "none"}])


@pytest.mark.parametrize(("status", "count"), [("ANY", 3), ("TAGGED", 1), ("UNTAGGED", 2)])
def test_lists_images_by_their_tags(status: str, count: int, ecr: Any, root: Puller) -> None:
    root.manifest("quay/pause", "3.10")
    # when, then
    found = ecr.list_images(repositoryName="quay/pause", filter={"tagStatus": status})["imageIds"]
    assert len(found) == count


def test_a_deleted_image_is_imported_anew(ecr: Any, root: Puller, quay: StaticRegistry) -> None:
    root.manifest("quay/pause", "3.10")
    # when
    deleted = ecr.batch_delete_image(repositoryName="quay/pause", imageIds=[{"imageTag": "3.10"}, {"imageTag": "x"}])
    # then
    assert (len(deleted["imageIds"]), len(deleted["failures"])) == (1, 1)
    assert root.manifest("quay/pause", "3.10").status == 200
    assert quay.requests["/v2/pause/manifests/3.10"] == 2


def test_a_repository_that_is_made_anew_is_empty(ecr: Any, root: Puller) -> None:
    layer = _layer(ecr)
    # when
    ecr.delete_repository(repositoryName="quay/pause", force=True)
    ecr.create_repository(repositoryName="quay/pause")
    # then
    assert root.blob("quay/pause", layer).status == 404


def test_repositories_in_pages_and_with_exclusions(ecr: Any) -> None:
    for name in ("a/a", "b/b", "c/c"):
        ecr.create_repository(repositoryName=name, imageTagMutability="IMMUTABLE_WITH_EXCLUSION",
                              imageTagMutabilityExclusionFilters=[{"filterType": "WILDCARD", "filter": "dev*"}])
    # when
    pages = list(ecr.get_paginator("describe_repositories").paginate(PaginationConfig={"PageSize": 2}))
    # then
    assert [[r["repositoryName"] for r in page["repositories"]] for page in pages] == [["a/a", "b/b"], ["c/c"]]
    assert pages[0]["repositories"][0]["imageTagMutabilityExclusionFilters"][0]["filter"] == "dev*"


def _blob(layout: Path, digest: str) -> bytes:
    return (layout / "blobs" / "sha256" / digest.removeprefix("sha256:")).read_bytes()


def _image(layout: Path) -> tuple[bytes, list[str]]:
    """The manifest of one platform, and its blobs."""
    index = json.loads(_blob(layout, make_image(layout, "3.10")))
    body = _blob(layout, index["manifests"][0]["digest"])
    manifest = json.loads(body)
    return body, [manifest["config"]["digest"], *(layer["digest"] for layer in manifest["layers"])]


def test_a_pushed_image_is_pulled_again(ecr: Any, root: Puller, layout: Path) -> None:
    ecr.create_repository(repositoryName="own/app")
    body, blobs = _image(layout)
    for digest in blobs:
        started = root.ask("POST", "/v2/own/app/blobs/uploads/", b"")
        path = started.headers["Location"]
        assert root.ask("PUT", f"{path}?digest={digest}", _blob(layout, digest)).status == 201
    # when
    pushed = root.ask("PUT", "/v2/own/app/manifests/1", body, **{"Content-Type": MANIFEST})
    # then
    assert pushed.status == 201
    assert root.manifest("own/app", "1").body == body
    assert root.ask("GET", "/v2/own/app/tags/list").json["tags"] == ["1"]


def test_an_image_is_pushed_through_the_api(ecr: Any, root: Puller, layout: Path) -> None:
    ecr.create_repository(repositoryName="own/app", imageTagMutability="IMMUTABLE")
    body, blobs = _image(layout)
    with pytest.raises(ClientError, match="required for pushing image do not exist"):
        ecr.put_image(repositoryName="own/app", imageManifest=body.decode(), imageTag="1")
    for digest in blobs:
        content = _blob(layout, digest)
        upload = ecr.initiate_layer_upload(repositoryName="own/app")["uploadId"]
        ecr.upload_layer_part(repositoryName="own/app", uploadId=upload, partFirstByte=0,
                              partLastByte=len(content) - 1, layerPartBlob=content)
        ecr.complete_layer_upload(repositoryName="own/app", uploadId=upload, layerDigests=[digest])
    # when
    ecr.put_image(repositoryName="own/app", imageManifest=body.decode(), imageTag="1")
    # then
    assert root.manifest("own/app", "1").body == body
    other = json.loads(body)
    other["annotations"] = {"a": "b"}
    with pytest.raises(ClientError, match="cannot be overwritten because the tag is immutable"):
        ecr.put_image(repositoryName="own/app", imageManifest=json.dumps(other), imageTag="1")


def test_fails_to_complete_an_upload_with_another_digest(ecr: Any) -> None:
    ecr.create_repository(repositoryName="own/app")
    upload = ecr.initiate_layer_upload(repositoryName="own/app")["uploadId"]
    ecr.upload_layer_part(repositoryName="own/app", uploadId=upload, partFirstByte=0, partLastByte=0,
                          layerPartBlob=base64.b64encode(b"x"))
    with pytest.raises(ClientError, match="don't match the uploaded content's"):
        ecr.complete_layer_upload(repositoryName="own/app", uploadId=upload, layerDigests=[f"sha256:{'0' * 64}"])


@pytest.mark.parametrize(("body", "code"), [(b"{}", "MANIFEST_INVALID"), (None, "MANIFEST_BLOB_UNKNOWN")])
def test_fails_to_push_a_manifest(body: bytes | None, code: str, ecr: Any, root: Puller, layout: Path) -> None:
    ecr.create_repository(repositoryName="own/app")
    # when
    answer = root.ask("PUT", "/v2/own/app/manifests/1", body or _image(layout)[0], **{"Content-Type": MANIFEST})
    # then
    assert (answer.status, answer.error[0]) == (400, code)


def test_fails_to_push_without_permission(ecr: Any, engine: Engine, account: str) -> None:
    ecr.create_repository(repositoryName="own/app")
    user = engine.puller(engine.user(account, "u", {"Effect": "Allow", "Resource": "*",
                                                    "Action": "ecr:GetAuthorizationToken"}))
    # when, then
    assert "ecr:InitiateLayerUpload" in user.ask("POST", "/v2/own/app/blobs/uploads/", b"").error[1]
    assert "ecr:PutImage" in user.ask("PUT", "/v2/own/app/manifests/1", b"{}").error[1]


def test_referrers_come_from_the_upstream_and_are_kept(ecr: Any, root: Puller, layout: Path,
                                                       quay: StaticRegistry) -> None:
    subject = root.manifest("quay/pause", "3.10").headers["Docker-Content-Digest"]
    sbom = make_referrer(layout, subject)
    # when
    found = root.ask("GET", f"/v2/quay/pause/referrers/{subject}").json["manifests"]
    quay.layouts = {}
    # then
    assert [(one["digest"], one["artifactType"]) for one in found] == [(sbom, "application/spdx+json")]
    assert root.manifest("quay/pause", sbom).status == 200
    listed = ecr.list_image_referrers(repositoryName="quay/pause", subjectId={"imageDigest": subject})["referrers"]
    assert [one["digest"] for one in listed] == [sbom]


def test_fails_to_list_referrers_when_the_upstream_fails(ecr: Any, root: Puller, quay: StaticRegistry) -> None:
    subject = root.manifest("quay/pause", "3.10").headers["Docker-Content-Digest"]
    quay.state = "down"
    with pytest.raises(ClientError, match="the upstream registry answered 503") as refused:
        ecr.list_image_referrers(repositoryName="quay/pause", subjectId={"imageDigest": subject})
    assert refused.value.response["Error"]["Code"] == "UnableToListUpstreamImageReferrersException"


@pytest.mark.parametrize(("statement", "message"), [
    ({"Principal": {"AWS": "arn:aws:iam::123456789012:role/none"}}, "Principal not found: arn:aws:iam::123456789012:"),
    ({"Resource": None}, "lacks Resource"), ({"Action": None}, "lacks Action"),
])
def test_fails_to_write_a_registry_policy(statement: Any, message: str, ecr: Any) -> None:
    whole = {"Effect": "Allow", "Principal": "*", "Action": "ecr:*", "Resource": "*", **statement}
    with pytest.raises(ClientError, match=message):
        ecr.put_registry_policy(policyText=json.dumps({"Statement": [
            {key: value for key, value in whole.items() if value}]}))


def test_account_settings(ecr: Any) -> None:
    assert ecr.get_account_setting(name="REGISTRY_POLICY_SCOPE")["value"] == "V2"
    assert ecr.put_account_setting(name="BLOB_MOUNTING", value="ENABLED")["value"] == "ENABLED"
    with pytest.raises(ClientError, match=r"must be one of \['V2'\]"):
        ecr.put_account_setting(name="REGISTRY_POLICY_SCOPE", value="V1")


def test_counts_calls_of_the_api(ecr: Any, engine: Engine, account: str, root: Puller) -> None:
    root.manifest("quay/pause", "3.10")
    now = engine.control("GET", "/clock")["now"]
    # when
    points = engine.client("cloudwatch", account).get_metric_statistics(
        Namespace="AWS/Usage", MetricName="CallCount", StartTime=now - 600, EndTime=now + 600, Period=3600,
        Statistics=["Sum"], Dimensions=[{"Name": n, "Value": v} for n, v in (
            ("Service", "ECR"), ("Type", "API"), ("Resource", "BatchGetImage"), ("Class", "None"))])["Datapoints"]
    # then
    assert sum(point["Sum"] for point in points) == 1


def test_an_archived_image_is_not_there_for_pullers_until_it_is_restored(ecr: Any, root: Puller) -> None:
    root.manifest("quay/pause", "3.10")
    image = {"repositoryName": "quay/pause", "imageId": {"imageTag": "3.10"}}
    # when
    ecr.update_image_storage_class(**image, targetStorageClass="ARCHIVE")
    # then
    ids = {"repositoryName": "quay/pause", "imageIds": [image["imageId"]]}
    assert root.manifest("quay/pause", "3.10").status == 404
    assert ecr.batch_get_image(**ids)["failures"][0]["failureCode"] == "ImageNotFound"
    with pytest.raises(ClientError, match="does not exist"):
        ecr.describe_images(**ids)
    [found] = ecr.describe_images(**ids, filter={"imageStatus": "ANY"})["imageDetails"]
    assert found["imageStatus"] == "ARCHIVED"
    # when
    ecr.update_image_storage_class(**image, targetStorageClass="STANDARD")
    # then
    assert root.manifest("quay/pause", "3.10").status == 200


def test_pulls_of_an_excluded_principal_are_no_pulls(ecr: Any, engine: Engine, account: str, root: Puller) -> None:
    root.manifest("quay/pause", "3.10")
    ids = {"repositoryName": "quay/pause", "imageIds": [{"imageTag": "3.10"}]}

    def last_pull() -> Any:
        return ecr.describe_images(**ids)["imageDetails"][0]["lastRecordedPullTime"]

    reader = engine.user(account, "reader", allow("ecr:*"))
    arn = f"arn:aws:iam::{account}:user/reader"
    before = last_pull()
    # when
    ecr.register_pull_time_update_exclusion(principalArn=arn)
    engine.client("ecr", reader).batch_get_image(**ids)
    # then
    assert last_pull() == before
    assert ecr.list_pull_time_update_exclusions()["pullTimeUpdateExclusions"] == [arn]
    # when
    ecr.deregister_pull_time_update_exclusion(principalArn=arn)
    engine.client("ecr", reader).batch_get_image(**ids)
    # then
    assert last_pull() > before
