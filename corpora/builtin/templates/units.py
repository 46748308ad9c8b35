"""`{{convert}}`: numbers with the unit that they were entered in, for every code of unit that Module:Convert knows."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from corpora.builtin.templates.arguments import Arguments, Function, first, positional
from corpora.builtin.templates.numerals import in_words

_NUMBER = re.compile(
    r"[<>~]?[+−-]?(?:[0-9][0-9,.\s]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?:[+⁄/–-]{1,2}[0-9.,/⁄+]+)*|[0-9]+ [0-9]+/[0-9]+"
)
_DIGITS = re.compile(r"[0-9]{4,}(?=\.|\Z)")
_POWER = re.compile(r"(.+?)([-−]?[1-9])")
_PER = re.compile(r"(.+)/([^/]+)")
_EXPONENT = re.compile(r"(e(?:3|6|9|12|15))(?=\D)(.+)")
_RAISED = str.maketrans("0123456789-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻")
_SMALLER = {
    "ft": ("in",), "foot": ("in",), "feet": ("in",), "yd": ("ft", "in"), "mi": ("yd", "ft", "furlong", "ch", "chain"),
    "lb": ("oz",), "st": ("lb",), "LT": ("cwt", "qtr", "lb"), "cwt": ("qtr", "lb"), "km": ("m",), "m": ("cm",),
    "h": ("min",), "t": ("kg",), "kg": ("g",), "fathom": ("ft",), "ha": ("are",), "furlong": ("yd", "ch"),
}  # fmt: skip
"""Units that go on in smaller ones: `{{convert|5|ft|8|in}}`."""


def shortened(arguments: Arguments, language: str) -> str | None:
    """`{{cvt}}`, which is `{{convert}}` with abbreviations."""
    return convert({"abbr": "on", **arguments}, language)


def convert(arguments: Arguments, language: str) -> str | None:
    """Numbers and units as they were entered, without the conversion: `125 mph`, `5 ft 8 in`, `10–20 km`.

    None where a code is not a unit's.
    """
    values = positional(arguments)
    shown: list[str] = []
    at = 0
    while at < len(values) and _NUMBER.fullmatch(values[at]):
        number = values[at]
        follows = values[at + 1] if at + 1 < len(values) else ""
        word = between(follows)
        if word is not None and at + 2 < len(values) and _NUMBER.fullmatch(values[at + 2]):
            shown.append(_number(number, arguments) + word)
            at += 2
            continue
        part = _with_unit(number, follows, arguments)
        if part is None:
            return None
        shown.append(part)
        at += 2
        if at + 1 >= len(values) or values[at + 1] not in _SMALLER.get(follows, ()):
            break
        shown.append(" ")
    if not shown:
        return None
    return "".join(shown) + _middle(arguments, values[at:])


def _with_unit(number: str, code: str, arguments: Arguments) -> str | None:
    """One number with its unit."""
    if arguments.get("disp") == "number":
        return _number(number, arguments)
    one = number in ("1", "-1", "−1")
    adjective = arguments.get("adj", "").lower() in ("on", "1", "mid")
    spelled = arguments.get("spell", "").lower() in ("in", "on") or (adjective and not _is_short(arguments))
    unit = _full(code, one or adjective, arguments.get("sp", "") == "us") if spelled else None
    unit = unit or known_unit(code, one=one or adjective)
    if unit is None:
        return None
    text = _number(number, arguments)
    if code[:1] in "$£€¥":
        return f"{code[0]}{text} per {unit}"
    if unit in ("%", "°", "′", "″") or unit.startswith("/"):
        return text + unit
    if arguments.get("disp") == "unit":
        return unit
    hyphen = adjective and unit.isascii() and unit.replace(" ", "").isalpha() and (spelled or code in _table()["words"])
    return text + ("-" if hyphen else " ") + (unit.replace(" ", "-") if hyphen else unit)


def _number(number: str, arguments: Arguments) -> str:
    """A number as the page shows it: thousands grouped, mixed fractions with a space, ranges with a dash."""
    if arguments.get("spell", "").lower() in ("in", "on") and number.replace(",", "").isdigit():
        return in_words(int(number.replace(",", "")), capital=arguments["spell"][0].isupper())
    number = number.strip().rstrip(",")
    mantissa, e, power = re.sub(r"//", "/", number).lower().partition("e")
    if e:
        return f"{mantissa}×10^{int(power)}"
    if "/" in number or "⁄" in number:
        return number.replace("//", "/").replace("⁄", "/").replace("+", " ").replace("-", " ").strip()
    number = number[0] + number[1:].replace("-", "–")
    return number if arguments.get("comma") in ("off", "gaps") else _DIGITS.sub(_grouped, number)


def _grouped(digits: re.Match[str]) -> str:
    before = digits.string[digits.start() - 1 : digits.start()]
    return digits[0] if before in (".", ",") and before else f"{int(digits[0]):,}"


def _middle(arguments: Arguments, rest: list[str]) -> str:
    """What `adj=mid` puts after the unit: `-long`, `-tall`."""
    if arguments.get("adj", "").lower() != "mid":
        return ""
    word = next(
        (value for value in rest if re.fullmatch(r"-?[A-Za-z][A-Za-z -]+", value) and not known_unit(value)), ""
    )
    return word if word.startswith("-") else " " + word if word else ""


def between(word: str) -> str | None:
    """What a word between two numbers of a range shows, or None where it is not one."""
    shown = _table()["between"].get(word)
    return None if shown is None else str(shown)


def unit_symbol(code: str) -> str:
    """A unit's symbol; where the code is unknown, the code with its exponents raised: `m/s2` is `m/s²`."""
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
def known_unit(code: str, one: bool = False) -> str | None:
    """How a unit is shown, by the code of Module:Convert; None for what is not a code.

    Args:
        one: in the singular, where the unit is a word.
    """
    table = _table()
    if code in table["words"]:
        return str(table["words"][code][0 if one else 1])
    if code in table["symbols"]:
        return str(table["symbols"][code])
    code = code.replace("²", "2").replace("³", "3").replace("^", "").strip()
    return _scaled(code) or _metric(code) or _per(code) or _product(code)


