"""The metrics that AWS documents of ECR: pulls of a repository, and calls of the API.

ECR User Guide, 'Amazon ECR repository metrics' and 'Amazon ECR usage metrics'.
"""

from __future__ import annotations

from ministack.services import cloudwatch

COUNTED_CALLS = frozenset({
    "GetAuthorizationToken", "BatchCheckLayerAvailability", "InitiateLayerUpload", "UploadLayerPart",
    "CompleteLayerUpload", "PutImage", "BatchGetImage", "GetDownloadUrlForLayer",
})


class Metrics:
    """Writes into the CloudWatch of the current request's account and Region."""

    def pulled(self, repository: str) -> None:
        cloudwatch.record_metric("AWS/ECR", "RepositoryPullCount", 1, "None", {"RepositoryName": repository})
        cloudwatch._evaluate_all_alarms()

    def called(self, operation: str) -> None:
        """Counts a call of the API; the registry protocol's requests count as the calls that they stand for."""
        if operation in COUNTED_CALLS:
            cloudwatch.record_metric("AWS/Usage", "CallCount", 1, "None", {
                "Service": "ECR", "Type": "API", "Resource": operation, "Class": "None"})
