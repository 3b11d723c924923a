"""Parts that need no engine: metric math, the clock, switches, pages, settings, pins."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from engine import compat, readings
from engine.clock import Clock, ClockedTime
from engine.errors import EcrError
from engine.listeners import Listener, _parse
from engine.manifests import Manifest
from engine.mends.metric_math import evaluate
from engine.model import check
from engine.paging import page
from engine.server import bind
from engine.settings import parse
from engine.switches import Switches
from upstream.images import make_image


@pytest.mark.parametrize(("expression", "expected"), [
    ("a + b", [5, None]), ("a / 0", [None, None]), ("FILL(b, 0)", [3, 0]), ("FILL(b, a)", [3, 4]),
    ("IF(a > 3, 1, 0)", [0, 1]), ("IF(a > 3, 1)", [None, 1]), ("SUM([a, b])", [5, 4]), ("MAX([a, b])", [3, 4]),
    ("SUM(a)", [6, 6]), ("AVG(a)", [3, 3]), ("-a", [-2, -4]), ("ABS(0 - a)", [2, 4]), ("100 * a / (a + FILL(b, 0))",
                                                                                     [40, 100]),
    ("a == 2", [1, 0]), ("7", [7, 7]),
])
def test_metric_math(expression: str, expected: list[float | None]) -> None:
    assert evaluate("e", {"a": [2, 4], "b": [3, None]}, {"e": expression}, 2) == expected


def test_metric_math_of_expressions() -> None:
    assert evaluate("x", {"a": [1]}, {"x": "y * 2", "y": "a + 1"}, 1) == [4]


@pytest.mark.parametrize(("expressions", "message"), [
    ({"e": "SEARCH('x')"}, "function not supported: SEARCH"), ({"e": "a +"}, "expression not supported"),
    ({"e": "unknown + 1"}, "not supported: unknown"), ({"e": "e + 1"}, "not supported: e"),
    ({}, "no metric with id 'e'"),
])
def test_fails_on_metric_math_that_is_not_understood(expressions: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        evaluate("e", {"a": [1]}, expressions, 1)


def test_the_clock_moves_forward() -> None:
    clock = Clock()
    clock.advance(3600)
    assert ClockedTime(clock).time() - Clock().now() == pytest.approx(3600, abs=1)
    assert ClockedTime(clock).monotonic() > 0


def test_fails_to_move_the_clock_back() -> None:
    with pytest.raises(ValueError, match="clock: got -1 seconds, expected 0 or more"):
        Clock().advance(-1)


@pytest.mark.parametrize(("given", "message"), [
    ({"none": True}, "switch: got 'none', expected one of"), ({"failure_events": True}, "expected a int"),
    ({"failure_events": -1}, "expected 0 or more"), ({"first_pull_by_digest_refused": 0}, "expected a bool"),
])
def test_fails_to_change_a_switch_and_changes_none(given: dict[str, Any], message: str) -> None:
    switches = Switches()
    with pytest.raises(ValueError, match=message):
        switches.change({"trust_sees_source": True, **given})
    assert switches == Switches()


def test_pages_end() -> None:
    items, more = page(list(range(5)), {"maxResults": 3})
    assert (items, page(list(range(5)), {"maxResults": 3, **more})) == ([0, 1, 2], ([3, 4], {}))


@pytest.mark.parametrize("token", ["x", "bm9uZQ==", "ZnJvbTp4"])
def test_fails_on_a_token_of_no_page(token: str) -> None:
    with pytest.raises(EcrError, match="must be a token of a former page"):
        page([], {"nextToken": token})


@pytest.mark.parametrize(("operation", "given", "message"), [
    ("DescribeRepositories", {"maxResults": 0}, "Member must have value greater than or equal to 1"),
    ("DescribeRepositories", {"maxResults": "1"}, "expected a integer, got str"),
    ("DescribeRepositories", {"repositoryNames": "a"}, "expected a list, got str"),
    ("DescribeRepositories", {"repositoryNames": ["A"]}, "Invalid parameter at 'repositoryNames.1.member'"),
    ("DescribeRepositories", {"Colour": "red"}, "Unknown parameter: Colour, must be one of"),
    ("GetRegistryPolicy", {"Colour": "red"}, "Unknown parameter: Colour"),
    ("PutRegistryPolicy", {}, "Missing required parameter: policyText"),
    ("CreateRepository", {"repositoryName": "a/b", "imageScanningConfiguration": {"scanOnPush": 1}},
     "Invalid parameter at 'imageScanningConfiguration.scanOnPush'"),
])
def test_fails_on_input_that_the_model_refuses(operation: str, given: dict[str, Any], message: str) -> None:
    with pytest.raises(EcrError, match=message):
        check(operation, given)


def test_input_that_the_model_accepts_comes_without_its_absent_members() -> None:
    assert check("DescribeRepositories", {"repositoryNames": ["a/b"], "maxResults": None}) == {
        "repositoryNames": ["a/b"]}


@pytest.mark.parametrize(("body", "media_type", "message"), [
    (b"x", None, "not an image manifest of schema version 2"), (b'{"schemaVersion": 1}', None, "schema version 2"),
    (b'{"schemaVersion": 2}', "text/plain", "media type not supported: 'text/plain'"),
    (b'{"schemaVersion": 2, "manifests": [{}]}', "application/vnd.oci.image.index.v1+json", "incomplete"),
])
def test_fails_on_what_is_no_manifest(body: bytes, media_type: str | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Manifest.read(body, media_type)


def test_settings_of_command_line_and_environment() -> None:
    settings = parse(["--port", "0", "--upstream", "quay.io=http://127.0.0.1:1/", "--no-auth"],
                     {"ENGINE_UPSTREAMS": '{"ghcr.io": "http://127.0.0.1:2"}', "NODE_PATH": "/n"})
    assert (settings.port, settings.auth, settings.node_path) == (0, False, "/n")
    assert settings.upstreams == {"ghcr.io": "http://127.0.0.1:2", "quay.io": "http://127.0.0.1:1"}


@pytest.mark.parametrize("upstream", ["quay.io", "quay.io=127.0.0.1:1", "=http://127.0.0.1"])
def test_fails_on_an_upstream_without_a_url(upstream: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--upstream", upstream], {})
    assert "expected" in capsys.readouterr().err


def test_takes_a_free_port_when_the_wished_one_is_busy() -> None:
    with bind(0) as first, bind(first.getsockname()[1]) as second:
        assert second.getsockname()[1] != first.getsockname()[1]
        assert second.getsockname()[0] == "127.0.0.1"


def test_reads_the_kernels_list_of_listeners() -> None:
    found = [_parse("0100007F:11D6"), _parse("00000000:0050"), _parse("00000000000000000000000001000000:0050")]
    assert found == [Listener("127.0.0.1", 4566), Listener("0.0.0.0", 80), Listener("::1", 80)]
    assert [listener.is_loopback for listener in found] == [True, False, True]


def test_names_all_that_a_ministack_lacks() -> None:
    compat.check_names()
    with pytest.raises(compat.Incompatible, match=r"lacks what this engine replaces or uses: "
                                                  r"ministack\.services\.ecr\.gone, ministack\.none"):
        compat.check_names({"ministack.services.ecr": ["_images", "gone"], "ministack.none": ["x"]})


def test_fails_on_another_version_of_ministack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compat, "version", lambda name: "1.6.0")
    with pytest.raises(compat.Incompatible, match=r"got ministack 1\.6\.0, expected 1\.5\.33"):
        compat.check_version()
    compat.check_version(any_version=True)


def test_every_name_of_ministack_is_checked_at_start() -> None:
    """Nothing of ministack is used in the code that isn't in the list of names."""
    used = set()
    for path in (Path(compat.__file__).parent).rglob("*.py"):
        tree = ast.parse(path.read_text())
        modules: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ministack"):
                for alias in node.names:
                    full = f"{node.module}.{alias.name}"
                    if f"{full}" in compat.NAMES:
                        modules[alias.asname or alias.name] = full
                    else:
                        used.add((str(node.module), alias.name))
        used |= {(modules[node.value.id], node.attr) for node in ast.walk(tree) if isinstance(node, ast.Attribute)
                 and isinstance(node.value, ast.Name) and node.value.id in modules}
    assert len(used) > 50
    assert {(module, name) for module, name in used if name not in compat.NAMES.get(module, ())} == set()
    for module in compat.NAMES:
        import_module(module)


def test_readings_are_told() -> None:
    text = readings.as_text()
    assert "never verified on AWS" in text
    assert all(reading.about in text for reading in readings.READINGS)


def test_an_image_has_the_same_digest_everywhere(tmp_path: Path) -> None:
    first, second = make_image(tmp_path / "a", "1"), make_image(tmp_path / "b", "1")
    assert first == second != make_image(tmp_path / "b", "2", "other")
