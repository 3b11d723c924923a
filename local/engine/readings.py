"""What AWS doesn't document, and how it is read here. Nothing of it was verified on AWS."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """One reading: what about, and what the engine does."""

    about: str
    reading: str


READINGS = (
    Reading("failed import, event", "sync-status is FAILURE; failure-code is one of the values of "
            "engine/upstreams/upstream.py; no sample of AWS shows either."),
    Reading("failed import, answer", "an upstream that denies access is answered 403 DENIED; everything else that "
            "fails is 'name unknown' without a repository and 'manifest unknown' with one; the API throws "
            "UnableToGetUpstreamImageException."),
    Reading("failed refresh", "the cached image is served (documented) and the failure is an event (a switch)."),
    Reading("unchanged refresh", "sends no event; an immutable tag is compared but never moved."),
    Reading("refresh by whom", "a caller without ecr:BatchImportUpstreamImage gets the cached image, without a "
            "refresh."),
    Reading("first pull by digest", "refused, as users report it, until a tag of it was pulled (a switch)."),
    Reading("what an import brings", "index, all its images and their layers, or nothing: an import that breaks off "
            "leaves no trace. AWS copies layers in the background."),
    Reading("birth of the repository", "after the upstream has served the manifest: an image that doesn't exist there "
            "leaves no repository."),
    Reading("puller's permissions", "ecr:BatchGetImage for manifests and ecr:GetDownloadUrlForLayer for blobs, by "
            "identity, repository or registry policy; on a miss ecr:BatchImportUpstreamImage by any of them, "
            "ecr:CreateRepository by identity or registry policy, ecr:TagResource by identity if the template tags (a "
            "switch), so that another account's first pull into tagged repositories fails."),
    Reading("a missing permission", "CreateRepository or TagResource: 'name unknown'; BatchImportUpstreamImage: "
            "'manifest unknown: Requested image not found'; the others: 403 naming the action."),
    Reading("registry policy", "its scope is V2, all ECR actions; a statement that names the account delegates to "
            "identity policies, one that names the caller grants; across accounts both sides must allow."),
    Reading("role of a rule", "assumed by pullthroughcache.ecr.amazonaws.com; needs ecr:GetAuthorizationToken on *, "
            "BatchImportUpstreamImage, BatchGetImage, GetDownloadUrlForLayer and GetImageCopyStatus on the upstream's "
            "repository, InitiateLayerUpload, UploadLayerPart, CompleteLayerUpload and PutImage on the cache's. "
            "Across accounts the upstream's policies must allow the four as well, and a rule without a role fails."),
    Reading("role of a template", "assumed by ecr.amazonaws.com; needs ecr:CreateRepository, ecr:TagResource for tags, "
            "kms:CreateGrant, RetireGrant and DescribeKey for a key. Without a role the service-linked one may only "
            "ecr:CreateRepository, so that tags or a key fail when a repository is born, not when the template is."),
    Reading("service-linked roles", "act with the permissions of the ECR User Guide, but don't show up in IAM; that "
            "the deployer may create them isn't checked, nor iam:PassRole."),
    Reading("aws:SourceAccount, aws:SourceArn", "not sent when ECR assumes a role (a switch)."),
    Reading("rule prefixes that overlap", "the most specific prefix serves; ROOT serves what no other does."),
    Reading("rule replacement", "every property is create-only, creation comes before deletion: a changed rule with a "
            "live prefix fails with PullThroughCacheRuleAlreadyExistsException."),
    Reading("resource policies", "a role or user that doesn't exist is refused as a principal, when the policy is "
            "written."),
    Reading("RepositoryPullCount", "counts each manifest that is served by GET: an index and the image chosen from it "
            "are two."),
    Reading("archive", "an archived image is answered as one that isn't there, by DescribeImages too unless its filter "
            "asks for it; it is restored at once."),
    Reading("TriggeredRules", "counts a matching rule with or without targets; Invocations counts attempts, "
            "FailedInvocations those whose target is missing or refuses."),
    Reading("EventBridge to a log group", "needs logs:CreateLogStream and logs:PutLogEvents for events.amazonaws.com "
            "or delivery.logs.amazonaws.com in an account's resource policy or the log group's own."),
    Reading("alarms", "are evaluated every second, the running period included, so that they fire and return at once."),
    Reading("referrers", "the upstream's are imported when the referrers of an image are asked for; a registry that "
            "doesn't know the referrers API has none."),
)

UNKNOWN = (
    "lifecycle policies, replication and scanning are stored, never run; signing and CREATE_ON_PUSH are absent",
    "Regions without a pull-through cache, FIPS and VPC endpoints, network routes, throttling, quotas except of rules",
    "encryption: keys are checked at a repository's birth, content stays as it is",
    "what pulls on AWS besides a registry client: ECS, EKS, CodeBuild, Lambda (which can't use a cache)",
    "state outlives nothing: an engine starts empty, and keeps images in memory",
)


def as_text() -> str:
    """Both lists for a reader."""
    lines = ["What AWS doesn't document, and how it is read here (never verified on AWS):"]
    lines += [f"- {r.about}: {r.reading}" for r in READINGS]
    lines += ["What the engine doesn't know:", *(f"- {line}" for line in UNKNOWN)]
    return "\n".join(lines)
