"""Arithmetic of `{{#expr:}}` and `{{#ifexpr:}}`, with the operators and precedence of MediaWiki's ParserFunctions."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

LONGEST = 1000
"""The longest expression that is computed, in characters."""
_TOKEN = re.compile(r"\s*(?:([0-9]*\.?[0-9]+|[0-9]+\.)|([a-z]+)|(<>|!=|<=|>=|[-+*/^()<>=]))", re.IGNORECASE)
_TYPED = str.maketrans({"−": "-", "×": "*", "÷": "/", "–": "-"})


def _remainder(a: float, b: float) -> float:
    return math.fmod(int(a), int(b))


def _rounded(number: float, digits: float) -> float:
    places = max(-20, min(20, int(digits)))
    return float(Decimal(repr(number)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


_BINARY: dict[str, tuple[int, Callable[[float, float], float]]] = {
    "e": (10, lambda a, b: a * 10.0**b), "^": (8, lambda a, b: float(a**b)),
    "*": (7, operator.mul), "/": (7, operator.truediv), "div": (7, operator.truediv),
    "mod": (7, _remainder), "fmod": (7, math.fmod), "+": (6, operator.add), "-": (6, operator.sub),
    "round": (5, _rounded), "=": (4, operator.eq), "<>": (4, operator.ne), "!=": (4, operator.ne),
    "<": (4, operator.lt), ">": (4, operator.gt), "<=": (4, operator.le), ">=": (4, operator.ge),
    "and": (3, lambda a, b: bool(a) and bool(b)), "or": (2, lambda a, b: bool(a) or bool(b)),
}  # fmt: skip
_UNARY: dict[str, Callable[[float], float]] = {
    "neg": operator.neg, "pos": operator.pos, "not": operator.not_, "abs": abs, "floor": math.floor,
    "ceil": math.ceil, "trunc": math.trunc, "sqrt": math.sqrt, "exp": math.exp, "ln": math.log, "sin": math.sin,
    "cos": math.cos, "tan": math.tan, "asin": math.asin, "acos": math.acos, "atan": math.atan,
}  # fmt: skip
_UNARY_RANK = {"neg": 10, "pos": 10}
_CONSTANTS = {"pi": math.pi, "e": math.e}


def value_of(text: str) -> float | None:
    """The value of an expression; None if it is not one, or is too long, divides by zero or overflows."""
    if len(text) > LONGEST:
        return None
    try:
        value = _computed(text.translate(_TYPED))
        return value if math.isfinite(value) else None
    except (ValueError, ZeroDivisionError, OverflowError, IndexError, TypeError, InvalidOperation):
        return None


def _computed(text: str) -> float:
    numbers: list[float] = []
    waiting: list[str] = []
    operand, at = True, 0
    text = text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(text)
        at, token = match.end(), (match[2] or match[3] or "").lower()
        if operand:
            operand = _operand(match[1], token, numbers, waiting)
        elif token == ")":
            while waiting[-1] != "(":
                _apply(waiting.pop(), numbers)
            waiting.pop()
        else:
            rank = _BINARY[token][0] if token in _BINARY else 0
            if not rank:
                raise ValueError(token)
            while waiting and waiting[-1] != "(" and _rank(waiting[-1]) >= rank:
                _apply(waiting.pop(), numbers)
            waiting.append(token)
            operand = True
    while waiting:
        _apply(waiting.pop(), numbers)
    (value,) = numbers
    return value


def _operand(number: str | None, token: str, numbers: list[float], waiting: list[str]) -> bool:
    """Read a token where an operand is expected; returns whether an operand is still expected."""
    if number is not None:
        numbers.append(float(number))
        return False
    if token in _CONSTANTS:
        numbers.append(_CONSTANTS[token])
        return False
    name = {"-": "neg", "+": "pos"}.get(token, token)
    if name not in _UNARY and name != "(":
        raise ValueError(token)
    waiting.append(name)
    return True


def _rank(name: str) -> int:
    return _BINARY[name][0] if name in _BINARY else _UNARY_RANK.get(name, 9)


def _apply(name: str, numbers: list[float]) -> None:
    if name == "(":
        raise ValueError(name)
    last = numbers.pop()
    if name in _UNARY:
        numbers.append(float(_UNARY[name](last)))
    else:
        numbers.append(float(_BINARY[name][1](numbers.pop(), last)))


def shown(value: float) -> str:
    """A number as the parser function prints it: no decimal point if it is whole, at most 14 digits."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.14g}".replace("e-0", "e-").replace("e+", "e").upper()
