"""Numbers in other guises: spelled out in English, and Roman."""

from __future__ import annotations

import re

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_THOUSANDS = ((1_000_000_000, "billion"), (1_000_000, "million"), (1000, "thousand"), (100, "hundred"))
ROMAN = re.compile(r"m{0,3}(?:cm|cd|d?c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})", re.IGNORECASE)


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


def is_roman(text: str) -> bool:
    """Whether a text is a Roman numeral, in either case."""
    return bool(text) and ROMAN.fullmatch(text) is not None
