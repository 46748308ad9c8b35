"""Templates that show numbers, such as `{{formatnum:}}`, `{{val}}`, `{{frac}}`, and those with units or money."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from corpora import Template, hookimpl
from corpora.builtin.templates.arguments import (
    ENGLISH,
    Arguments,
    Function,
    call,
    filled,
    first,
    has,
    one_of,
    positional,
)
from corpora.builtin.templates.numbers.convert import CONVERTERS
from corpora.builtin.templates.numbers.money import MONEY
from corpora.builtin.templates.numbers.numerals import as_roman, grouped, in_words, with_minus
from corpora.builtin.templates.numbers.units import between, unit_symbol
from corpora.builtin.templates.places import PLACES

_TIGHT = ("%", "°", "′", "″", "'", '"')
"""Units written without a space after the number."""


@dataclass(frozen=True)
class Numbers(Template):
    """Numbers with their units, currencies and fractions."""

    name: ClassVar[str] = "numbers"
    version: ClassVar[int] = 7

    def knows(self, name: str, language: str) -> bool:
        """Whether a template of this name may be one of its own."""
        return has(FUNCTIONS, name, language)

    def render(self, name: str, arguments: Mapping[str, str], language: str) -> str | None:
        """The text of a template that shows a number."""
        return call(FUNCTIONS, name, arguments, language)


def formatnum(arguments: Arguments, language: str) -> str | None:
    """A number with thousands grouped as in the language; any other text unchanged."""
    number = first(arguments).replace("−", "-")
    if "r" in (arguments.get("2", "").lower(), arguments.get("nosep", "").lower()):
        return number.replace(",", "")
    return grouped(number, language)


def unchanged(arguments: Arguments, language: str) -> str | None:
    """The text given: German `{{arS|…}}`, a text in Arabic, is not an amount in the currency `ARS`."""
    return first(arguments) or None


def formula(arguments: Arguments, language: str) -> str | None:
    """`{{chem|SO|4|2-}}` and `{{chem2|SO4(2-)}}` are `SO4²⁻`, `{{chem2|C_{n}H_{2n}}}` is `CnH2n`."""
    text = "".join(raised(part) if _CHARGE.fullmatch(part) else part for part in filled(arguments))
    if "{" in text:
        text = re.sub(r"\^\{([^{}]*)\}", lambda match: raised(match[1]), re.sub(r"_\{([^{}]*)\}", r"\1", text))
    text = _ARROW.sub(lambda match: _ARROWS[match[0]], text)
    return re.sub(r"\((\d?[+−-])\)", lambda match: raised(match[1]), text) or None


def number(arguments: Arguments, language: str) -> str | None:
    """A number and the unit or thing counted: French `{{nombre|12500|km}}`, Russian `{{num|5|км}}`."""
    values = filled(arguments)
    if not values:
        return None
    shown = _spaced(values[0], language) if values[0].replace(" ", "").isdigit() else values[0]
    return " ".join((shown, *values[1:]))


def quantity(arguments: Arguments, language: str) -> str | None:
    """A number, then units and exponents in turn: `{{unité|100|km|2}}` is `100 km²`, `{{unité|5|m||s|-1}}`."""
    values = positional(arguments)
    if not values or not values[0]:
        return None
    values[0], _, exponent = values[0].partition("e")
    exponent = arguments.get("e") or exponent
    power = f" × 10^{with_minus(exponent)}" if exponent else ""
    others = (f" {word} {_spaced(arguments[word], language)}" for word in _SECOND if arguments.get(word))
    text = _spaced(values[0], language) + "".join(others) + power
    at = 1
    while at < len(values):
        unit, exponent = values[at], values[at + 1] if at + 1 < len(values) else ""
        is_exponent = re.fullmatch(r"[-−]?[0-9]", exponent) is not None
        if unit:
            space = "" if unit in _TIGHT[1:] or unit[0] == "/" else " "
            text += space + unit + (raised(exponent) if is_exponent else "")
        at += 2 if is_exponent or not exponent else 1
    return text


_CHARGE = re.compile(r"\d[+−-]")
_ARROWS = {"<->": "↔", "<=>": "⇌", "->": "→", "<-": "←"}
_ARROW = re.compile(r"(?<= )(?:<->|<=>|->|<-)(?= )")
_SECOND = ("à", "et", "ou", "par", "×", "-", "–")
"""Named arguments of `{{unité}}` with the second number: `{{unité|5|à=10|km}}`."""


def _spaced(number: str, language: str) -> str:
    """A number whose thousands may already be separated by spaces."""
    bare = number.replace(" ", "")
    return grouped(bare if bare.isdigit() else number, language)


_RAISED = str.maketrans("0123456789-−+n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁺ⁿ")


def raised(digits: str) -> str:
    """Digits as superscripts."""
    return digits.translate(_RAISED)


def val(arguments: Arguments, language: str) -> str | None:
    """A measured value with its range or uncertainty: `10–20 km`, `1.5 ± 0.2 s`, `6.2×10^18`."""
    values = filled(arguments)
    if not values and not arguments.get("e"):
        return None
    if arguments.get("fmt") == "none" or (language in ENGLISH and arguments.get("fmt") != "commas"):
        language = _UNGROUPED  # gaps between digits are only a style, and in no text that is copied
    text = _with_uncertainty(values, language) if values else ""
    power = arguments.get("e", "").replace("−", "-")
    if power:
        text = f"({text})" if "±" in text and " " in text else text
        text += ("×" if text else "") + f"10^{with_minus(power)}"
    unit = _val_unit(arguments)
    space = "" if unit.startswith(_TIGHT) and unit not in ("°C", "°F") else " "
    shown = f"{one_of(arguments, 'p', 'pre')}{text}{space if unit else ''}{unit}"
    return shown + one_of(arguments, "s", "end", "suf")


def _with_uncertainty(values: list[str], language: str) -> str:
    text, at = _shown(values[0], language), 1
    while at + 1 < len(values) and (word := between(values[at])) is not None:
        text += word + _shown(values[at + 1], language)
        at += 2
    rest = values[at:]
    if len(rest) == 1 and rest[0].startswith("("):
        return text + rest[0]
    if len(rest) == 1:
        return f"{text} ± {_shown(rest[0], language)}"
    if len(rest) >= 2:
        return f"{text} +{rest[0].lstrip('+')} −{rest[1].lstrip('-−')}"
    return text


def _shown(number: str, language: str) -> str:
    """A number of `{{val}}`, with `e` as a power of ten."""
    mantissa, e, power = number.lower().partition("e")
    if e and power.lstrip("+-−").isdigit():
        return f"{_shown(mantissa, language)}×10^{with_minus(power.lstrip('+'))}"
    return with_minus(number if language == _UNGROUPED else grouped(number, language))


_UNGROUPED = "none"
"""Marks a language that does not group digits."""


def _val_unit(arguments: Arguments) -> str:
    unit, per = one_of(arguments, "u", "ul"), one_of(arguments, "up", "upl")
    shown = unit_symbol(unit) if unit else ""
    return f"{shown}/{unit_symbol(per)}" if per else shown


def fraction(arguments: Arguments, language: str) -> str | None:
    """`1/2`, `3 1/2`; `{{frac|3}}` is `1/3`."""
    parts = [value for value in positional(arguments)[:3] if value]
    if not parts:
        return None
    if len(parts) == 1:
        return f"1/{parts[0]}"
    return f"{parts[0]} {parts[1]}/{parts[2]}" if len(parts) == 3 else "/".join(parts)


def measure(arguments: Arguments, language: str) -> str | None:
    """Italian `{{M|100|ul=km2}}` is `100 km²`, `{{M|5|-|7|u=m}}` is `5-7 m`."""
    values = filled(arguments)
    if not values:
        return None
    if len(values) > 2 and values[1] in ("-", "–", "/", "x", "×", "a", "e"):
        joint = f" {values[1]} " if values[1] in ("a", "e", "x", "×") else values[1]
        text, rest = f"{grouped(values[0], language)}{joint}{grouped(values[2], language)}", values[3:]
    else:
        text, rest = grouped(values[0], language), values[1:]
    power = f"×10^{arguments['e']}" if arguments.get("e") else ""
    unit = one_of(arguments, "ul", "u", "um") or "".join(rest[:1])
    return f"{text}{power} {unit_symbol(unit)}".strip()


def temperature(arguments: Arguments, language: str) -> str | None:
    """French `{{tmp|12|C}}` is `12 °C`."""
    value, unit = first(arguments), arguments.get("2", "C")
    return f"{value} {'°' if unit in ('C', 'F') else ''}{unit}" if value else None


def spanish_ordinal(arguments: Arguments, language: str) -> str | None:
    """`{{ord|3|.º}}` is `3.º`, `{{ord|2|a}}` is `2.ª`."""
    ending = arguments.get("2", "o").strip(".")
    ending = {"a": "ª", "o": "º", "": "º"}.get(ending, ending)
    return f"{first(arguments)}.{ending}" if first(arguments) else None


def percentage(arguments: Arguments, language: str) -> str | None:
    """The first number as a percentage of the second: `{{percentage|1|4}}` is `25%`."""
    try:
        part, whole = (float(arguments[key].replace(",", "")) for key in ("1", "2"))
        digits = int(arguments.get("3", "") or 0)
        return f"{100 * part / whole:.{min(max(digits, 0), 9)}f}%"
    except (KeyError, ValueError, ZeroDivisionError, OverflowError):
        return None


def density(arguments: Arguments, language: str) -> str | None:
    """Population per area: `{{pop density|500|10|km2}}` is `50/km²`."""
    try:
        people, area = (float(arguments[key].replace(",", "")) for key in ("1", "2"))
        digits = int(arguments.get("prec", "") or (0 if people / area >= 10 else 1))
        return f"{people / area:,.{min(max(digits, 0), 9)}f}/{unit_symbol(arguments.get('3', 'km2'))}"
    except (KeyError, ValueError, ZeroDivisionError, OverflowError):
        return None


def ordinal(arguments: Arguments, language: str) -> str | None:
    """`1st`, `12th`."""
    number = first(arguments)
    if language not in ENGLISH:
        return None
    if not number.isdigit():
        return number or None
    ending = "th" if number[-2:-1] == "1" else {"1": "st", "2": "nd", "3": "rd"}.get(number[-1], "th")
    return number + ending


def plus_minus(arguments: Arguments, language: str) -> str | None:
    """`±5`, or `+5 −3` with two numbers."""
    values = filled(arguments)
    if len(values) == 2:
        return f"+{values[0]} −{values[1]}"
    return f"±{values[0]}" if values else "±"


def stacked(arguments: Arguments, language: str) -> str | None:
    """Superscript and subscript together: `{{su|p=2|b=1}}`."""
    parts = (arguments.get("a", ""), one_of(arguments, "p", "sup", "1"), one_of(arguments, "b", "sub", "2"))
    return "".join(parts) or None


def spelled(arguments: Arguments, language: str) -> str | None:
    """`{{spellnum|12}}` is `twelve`."""
    number = first(arguments).replace(",", "")
    return in_words(int(number)) if number.isdigit() and language in ENGLISH else None


def roman(arguments: Arguments, language: str) -> str | None:
    """`{{roman|14}}` is `XIV`."""
    number = first(arguments)
    return as_roman(int(number)) if number.isdigit() and 0 < int(number) < 4000 else number or None


def length_of_time(arguments: Arguments, language: str) -> str | None:
    """`{{duration|m=3|s=5}}` is `3:05`."""
    if re.fullmatch(r"[0-9]{1,2}(?::[0-9]{2}){1,2}", first(arguments)):
        return first(arguments)
    hours, minutes, seconds = (one_of(arguments, *keys) for keys in (("h", "1"), ("m", "2"), ("s", "3")))
    if not (minutes or seconds) or not all(part.isdigit() for part in (hours, minutes, seconds) if part):
        return None
    parts = [part.zfill(2) if part else "00" for part in ((hours, minutes, seconds) if hours else (minutes, seconds))]
    return ":".join((str(int(parts[0])), *parts[1:]))


def power_of_ten(arguments: Arguments, language: str) -> str | None:
    """`×10^5`, as `{{e|5}}` shows after a number."""
    return f"×10^{with_minus(first(arguments))}" if first(arguments) else None


def height(arguments: Arguments, language: str) -> str | None:
    """`5 ft 8 in`, `1.8 m`."""
    pairs = [(arguments.get(key, ""), key) for key in ("ft", "in", "m", "cm")]
    return " ".join(f"{value} {unit}" for value, unit in pairs if value) or None


def _named(function: Function, *names: str) -> dict[str, Function]:
    return dict.fromkeys(names, function)


FUNCTIONS: dict[str, dict[str, Function]] = {
    "any": {
        **CONVERTERS, **MONEY, **PLACES,
        **_named(formatnum, "formatnum", "nts", "number", "format number", "fmtn", "nb", "num fmt",
                 "fnum", "formatnumber", "number table sorting", "commas", "comma", "val num", "fnumber", "formatnum2",
                 "format price", "formatprice", "formatted number", "μονάδα"),
        **_named(val, "val", "physconst", "valor"),
        **_named(fraction, "frac", "fract", "vulgar fraction", "vfrac", "sfrac", "fraction", "frac2", "bruch",
                 "fracción", "mfrac", "dfrac", "tfrac",
                 "frazione", "fraz", "fração", "breuk", "fracció"),
        **_named(formula, "chem", "chem2", "simplechem"),
        **_named(percentage, "percentage", "pct", "percent"),
        **_named(density, "pop density", "population density", "density"),
        **_named(ordinal, "ordinal", "ord", "th", "nth"),
        **_named(plus_minus, "±", "+-", "plusminus", "plus-minus", "plus or minus", "pm"),
        **_named(stacked, "su", "sup sub", "subsup", "apici e pedici"),
        **_named(power_of_ten, "e", "x10^", "e10", "10x"),
        **_named(height, "height"),
        **_named(spelled, "spellnum", "spell number", "number to word", "num2word", "numtext", "spell",
                 "spelled number"),
        **_named(roman, "roman", "romannum", "rn", "roman numeral"),
        **_named(quantity, "unité", "unité/2", "unidad", "unitats", "unitat", "unidade", "unit", "einheit", "enhet"),
        **_named(number, "nombre", "num", "nums", "число", "значение", "liczba", "wartość"),
    },
    "fr": _named(quantity, "unité", "unite", "unit")
    | _named(temperature, "tmp", "température") | _named(number, "nombre", "nb", "nobr nb"),
    "en": _named(length_of_time, "duration"), "de": _named(unchanged, "ars") | _named(formatnum, "zahl"),
    "pt": _named(number, "fmtn"), "hu": _named(formatnum, "szám", "formázottszám"),
    "it": _named(formatnum, "nf") | _named(measure, "m"),
    "es": _named(spanish_ordinal, "ord") | _named(formatnum, "número"),
}  # fmt: skip


@hookimpl
def corpora_templates() -> list[type[Template]]:
    """Offer it."""
    return [Numbers]
