"""Errors in the words of ECR's API."""

from __future__ import annotations


class EcrError(Exception):
    """An error of the ECR API: `code` is the exception's name there."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status

    def for_cloudformation(self) -> ValueError:
        """The same as CloudFormation words the failure of a resource handler."""
        return ValueError(f"{self.message} (Service: Ecr, Status Code: {self.status}, Error Code: {self.code})")


def invalid(message: str) -> EcrError:
    return EcrError("InvalidParameterException", message)


def repository_missing(name: str, account: str) -> EcrError:
    return EcrError("RepositoryNotFoundException",
                    f"The repository with name '{name}' does not exist in the registry with id '{account}'")
