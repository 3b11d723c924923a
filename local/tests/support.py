"""Starts the engine as a user does, and speaks to it: boto3 for the API, plain HTTP for the registry."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

LOCAL = Path(__file__).resolve().parents[1]
REGION = "us-east-1"
Json = dict[str, Any]
_LOADER = botocore.session.get_session().get_component("data_loader")


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> tuple[str, str]:
        """Code and message of a registry's error."""
        first = self.json["errors"][0]
        return first["code"], first["message"]


def http(method: str, url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=20) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as refused:
        return Answer(refused.code, refused.headers, refused.read())


def eventually(what: Callable[[], Any], seconds: float = 10) -> Any:
    """What a function returns once it is true."""
    end = time.monotonic() + seconds
    while not (found := what()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: got {found!r}")
        time.sleep(0.02)
    return found


class Puller:
    """A registry client with a token."""

    def __init__(self, endpoint: str, password: str | None) -> None:
        self.endpoint = endpoint
        self._headers = {}
        if password is not None:
            self._headers["Authorization"] = "Basic " + base64.b64encode(f"AWS:{password}".encode()).decode()

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        return http(method, self.endpoint + path, body, {**self._headers, **headers})

    def manifest(self, repository: str, reference: str, method: str = "GET") -> Answer:
        return self.ask(method, f"/v2/{repository}/manifests/{reference}")

    def blob(self, repository: str, digest: str) -> Answer:
        return self.ask("GET", f"/v2/{repository}/blobs/{digest}")


@dataclass
class Engine:
    """A running engine."""

    endpoint: str
    process: subprocess.Popen[str]
    ready: Json

    @classmethod
    @contextmanager
    def started(cls, *options: str, port: int = 0, env: dict[str, str] | None = None) -> Iterator[Engine]:
        process = subprocess.Popen(
            [sys.executable, "-m", "engine", "--port", str(port), "--alarm-interval", "0.1", *options], cwd=LOCAL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE if "--show-errors" in options else None, text=True,
            env={**os.environ, "LOG_LEVEL": "ERROR", **(env or {})})
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, f"the engine didn't start: {process.wait()}"
            ready = json.loads(line)
            yield cls(ready["endpoint"], process, ready)
        finally:
            process.terminate()
            process.wait(20)

    def session(self, access_key: str, secret: str = "test", token: str | None = None) -> boto3.Session:
        # One loader for all: reading the service models is most of the work of a client.
        own = botocore.session.Session()
        own.register_component("data_loader", _LOADER)
        return boto3.Session(botocore_session=own, aws_access_key_id=access_key, aws_secret_access_key=secret,
                             aws_session_token=token, region_name=REGION)

    def client(self, service: str, who: str | boto3.Session, **config: Any) -> Any:
        session = who if isinstance(who, boto3.Session) else self.session(who)
        return session.client(service, endpoint_url=self.endpoint, config=Config(
            retries={"max_attempts": 1}, **config))

    def control(self, method: str, path: str, given: Json | None = None) -> Any:
        body = json.dumps(given).encode() if given is not None else None
        answer = http(method, f"{self.endpoint}/_local{path}", body)
        assert answer.status == 200, answer.body
        return answer.json

    def puller(self, session: boto3.Session) -> Puller:
        data = self.client("ecr", session).get_authorization_token()["authorizationData"][0]
        return Puller(self.endpoint, base64.b64decode(data["authorizationToken"]).decode().partition(":")[2])

    def user(self, account: str, name: str, *statements: Json) -> boto3.Session:
        """A user with a policy, as a session."""
        iam = self.client("iam", account)
        iam.create_user(UserName=name)
        if statements:
            iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy(*statements))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return self.session(key["AccessKeyId"], key["SecretAccessKey"])

    def role(self, account: str, name: str, service: str, *statements: Json) -> str:
        """A role that a service may assume. Its ARN."""
        iam = self.client("iam", account)
        trust = policy({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"})
        arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(*statements))
        return arn

    def denied_since(self, principal: str) -> list[str]:
        """The actions that were refused to principals whose ARN holds a text."""
        return [d["action"] for d in self.control("GET", "/denials") if principal in d["principal"]]

    def events_of(self, account: str) -> list[Json]:
        return [e["detail"] for e in self.control("GET", "/events") if e["account"] == account]


def policy(*statements: Json) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions: str, resource: str = "*") -> Json:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource}
