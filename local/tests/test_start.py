"""Starting and stopping: the ready line, ports, listeners, what is left behind, authentication off."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from support import LOCAL, REGION, Engine, Puller, eventually, http


def test_tells_when_it_is_ready_and_takes_another_port_than_a_busy_one(tmp_path: Path) -> None:
    ready_file = tmp_path / "ready.json"
    with socket.create_server(("127.0.0.1", 0)) as busy, Engine.started(
            "--ready-file", str(ready_file), port=busy.getsockname()[1]) as engine:
        assert engine.ready == json.loads(ready_file.read_text())
        assert engine.ready["port"] != busy.getsockname()[1]
        assert engine.ready["pid"] == engine.process.pid
        assert http("GET", engine.ready["control"]).status == 200
    assert not ready_file.exists()


def test_listens_on_loopback_only(engine: Engine) -> None:
    # when
    found = engine.control("GET", "/listeners")
    # then
    assert found == [{"address": "127.0.0.1", "port": engine.ready["port"], "loopback": True}]


def test_stops_when_it_finds_itself_open_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    from engine import listeners, server
    server.expect_loopback_only()
    monkeypatch.setattr(listeners, "listening", lambda: [listeners.Listener("0.0.0.0", 8883)])
    with pytest.raises(RuntimeError, match=r"expected to listen on 127\.0\.0\.1 only, found \[Listener\(address="):
        server.expect_loopback_only()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_leaves_nothing_behind(number: signal.Signals, tmp_path: Path) -> None:
    with Engine.started(env={"TMPDIR": str(tmp_path)}) as engine:
        _run_function(engine, wait=60_000)
        [directory] = tmp_path.iterdir()
        assert any(name.startswith("ministack-lambda-") for name in os.listdir(directory))
        children = _children(engine.process.pid)
        assert children
        # when
        engine.process.send_signal(number)
        # then
        assert engine.process.wait(15) == 0
        assert list(tmp_path.iterdir()) == []
        eventually(lambda: not any(Path(f"/proc/{child}").exists() for child in children))


def test_removes_what_a_killed_engine_left_behind(tmp_path: Path) -> None:
    with Engine.started(env={"TMPDIR": str(tmp_path)}) as engine:
        engine.process.send_signal(signal.SIGKILL)
        engine.process.wait(10)
    [left] = tmp_path.iterdir()
    # when
    with Engine.started(env={"TMPDIR": str(tmp_path)}):
        # then
        assert not left.exists()
        assert len(list(tmp_path.iterdir())) == 1


def test_leaves_the_directory_of_an_engine_that_runs(engine: Engine, tmp_path: Path) -> None:
    env = {"TMPDIR": str(tmp_path)}
    with Engine.started(env=env), Engine.started(env=env):
        assert len(list(tmp_path.iterdir())) == 2


def test_stops_with_its_standard_input() -> None:
    process = subprocess.Popen([sys.executable, "-m", "engine", "--port", "0", "--stop-with-stdin"], cwd=LOCAL,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["ready"]
    # when
    process.communicate()
    # then
    assert process.wait(10) == 0


def test_fails_to_start_on_another_ministack(tmp_path: Path) -> None:
    # given
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.metadata as m\nv = m.version\nm.version = lambda n: '9.9' if n == 'ministack' else v(n)\n")
    # when
    done = subprocess.run([sys.executable, "-m", "engine", "--port", "0"], cwd=LOCAL, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(tmp_path)}, check=False)
    # then
    assert done.returncode == 2
    assert done.stderr.startswith("engine: got ministack 9.9, expected 1.5.33")


def test_without_authentication_everyone_may_everything(engine: Engine, account: str) -> None:
    def creates(engine: Engine) -> bool:
        client = engine.client("ecr", engine.user(account, "nobody"))
        try:
            client.create_repository(repositoryName="app")
        except client.exceptions.ClientError:
            return False
        return Puller(engine.endpoint, None).ask("GET", "/v2/").status == 200
    # when, then
    assert not creates(engine)
    with Engine.started("--no-auth") as open_engine:
        assert creates(open_engine)


@pytest.mark.parametrize("path", ["/_local/clock", "/_ministack/health", "/v2/"])
def test_refuses_web_pages(path: str, engine: Engine) -> None:
    answer = http("GET", engine.endpoint + path, headers={"Origin": "https://example.com"})
    assert (answer.status, answer.json) == (403, {"error": "web pages aren't served"})


def test_the_control_endpoint_refuses_another_host_name(engine: Engine) -> None:
    answer = http("GET", f"{engine.endpoint}/_local/clock", headers={"Host": "example.com"})
    assert (answer.status, answer.json["error"]) == (
        403, "the control endpoint is served under this machine's own name only")


@pytest.mark.parametrize(("method", "path", "given", "status", "message"), [
    ("GET", "/none", None, 404, "no GET /_local/none"), ("POST", "/clock", {}, 400, "expected hours, minutes or"),
    ("POST", "/clock", {"hours": -1}, 400, "time doesn't go back"), ("POST", "/clock", [], 400, "a JSON object"),
    ("POST", "/clock", {"hours": "x"}, 400, ""), ("POST", "/images", {}, 400, "missing: layout"),
    ("PUT", "/switches", {"none": 1}, 400, "expected one of"),
    ("PUT", "/upstreams/quay.io", {"state": "odd"}, 400, "got 'odd', expected one of ['up', 'down', 'denied']"),
    ("PUT", "/upstreams/quay.io", {"url": "odd"}, 400, "expected http(s)://host"),
    ("POST", "/images", {"layout": "/nowhere", "account": "123456789012", "region": REGION, "repository": "a/b"}, 400,
     "no OCI image layout"),
    ("POST", "/images", {"layout": str(LOCAL), "account": "123456789012", "region": REGION, "repository": "a/b"}, 400,
     "no OCI image layout"),
    ("POST", "/images", {"layout": "/nowhere", "account": "1", "region": REGION, "repository": "a/b"}, 400,
     "got account '1'"),
])
def test_the_control_endpoint_names_what_it_refuses(method: str, path: str, given: Any, status: int, message: str,
                                                    engine: Engine) -> None:
    answer = http(method, f"{engine.endpoint}/_local{path}", None if given is None else json.dumps(given).encode())
    assert answer.status == status
    assert message in answer.json["error"]


def test_fails_to_seed_an_image_whose_layers_are_gone(engine: Engine, account: str, layout: Path) -> None:
    max((layout / "blobs" / "sha256").iterdir(), key=lambda path: path.stat().st_size).unlink()
    # when
    answer = http("POST", f"{engine.endpoint}/_local/images", json.dumps({
        "layout": str(layout), "account": account, "region": REGION, "repository": "a/b"}).encode())
    # then
    assert answer.status == 400
    assert "has no 'sha256:" in answer.json["error"]
    assert engine.client("ecr", account).describe_repositories()["repositories"] == []


def test_the_control_endpoint_lists_its_routes_and_readings(engine: Engine) -> None:
    assert "POST /_local/clock" in engine.control("GET", "")["routes"]
    assert len(engine.control("GET", "/readings")["readings"]) > 10


def test_forgets_denials(engine: Engine, account: str) -> None:
    engine.puller(engine.user(account, "u", {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken",
                                             "Resource": "*"})).manifest("a/b", "1")
    assert engine.denied_since(account) == ["ecr:BatchGetImage"]
    # when
    engine.control("DELETE", "/denials")
    # then
    assert engine.denied_since(account) == []


def _run_function(engine: Engine, wait: int = 0) -> Any:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("index.js", "exports.handler = async (event) => { await new Promise((r) => setTimeout(r, "
                                  "event.wait || 0)); return { path: process.env.NODE_PATH || null }; };")
    role = engine.role("123456789012", "function", "lambda.amazonaws.com")
    client = engine.client("lambda", "123456789012")
    client.create_function(FunctionName="f", Timeout=90, Runtime="nodejs20.x", Handler="index.handler",
                           Role=role, Code={"ZipFile": archive.getvalue()})
    client.invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps({"wait": wait}))
    return json.loads(client.invoke(FunctionName="f")["Payload"].read())


def _children(pid: int) -> list[int]:
    return [int(child) for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()]


def test_functions_see_the_node_path() -> None:
    with Engine.started("--no-auth", "--node-path", "/some/node_modules") as engine:
        assert _run_function(engine) == {"path": "/some/node_modules"}
