"""Filter patterns of CloudWatch Logs: terms, and JSON selectors, which ministack lets match everything.

CloudWatch Logs User Guide, 'Filter pattern syntax for metric filters, subscription filters, filter log events, and
Live Tail'. Not supported, and refused: space-delimited patterns in brackets.
"""

from __future__ import annotations

import fnmatch
import json
import operator
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from ministack.services import cloudwatch_logs

Matcher = Callable[[str], bool]

_TERM = re.compile(r'([?+-]?)(?:"((?:[^"\\]|\\.)*)"|%((?:[^%\\]|\\.)*)%|(\S+))')
_CONDITION = re.compile(
    r'\s*(\$(?:\.[\w\-]+|\[(?:\d+|\*)\]|\[\'[^\']*\'\]|\.\*)*)\s*'
    r'(?:(IS\s+(?:NOT\s+)?(?:NULL|TRUE|FALSE)|NOT\s+EXISTS|EXISTS)|(!=|<=|>=|=|<|>)\s*("(?:[^"\\]|\\.)*"|%[^%]*%|[^\s()&|]+))',
    re.IGNORECASE)
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge}
_STEP = re.compile(r"\.([\w\-]+)|\['([^']*)'\]|\[(\d+|\*)\]")


def install() -> None:
    cloudwatch_logs._compile_filter_pattern = compile_pattern
    cloudwatch_logs._subscription_pattern_matches = lambda pattern, message: compile_pattern(pattern)(message or "")


@lru_cache(maxsize=256)
def compile_pattern(pattern: str | None) -> Matcher:
    """Whether a message matches. ValueError for a pattern that isn't supported."""
    text = (pattern or "").strip()
    if not text:
        return lambda message: True
    if text.startswith("["):
        raise ValueError(f"filter pattern not supported (space-delimited): {text}")
    if text.startswith("{"):
        if not text.endswith("}"):
            raise ValueError(f"filter pattern without its closing brace: {text}")
        condition = _Parser(text[1:-1]).parse()
        return lambda message: _matches_json(condition, message)
    return _terms(text)


def select(document: Any, selector: str) -> list[Any]:
    """What a selector such as `$.a.b[0]` finds; nothing, or several with `*`."""
    found = [document]
    for name, quoted, index in _STEP.findall(selector[1:]):
        key = name or quoted
        if key:
            found = [one[key] for one in found if isinstance(one, dict) and key in one]
        elif index == "*":
            found = [item for one in found if isinstance(one, list) for item in one]
        else:
            found = [one[int(index)] for one in found if isinstance(one, list) and int(index) < len(one)]
    return found


def _terms(text: str) -> Matcher:
    """All plain terms, one of the `?` terms if there are any, none of the `-` terms."""
    every: list[Matcher] = []
    some: list[Matcher] = []
    for sign, quoted, regex, word in _TERM.findall(text):
        term = _regex(regex) if regex else _text((quoted or word).replace('\\"', '"'))
        if sign == "-":
            every.append(_not(term))
        else:
            (some if sign == "?" else every).append(term)
    return lambda message: all(term(message) for term in every) and (
        not some or any(term(message) for term in some))


def _text(wanted: str) -> Matcher:
    return lambda message: wanted in message


def _regex(pattern: str) -> Matcher:
    compiled = re.compile(pattern)
    return lambda message: compiled.search(message) is not None


def _not(term: Matcher) -> Matcher:
    return lambda message: not term(message)


def _matches_json(condition: Callable[[Any], bool], message: str) -> bool:
    try:
        document = json.loads(message)
    except ValueError:
        return False
    return isinstance(document, (dict, list)) and condition(document)


class _Parser:
    """`||` of `&&` of conditions, with parentheses."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def parse(self) -> Callable[[Any], bool]:
        found = self._any()
        if self._text[self._at:].strip():
            raise ValueError(f"filter pattern not supported: {self._text[self._at:].strip()}")
        return found

    def _any(self) -> Callable[[Any], bool]:
        options = [self._all()]
        while self._takes("||"):
            options.append(self._all())
        return options[0] if len(options) == 1 else lambda document: any(option(document) for option in options)

    def _all(self) -> Callable[[Any], bool]:
        parts = [self._one()]
        while self._takes("&&"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda document: all(part(document) for part in parts)

    def _one(self) -> Callable[[Any], bool]:
        if self._takes("("):
            inner = self._any()
            if not self._takes(")"):
                raise ValueError(f"filter pattern without its closing parenthesis: {self._text}")
            return inner
        found = _CONDITION.match(self._text, self._at)
        if not found:
            raise ValueError(f"filter pattern not supported: {self._text[self._at:].strip() or self._text}")
        self._at = found.end()
        return _condition(found[1], found[2], found[3], found[4])

    def _takes(self, symbol: str) -> bool:
        rest = self._text[self._at:].lstrip()
        if not rest.startswith(symbol):
            return False
        self._at = len(self._text) - len(rest) + len(symbol)
        return True


def _condition(selector: str, word: str | None, sign: str, value: str) -> Callable[[Any], bool]:
    if word:
        kind = " ".join(word.upper().split())
        wanted = {"NULL": None, "TRUE": True, "FALSE": False}.get(kind.rpartition(" ")[2])
        if kind.endswith("EXISTS"):
            return lambda document: bool(select(document, selector)) != kind.startswith("NOT")
        return lambda document: any(one is wanted for one in select(document, selector)) != ("NOT" in kind)
    if sign in ("=", "!="):
        equal = _equal(value)
        return lambda document: any(equal(one) == (sign == "=") for one in select(document, selector))
    number = _number(value)
    compare = _COMPARE[sign]
    return lambda document: any(isinstance(one, (int, float)) and not isinstance(one, bool) and compare(one, number)
                                for one in select(document, selector))


def _equal(value: str) -> Callable[[Any], bool]:
    if value.startswith("%"):
        pattern = re.compile(value.strip("%"))
        return lambda one: isinstance(one, str) and pattern.search(one) is not None
    text = json.loads(value) if value.startswith('"') else value
    if not value.startswith('"') and re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", value):
        number = float(value)
        return lambda one: one == text or (isinstance(one, (int, float)) and not isinstance(one, bool)
                                           and float(one) == number)
    return lambda one: isinstance(one, str) and fnmatch.fnmatchcase(one, text.replace("[", "[[]"))


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise ValueError(f"filter pattern: expected a number, got {value}") from None
