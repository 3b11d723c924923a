"""Metric math over a few datapoints: arithmetic, comparisons, and the functions that alarms use.

CloudWatch User Guide, 'Metric math syntax and functions'.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

Series = list[float | None]

_BINARY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Pow: operator.pow,
    ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_OVER_SERIES: dict[str, Callable[[list[float]], float]] = {
    "SUM": sum, "MAX": max, "MIN": min, "AVG": lambda values: sum(values) / len(values),
}
_OVER_TIME: dict[str, Callable[[list[float]], float]] = {**_OVER_SERIES, "DATAPOINT_COUNT": len}


def evaluate(watched: str, known: Mapping[str, Series], expressions: Mapping[str, str], count: int) -> Series:
    """The series of an id. ValueError for an expression that isn't supported."""
    if watched in known:
        return list(known[watched])
    if watched not in expressions:
        raise ValueError(f"metric math: no metric with id '{watched}'")
    try:
        tree = ast.parse(expressions[watched].strip(), mode="eval").body
    except SyntaxError:
        raise ValueError(f"metric math: expression not supported: {expressions[watched]}") from None
    inner = {name: text for name, text in expressions.items() if name != watched}
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & (set(known) | set(inner))
    series = {name: evaluate(name, known, inner, count) for name in names}
    return [_value(tree, series, index) for index in range(count)]


def _value(node: ast.expr, series: Mapping[str, Series], at: int) -> float | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return node.value
    if isinstance(node, ast.Name) and node.id in series:
        return series[node.id][at]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _value(node.operand, series, at)
        return None if inner is None else -inner
    if isinstance(node, ast.BinOp):
        return _combined(node.op, _value(node.left, series, at), _value(node.right, series, at))
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return _combined(node.ops[0], _value(node.left, series, at), _value(node.comparators[0], series, at))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _called(node.func.id.upper(), node.args, series, at)
    raise ValueError(f"metric math: not supported: {ast.unparse(node)}")


def _combined(op: Any, left: float | None, right: float | None) -> float | None:
    if left is None or right is None:
        return None
    if isinstance(op, ast.Div):
        return None if right == 0 else left / right
    if type(op) not in _BINARY:
        raise ValueError(f"metric math: operator not supported: {type(op).__name__}")
    return float(_BINARY[type(op)](left, right))


def _called(name: str, args: list[ast.expr], series: Mapping[str, Series], at: int) -> float | None:
    if name == "FILL":
        value = _value(args[0], series, at)
        return _filling(args[1], series, at) if value is None else value
    if name == "IF":
        condition = _value(args[0], series, at)
        if condition is None:
            return None
        chosen = args[1] if condition else (args[2] if len(args) > 2 else None)
        return None if chosen is None else _value(chosen, series, at)
    if name == "ABS":
        value = _value(args[0], series, at)
        return None if value is None else abs(value)
    if name in _OVER_SERIES and len(args) == 1 and isinstance(args[0], (ast.List, ast.Tuple)):
        present = [v for v in (_value(e, series, at) for e in args[0].elts) if v is not None]
        return float(_OVER_SERIES[name](present)) if present else None
    if name in _OVER_TIME and len(args) == 1:
        length = len(next(iter(series.values()), []))
        present = [v for v in (_value(args[0], series, index) for index in range(length)) if v is not None]
        return float(_OVER_TIME[name](present)) if present else None
    raise ValueError(f"metric math: function not supported: {name}")


def _filling(node: ast.expr, series: Mapping[str, Series], at: int) -> float | None:
    """FILL takes a number, or REPEAT: the datapoint before."""
    if isinstance(node, ast.Name) and node.id.upper() == "REPEAT":
        return None
    return _value(node, series, at)
