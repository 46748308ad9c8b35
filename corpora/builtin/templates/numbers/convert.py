"""`{{convert}}` and related templates: numbers with the unit in which they were entered; the conversion is left out."""

from __future__ import annotations

import re

from corpora.builtin.templates.arguments import Arguments, Function, first, positional
from corpora.builtin.templates.numbers.numerals import localised, spelled_number, with_minus
from corpora.builtin.templates.numbers.units import between, canonical, full_name, is_word, known_unit, power_of_ten

_NUMBER = re.compile(
    r"[<>~]?[+−-]?(?:[0-9][0-9,.\s]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?:[+⁄/–-]{1,2}[0-9.,/⁄+]+)*|[0-9]+ [0-9]+/[0-9]+"
)
_RANGE = re.compile(r"([+−-]?[0-9.,]+)\s*(to|and|or|by|x|×|±|\+/-)\s*([+−-]?[0-9.,]+)")
_FRACTION = re.compile(r"[1-9][0-9]*/{1,2}[0-9]+|[1-9][0-9]*⁄[0-9]+")
_DIGITS = re.compile(r"[0-9]{4,}(?=\.|\Z)")
_SMALLER = {
    "ft": ("in",), "yd": ("ft", "in"), "mi": ("yd", "ft", "furlong", "chain"), "lb": ("oz",), "st": ("lb",),
    "LT": ("cwt", "qtr", "lb"), "cwt": ("qtr", "lb"), "km": ("m",), "m": ("cm",), "h": ("min",), "t": ("kg",),
    "kg": ("g",), "fathom": ("ft",), "ha": ("are",), "furlong": ("yd", "chain"), "acre": ("rood", "perch"),
    "USgal": ("USqt", "USfloz"), "impgal": ("imppt", "impfloz"), "lbf": ("ozf",), "deg": ("arcmin",),
}  # fmt: skip
"""Units that may be followed by smaller ones: `{{convert|5|ft|8|in}}`."""


def shortened(arguments: Arguments, language: str) -> str | None:
    """`{{cvt}}`, which is `{{convert}}` with abbreviations."""
    return convert({"abbr": "on", **arguments}, language)


def convert(arguments: Arguments, language: str) -> str | None:
    """Numbers and units as they were entered: `125 mph`, `5 ft 8 in`, `10–20 km`; None if a code is unknown."""
    values = _ranges_apart(positional(arguments))
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
        if at + 1 >= len(values) or canonical(values[at + 1]) not in _SMALLER.get(canonical(follows), ()):
            break
        shown.append(" ")
    if not shown:
        return None
    return localised("".join(shown), language) + _middle(arguments, values[at:])


def _ranges_apart(values: list[str]) -> list[str]:
    """The arguments; a range in the first one, `10 to 20` or `4x6`, becomes three."""
    match = _RANGE.fullmatch(values[0]) if values else None
    return [match[1], match[2], match[3], *values[1:]] if match else values


def _with_unit(number: str, code: str, arguments: Arguments) -> str | None:
    """One number with its unit."""
    if arguments.get("disp") == "number":
        return _number(number, arguments)
    if arguments.get("disp") == "unit":
        return known_unit(code)
    unit = _unit(number, code, arguments)
    if unit is None:
        return None
    text = _number(number, arguments)
    if code[:1] in "$£€¥":
        return f"{code[0]}{text} per {unit}"
    if unit == "Mach":
        return f"Mach {text}"
    power, _ = power_of_ten(code)
    if power and _is_short(arguments):
        return f"{text}×10^{with_minus(str(power))} {unit}"
    if unit in ("%", "°", "′", "″") or unit.startswith("/"):
        return text + unit
    if _is_adjective(arguments) and not _is_short(arguments) and unit.replace(" ", "").isalpha() and unit.isascii():
        return f"{text}-{unit.replace(' ', '-')}"
    return f"{text} {unit}"


def _unit(number: str, code: str, arguments: Arguments) -> str | None:
    """The unit in the form that the number and the options require."""
    adjective, short = _is_adjective(arguments), _is_short(arguments)
    one = adjective or number in ("1", "-1", "−1") or _FRACTION.fullmatch(number) is not None
    if short:
        _, code = power_of_ten(code)
        return known_unit(code, one=one and is_word(code), short=True)
    spelled = adjective or _is_spelled(arguments) or canonical(code).startswith("/")
    unit = (full_name(code, one=one) if spelled else None) or known_unit(code, one=one)
    return re.sub(r"(met|lit)re", r"\1er", unit) if unit and arguments.get("sp") == "us" else unit