def _scaled(code: str) -> str | None:
    """`e6acre`, and the oil industry's `Moilbbl`, `Tcuft`, `MUSgal`."""
    if match := _EXPONENT.fullmatch(code):
        unit = known_unit(match[2])
        return f"{_table()['scales'][match[1]]} {unit}" if unit else None
    whole, slash, per = code.partition("/")
    letter, rest = whole[:1], whole[1:]
    scaled = rest in _table()["words"] or rest in ("cuft", "USgal", "impgal", "BTU", "scf")
    if letter in ("k", "M", "G", "T", "P", "B") and len(rest) > 2 and scaled:
        unit = known_unit(rest + slash + per)
        return f"{_table()['scales'][letter]} {unit}" if unit else None
    return None


def _metric(code: str) -> str | None:
    base, power = code, ""
    if match := _POWER.fullmatch(code):
        base, power = match[1], match[2].translate(_RAISED)
    metric = _table()["metric"]
    if base in metric["units"]:
        return _shown(base) + power
    for prefix in metric["prefixes"]:
        if base.startswith(prefix) and base[len(prefix) :] in metric["units"]:
            return ("μ" if prefix in ("u", "µ") else prefix) + _shown(base[len(prefix) :]) + power
    return None


def _shown(base: str) -> str:
    return {"l": "L", "ohm": "Ω", "W.h": "Wh"}.get(base, base)


def _per(code: str) -> str | None:
    match = _PER.fullmatch(code)
    if match is None:
        return None
    above, below = match[1], match[2]
    rates = _table()["rates"]
    if above in ("$", "£", "€", "¥", "US$"):
        return str(rates[below]) if below in rates else known_unit(below, one=True)
    left, right = known_unit(above), known_unit(below, one=True)
    if left is None or right is None:
        return None
    is_word = (above in _table()["words"] and left not in ("ft",)) or _EXPONENT.match(above) is not None
    return f"{left} per {rates[below]}" if is_word and below in rates else f"{left}/{right}"


def _product(code: str) -> str | None:
    parts = re.split(r"[.*·⋅]", code)
    units = [known_unit(part) for part in parts] if len(parts) > 1 else []
    return "⋅".join(unit or "" for unit in units) if units and all(units) else None


def _full(code: str, one: bool, american: bool) -> str | None:
    names = _table()["full"].get(code)
    name = str(names[0 if one else 1]) if names else None
    return re.sub(r"(met|lit)re", r"\1er", name) if name and american else name


def _is_short(arguments: Arguments) -> bool:
    return arguments.get("abbr", "") in ("on", "in", "values", "~")


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("units.toml").read_text(encoding="utf-8"))


def gauge(arguments: Arguments, language: str) -> str | None:
    """A railway's gauge: `{{track gauge|1435mm}}` is `1,435 mm`."""
    match = re.fullmatch(r"([0-9.,]+)\s*([A-Za-z]*)(?:([0-9./]+)\s*in)?", first(arguments))
    if match is None:
        return first(arguments) or None
    unit = known_unit(match[2] or "mm") or match[2]
    smaller = f" {match[3]} in" if match[3] else ""
    return f"{_number(match[1], {})} {unit}{smaller}"


UNITS: dict[str, Function] = {
    **dict.fromkeys(
        ("convert", "conv", "convert/spell", "converti", "convertir", "converter", "umrechnung", "konvertera",
         "conversion", "převod", "конвертировать", "конвертувати", "đổi", "chuyển đổi", "단위변환", "換算", "convert2",
         "convertx", "конвертор", "omregn"), convert),
    "cvt": shortened,
    **dict.fromkeys(("track gauge", "railgauge", "rail gauge", "track gauge/sandbox"), gauge),
}  # fmt: skip
