"""Units of measurement: the symbol or name of each code in Module:Convert."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

_POWER = re.compile(r"(.+?)([-−]?[1-9])")
_PER = re.compile(r"(.*)/([^/]+)")
_EXPONENT = re.compile(r"e(3|6|9|12|15)(?=\D)(.+)")
_RAISED = str.maketrans("0123456789-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻")
_POWERS = {"": "", "2": "square ", "3": "cubic "}


def between(word: str) -> str | None:
    """The text for a word between the two numbers of a range; None if it is not such a word."""
    shown = _table()["between"].get(word)
    return None if shown is None else str(shown)


def unit_symbol(code: str) -> str:
    """The symbol of a unit of `{{val}}`; for an unknown code, the code with raised exponents: `m/s2` is `m/s²`."""
    return _SCIENTIFIC.get(code) or "⋅".join(
        "/".join(_raised(part) for part in piece.split("/")) for piece in re.split(r"[.*·](?=[^\d\s])", code)
    )


_SCIENTIFIC = {
    "degC": "°C", "deg C": "°C", "degF": "°F", "deg": "°", "degree": "°", "arcsec": "″", "as": "″", "arcmin": "′",
    "pct": "%",
    "solmass": "M☉", "Solar mass": "M☉", "solrad": "R☉", "sollum": "L☉", "um": "μm", "us": "μs", "uA": "μA", "ohm": "Ω",
    "angstrom": "Å", "Å": "Å", "sqmi": "sq mi", "sqft": "sq ft", "sqkm": "km²", "cuft": "cu ft", "Earth mass": "M🜨",
    "earthmass": "M🜨", "jupmass": "MJ", "c-change": "°C", "ly": "ly", "au": "au", "deg2": "deg²",
}  # fmt: skip


def _raised(part: str) -> str:
    match = _POWER.fullmatch(part)
    return match[1] + match[2].translate(_RAISED) if match and match[1][-1].isalpha() else part


@cache
def canonical(code: str) -> str:
    """The canonical form of a code: `sq mi` and `mi2` are `sqmi`."""
    code = code.replace("²", "2").replace("³", "3").replace("^", "").replace("µ", "μ").strip()
    return _aliases().get(code, code)


@cache
def known_unit(code: str, *, one: bool = False, short: bool = False) -> str | None:
    """A unit as shown after a number, most as symbols, some as words; None if the code is unknown.

    Args:
        code: as in Module:Convert.
        one: use the singular if the unit is shown as a word.
        short: prefer the symbol if the unit has one.
    """
    code, table = canonical(code), _table()
    if short and code in table["short"]:
        return str(table["short"][code])
    if code in table["words"]:
        return str(table["words"][code][0 if one else 1])
    if code in table["symbols"]:
        return str(table["symbols"][code])
    return _scaled(code) or _metric(code) or _per(code, short) or _product(code, short)


@cache
def full_name(code: str, *, one: bool = False) -> str | None:
    """The full name of a unit: `square miles`, `cubic metres per second`; None if it has only a symbol."""
    code, table = canonical(code), _table()
    names = table["full"].get(code) or table["words"].get(code)
    if names:
        return str(names[0 if one else 1])
    return _scaled(code) or _full_metric(code, one) or _full_rate(code, one)


def power_of_ten(code: str) -> tuple[str, str]:
    """The power of ten in a code, and the code without it: `e6acre` is `6` and `acre`."""
    match = _EXPONENT.fullmatch(code)
    return (match[1], match[2]) if match else ("", code)


def is_word(code: str) -> bool:
    """Whether a unit is shown as a word and not as a symbol."""
    return canonical(code) in _table()["words"]


def _scaled(code: str) -> str | None:
    """`e6acre`, and the oil industry's `Moilbbl`, `Tcuft`, `MUSgal`: the unit's full name follows."""
    power, rest = power_of_ten(code)
    if power:
        scale = _table()["scales"][f"e{power}"]
    else:
        whole, slash, per = code.partition("/")
        if whole[:2] == "MM" and whole[2:3].isalpha():
            whole = whole[1:]
        letter, rest = whole[:1], whole[1:]
        scale = _table()["scales"].get(letter)
        scaled = is_word(rest) or canonical(rest) in ("cuft", "USgal", "impgal", "BTU")
        if scale is None or len(rest) < 3 or not scaled:
            return None
        rest += slash + per
    unit = full_name(rest) or known_unit(rest)
    return f"{scale} {unit}" if unit else None


def _split(code: str) -> tuple[str, str, str] | None:
    """Prefix, unit and power of a metric code: `km2` is `k`, `m` and `2`."""
    metric, power = _table()["metric"], ""
    if match := _POWER.fullmatch(code):
        code, power = match[1], match[2]
    if code in metric["units"]:
        return "", code, power
    for prefix in metric["prefixes"]:
        if code.startswith(prefix) and code[len(prefix) :] in metric["units"]:
            return ("μ" if prefix in ("u", "µ") else prefix), code[len(prefix) :], power
    return None


def _metric(code: str) -> str | None:
    parts = _split(code)
    if parts is None:
        return None
    prefix, unit, power = parts
    return prefix + {"l": "L", "ohm": "Ω", "W.h": "Wh"}.get(unit, unit) + power.translate(_RAISED)


def _full_metric(code: str, one: bool) -> str | None:
    parts = _split(code)
    units, prefixes = _table()["full-metric"], _table()["full-prefixes"]
    if parts is None or parts[1] not in units or parts[2] not in _POWERS:
        return None
    prefix, unit, power = parts
    plural = "" if one or units[unit].endswith("z") else "s"
    if not prefix:
        return f"{_POWERS[power]}{units[unit]}{plural}"
    return f"{_POWERS[power]}{prefixes[prefix]}{units[unit]}{plural}" if prefix in prefixes else None


def _per(code: str, short: bool) -> str | None:
    match = _PER.fullmatch(code)
    if match is None or not match[1]:
        return None
    above, below, rates = match[1], match[2], _table()["rates"]
    if above in ("$", "£", "€", "¥", "US$"):
        return str(rates[below]) if below in rates else known_unit(below, one=True)
    left, right = known_unit(above, short=short), known_unit(below, one=True, short=True)
    if left is None or right is None:
        return None
    spelled = not short and (is_word(above) or _scaled(above) is not None)
    return f"{left} per {full_name(below, one=True)}" if spelled and full_name(below) else f"{left}/{right}"


def _full_rate(code: str, one: bool) -> str | None:
    match = _PER.fullmatch(code)
    if match is None:
        return None
    above, below = full_name(match[1], one=one), full_name(match[2], one=True)
    return f"{above} per {below}" if above and below else None


def _product(code: str, short: bool) -> str | None:
    parts = re.split(r"[.*·⋅]", code)
    units = [known_unit(part, short=short) for part in parts] if len(parts) > 1 else []
    return "⋅".join(unit or "" for unit in units) if units and all(units) else None


@cache
def _aliases() -> Mapping[str, str]:
    return {alias: code for code, aliases in _table()["aliases"].items() for alias in aliases}


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("data", "units.toml").read_text(encoding="utf-8"))