def _is_adjective(arguments: Arguments) -> bool:
    return arguments.get("adj", "").lower() in ("on", "1", "mid")


def _is_spelled(arguments: Arguments) -> bool:
    return arguments.get("spell", "").lower() in ("in", "on") or arguments.get("abbr", "") in ("off", "none")


def _is_short(arguments: Arguments) -> bool:
    return arguments.get("abbr", "") in ("on", "in", "values", "~", "comma")


def _number(number: str, arguments: Arguments) -> str:
    """A number as the page shows it: thousands grouped, mixed fractions with a space, ranges with a dash."""
    if arguments.get("spell", "").lower() in ("in", "on") and (words := spelled_number(number.strip())):
        return words[0].upper() + words[1:] if arguments["spell"][0].isupper() else words
    number = number.strip().rstrip(",")
    mantissa, e, power = re.sub(r"//", "/", number).lower().partition("e")
    if e:
        return f"{with_minus(mantissa)}×10^{with_minus(str(int(power)))}"
    number = with_minus(number)
    if "/" in number or "⁄" in number:
        return number.replace("//", "/").replace("⁄", "/").replace("+", " ").replace("-", " ").strip()
    number = number[0] + number[1:].replace("-", "–")
    return number if arguments.get("comma") in ("off", "gaps") else _DIGITS.sub(_grouped, number)


def _grouped(digits: re.Match[str]) -> str:
    before = digits.string[digits.start() - 1 : digits.start()]
    return digits[0] if before in (".", ",") and before else f"{int(digits[0]):,}"


def _middle(arguments: Arguments, rest: list[str]) -> str:
    """The text that `adj=mid` puts after the unit: `-long`, `-tall`."""
    if arguments.get("adj", "").lower() != "mid":
        return ""
    word = next(
        (value for value in rest if re.fullmatch(r"-?[A-Za-z][A-Za-z -]+", value) and not known_unit(value)), ""
    )
    return word if word.startswith("-") else " " + word if word else ""


def gauge(arguments: Arguments, language: str) -> str | None:
    """A railway's gauge: `{{track gauge|1435mm}}` is `1,435 mm`."""
    width = _GAUGES.get(first(arguments).lower(), first(arguments))
    match = re.fullmatch(r"([0-9.,]+)\s*([A-Za-z]*)(?:([0-9./+]+)\s*in)?", width)
    if match is None:
        return width or None
    unit = known_unit(match[2] or "mm") or match[2]
    smaller = f" {match[3].replace('.5', ' 1/2').replace('+', ' ')} in" if match[3] else ""
    return f"{_number(match[1], {})} {unit}{smaller}"


_GAUGES = {
    **dict.fromkeys(("standard", "sg", "std", "1435"), "1435mm"),
    **dict.fromkeys(("ussg", "uksg"), "4ft8.5in"),
    **dict.fromkeys(("metre", "meter"), "1000mm"), **dict.fromkeys(("cape",), "3ft6in"),
    **dict.fromkeys(("russian", "1520"), "1520mm"), **dict.fromkeys(("iberian",), "1668mm"),
    **dict.fromkeys(("indian",), "5ft6in"), **dict.fromkeys(("irish", "victorian"), "5ft3in"),
}  # fmt: skip
"""Gauges that have a name."""
CONVERTERS: dict[str, Function] = {
    **dict.fromkeys(
        ("convert", "conv", "convert/spell", "converti", "convertir", "converter", "conversie", "umrechnung",
         "konvertera", "conversion", "převod", "конвертировать", "конвертувати", "đổi", "chuyển đổi", "단위변환",
         "換算", "convert2", "convertx", "конвертор", "omregn", "converteix", "omreken", "muunna", "przelicz",
         "dönüştür"), convert),
    "cvt": shortened,
    **dict.fromkeys(("track gauge", "railgauge", "rail gauge", "track gauge/sandbox"), gauge),
}  # fmt: skip
