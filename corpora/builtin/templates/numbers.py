"""Templates that show numbers, units and dates: `{{convert}}`, `{{val}}`, `{{frac}}`, `{{as of}}`, `{{formatnum:}}`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import ClassVar

from corpora import Template, hookimpl

Arguments = Mapping[str, str]
_NUMBER = re.compile(r"[+−-]?[0-9][0-9,.\s]*(?:[eE][+-]?[0-9]+)?(?:[+⁄/-][0-9/⁄]+)*")
_PLAIN = re.compile(r"(-?)([0-9]+)(\.[0-9]+)?")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True)
class Numbers(Template):
    """Numbers with their units, fractions, dates."""

    name: ClassVar[str] = "numbers"

    def render(self, name: str, arguments: Mapping[str, str], language: str) -> str | None:
        """The text of a template that shows a number."""
        function = FUNCTIONS.get(name)
        return None if function is None else function(arguments, language)


def convert(arguments: Arguments, language: str) -> str:
    """Numbers and units as they were entered, without the conversion: `125 mph`, `5 ft 8 in`, `10–20 km`."""
    values = [value for key, value in arguments.items() if key.isdigit()]
    shown: list[str] = []
    at = 0
    while at < len(values) and _NUMBER.fullmatch(values[at]):
        number = values[at]
        follows = values[at + 1] if at + 1 < len(values) else ""
        between = _units()["between"].get(follows)
        if between is not None and at + 2 < len(values):
            shown.append(number + between)
            at += 2
            continue
        shown.append(f"{number} {_symbol(follows)}".strip())
        at += 2
        if not (_ADDED.get(follows) == (values[at + 1] if at + 1 < len(values) else "") and follows in _ADDED):
            break
        shown.append(" ")
    return "".join(shown).replace("- ", "-") if shown else _first(arguments)


_ADDED = {"ft": "in", "foot": "in", "lb": "oz", "st": "lb", "mi": "yd", "yd": "ft", "LT": "cwt", "h": "min"}
"""Units that go on in a smaller one: `{{convert|5|ft|8|in}}`."""


def _symbol(code: str) -> str:
    return str(_units()["symbols"].get(code, code))


def formatnum(arguments: Arguments, language: str) -> str:
    """A number with its thousands grouped as the language does; what is no plain number stays as it is."""
    number = _first(arguments).replace("−", "-")
    if "r" in (arguments.get("2", "").lower(), arguments.get("nosep", "").lower()):
        return number
    plain = _PLAIN.fullmatch(number)
    if plain is None:
        return number
    group, point = _separators(language)
    whole = f"{int(plain[2]):,}".replace(",", group) if len(plain[2]) > 3 else plain[2]
    return plain[1] + whole + (plain[3] or "").replace(".", point)


@cache
def _separators(language: str) -> tuple[str, str]:
    for pair, languages in _units()["grouping"].items():
        if language in languages:
            return pair[0], pair[1]
    return ",", "."


def val(arguments: Arguments, language: str) -> str:
    """A measured value: `1.5 ± 0.2 ×10^3 m`."""
    number = formatnum({"1": _first(arguments)}, language)
    error = arguments.get("2", "")
    power = arguments.get("e", "")
    unit = arguments.get("u") or arguments.get("ul") or arguments.get("up") or ""
    per = f"/{arguments['upl']}" if arguments.get("upl") else ""
    text = number + (f" ± {error.strip('()')}" if error and not arguments.get("3") else "")
    text += f"×10^{power}" if power else ""
    return f"{arguments.get('p', '')}{text} {unit}{per}{arguments.get('s', '')}".strip()


def fraction(arguments: Arguments, language: str) -> str:
    """`1/2`, `3 1/2`."""
    parts = [arguments[key] for key in ("1", "2", "3") if arguments.get(key)]
    if len(parts) == 1:
        return f"1/{parts[0]}"
    return f"{parts[0]} {parts[1]}/{parts[2]}" if len(parts) == 3 else "/".join(parts)


def as_of(arguments: Arguments, language: str) -> str:
    """`As of March 2008`, `since 2008`; in other languages than English the date alone."""
    if arguments.get("alt"):
        return arguments["alt"]
    day = date(arguments, language)
    if language not in ("en", "simple", "sco"):
        return day
    word = "since" if arguments.get("since") else "as of"
    return f"{word if arguments.get('lc') or arguments.get('bare') else word.capitalize()} {day}"


def date(arguments: Arguments, language: str) -> str:
    """A date from year, month and day, as numbers or names."""
    year, month, day = (arguments.get(key, "") for key in ("1", "2", "3"))
    if month.isdigit() and 1 <= int(month) <= 12:
        month = MONTHS[int(month) - 1] if language in ("en", "simple", "sco") else month.zfill(2)
    if not month or not year.isdigit():
        return " ".join(part for part in (year, month, day) if part)
    if language not in ("en", "simple", "sco"):
        return "-".join(part for part in (year, month, day) if part)
    if day and (arguments.get("df", "").lower() == "us" or arguments.get("mf")):
        return f"{month} {day}, {year}"
    return " ".join(part for part in (day, month, year) if part)


def percentage(arguments: Arguments, language: str) -> str:
    """The share of the first number in the second."""
    try:
        part, whole = (float(arguments[key].replace(",", "")) for key in ("1", "2"))
        digits = int(arguments.get("3", "") or 0)
        return f"{100 * part / whole:.{min(max(digits, 0), 9)}f}%"
    except (KeyError, ValueError, ZeroDivisionError, OverflowError):
        return ""


def ordinal(arguments: Arguments, language: str) -> str:
    """`1st`, `12th`."""
    number = _first(arguments)
    if not number.isdigit():
        return number
    ending = "th" if number[-2:-1] == "1" else {"1": "st", "2": "nd", "3": "rd"}.get(number[-1], "th")
    return number + ending


def height(arguments: Arguments, language: str) -> str:
    """`5 ft 8 in`, `1.8 m`."""
    pairs = [(arguments.get(key, ""), key) for key in ("ft", "in", "m", "cm")]
    return " ".join(f"{value} {unit}" for value, unit in pairs if value)


def upper(arguments: Arguments, language: str) -> str:
    """In capitals."""
    return _first(arguments).upper()


def lower(arguments: Arguments, language: str) -> str:
    """In lower case."""
    return _first(arguments).lower()


def accidental(arguments: Arguments, language: str) -> str:
    """Signs of written music."""
    return {"sharp": "♯", "#": "♯", "flat": "♭", "b": "♭", "natural": "♮"}.get(_first(arguments), "")


def _first(arguments: Arguments) -> str:
    return arguments.get("1", "")


@cache
def _units() -> dict[str, dict[str, str]]:
    return tomllib.loads(files(__package__).joinpath("units.toml").read_text(encoding="utf-8"))


FUNCTIONS: dict[str, Callable[[Arguments, str], str]] = {
    **dict.fromkeys(
        ("convert", "cvt", "conv", "convert/spell", "converti", "convertir", "converter", "umrechnung", "konvertera",
         "conversion", "převod", "конвертировать", "конвертувати", "đổi", "chuyển đổi", "단위변환", "換算"), convert),
    **dict.fromkeys(("formatnum", "nts", "ntsh", "number", "format number", "nombre", "numero", "nb", "num fmt", "fnum",
                     "formatnumber", "number table sorting", "commas", "comma", "val num", "fnumber"), formatnum),
    **dict.fromkeys(("val", "physconst"), val),
    **dict.fromkeys(("frac", "sfrac", "fraction", "frac2", "bruch", "fracción", "mfrac", "dfrac", "tfrac"), fraction),
    **dict.fromkeys(("as of", "asof", "as of?"), as_of),
    **dict.fromkeys(("date", "start date", "end date", "birth date", "death date", "film date", "dts", "start-date",
                     "birth year", "launch date", "dob", "start date text"), date),
    **dict.fromkeys(("percentage", "pct", "percent"), percentage),
    **dict.fromkeys(("ordinal", "ord", "th"), ordinal),
    **dict.fromkeys(("height",), height),
    "uc": upper,
    "lc": lower,
    "music": accidental,
}  # fmt: skip


@hookimpl
def corpora_templates() -> list[type[Template]]:
    """Offer it."""
    return [Numbers]
