"""Write numbers: with grouped digits, in English words, and in Roman numerals."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_THOUSANDS = ((1_000_000_000, "billion"), (1_000_000, "million"), (1000, "thousand"), (100, "hundred"))
ROMAN = re.compile(r"m{0,3}(?:cm|cd|d?c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})", re.IGNORECASE)

_ENGLISH = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})*(?:\.[0-9]+)?(?![0-9])")
_PLAIN = re.compile(r"([-−+]?)([0-9][0-9,]*)(\.[0-9]+)?(.*)", re.DOTALL)


def grouped(number: str, language: str) -> str:
    """The text with its leading digits grouped as in the language: `12500.5 m` is `12,500.5 m`."""
    plain = _PLAIN.fullmatch(number)
    if plain is None or ("," in plain[2] and len(plain[2].split(",")[-1]) != 3):
        return number
    group, point = separators(language)
    digits = plain[2].replace(",", "")
    whole = f"{int(digits):,}".replace(",", group) if len(digits) > ungrouped(language) else digits
    return plain[1] + whole + (plain[3] or "").replace(".", point) + plain[4]


def with_minus(number: str) -> str:
    """The number with a minus sign in place of a leading hyphen, as templates show it."""
    return "−" + number[1:] if (number[:1] == "-" and number[1:2].isnumeric()) or number[:2] == "-." else number


def localised(text: str, language: str) -> str:
    """The text with English number separators replaced by those of the language."""
    group, point = separators(language)
    if (group, point) == (",", "."):
        return text
    return _ENGLISH.sub(lambda match: match[0].translate({ord(","): group, ord("."): point}), text)


@cache
def separators(language: str) -> tuple[str, str]:
    """The thousands separator and the decimal mark of a language."""
    for pair, languages in _table()["grouping"].items():
        if language in languages:
            return pair[0], pair[1]
    return ",", "."


@cache
def ungrouped(language: str) -> int:
    """The most digits that a language leaves ungrouped."""
    return 4 if language in _table()["five"]["languages"] else 3


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("data", "numbers.toml").read_text(encoding="utf-8"))


_MIXED = re.compile(r"([-−]?)(?:(\d[\d,]*)(?:[+ ]|(?=\.)|\Z))?(?:\.(\d+)|(\d+)/{1,2}(\d+))?")
_PARTS = {2: "half", 3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth", 9: "ninth",
          10: "tenth", 12: "twelfth", 16: "sixteenth", 32: "thirty-second"}  # fmt: skip


def spelled_number(number: str) -> str | None:
    """A number with a decimal or mixed fraction in English words: `one point five`, `two and a half`, `one-half`."""
    match = _MIXED.fullmatch(number)
    if match is None or not number:
        return None
    minus, whole, decimals, above, below = match.groups(default="")
    text = in_words(int(whole.replace(",", ""))) if whole else "zero" if decimals else ""
    if decimals:
        text += " point " + " ".join(_ONES[int(digit)] for digit in decimals)
    elif below:
        part = _PARTS.get(int(below))
        if part is None or int(above) == 0:
            return None
        share = f"{in_words(int(above))}-{part}{'' if int(above) == 1 else 's'}".replace("halfs", "halves")
        text = f"{text} and {share.replace('one-', 'a ', 1) if int(above) == 1 else share}" if whole else share
    return f"negative {text}" if minus and text else text or None


def in_words(number: int, *, capital: bool = False) -> str:
    """A number below 10^12 in English words: `forty-two`, `one hundred and five`."""
    text = _words(number) if number < 10**12 else f"{number:,}"
    return text.capitalize() if capital else text


def _words(number: int) -> str:
    if number < 20:
        return _ONES[number]
    if number < 100:
        return _TENS[number // 10] + (f"-{_ONES[number % 10]}" if number % 10 else "")
    size, name = next((size, name) for size, name in _THOUSANDS if number >= size)
    rest = number % size
    joint = " and " if rest and rest < 100 else " "
    return f"{_words(number // size)} {name}" + (joint + _words(rest) if rest else "")


_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
    (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip


def as_roman(number: int) -> str:
    """A number from 1 to 3999 in Roman numerals."""
    text = ""
    for size, letters in _ROMAN:
        text += letters * (number // size)
        number %= size
    return text


def is_roman(text: str) -> bool:
    """Whether a text is a Roman numeral, in either case."""
    return bool(text) and ROMAN.fullmatch(text) is not None
