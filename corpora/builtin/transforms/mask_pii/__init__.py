"""A transform that masks personal data: e-mail addresses, phone numbers, IP addresses, IBANs."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import ClassVar

from numpy.random import Generator

from corpora import OptionError, TextTransform, Transform, hookimpl, option
from corpora.builtin.transforms.mask_pii.ibans import iban_spans
from corpora.builtin.transforms.mask_pii.phones import phone_spans

UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ua4cf\uac00-\ud7af\uff00-\uffef"
"""Scripts written without spaces, or with particles attached to foreign words, as a class of characters."""
ASCII_EMAIL = re.compile(
    rf"(?:(?<![\w+%-])|(?<=[{UNSPACED}]))[A-Za-z0-9_+%'-][A-Za-z0-9_.+%'-]{{0,63}}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\.)+(?:xn--[A-Za-z0-9-]{1,59}|[A-Za-z]{2,63})"
    rf"(?:(?![\w-])|(?=[{UNSPACED}]))"
)
"""Found first, so that Chinese or Korean text that touches an address stays."""
EMAIL = re.compile(
    r"(?<![\w+%-])[\w+%'-][\w.+%'-]{0,63}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+"
    r"(?:xn--[a-z0-9-]{1,59}|[^\W\d_]{2,63})(?![\w-])"
)
IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\w)", re.ASCII)
IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:\.\d{1,3}){0,3}(?![\w:])", re.ASCII)
DIGIT = re.compile(r"\d")
FULL_WIDTH = re.compile("[\uff01-\uff5e\ufe6b\u3000]")
HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0xFE6B: "@", 0x3000: " "}
"""ASCII for the wide characters of Chinese and Japanese keyboards, one for one."""
LIBRARIES = {"phone": "phonenumbers", "iban": "stdnum"}
FOUND = "\0"
"""Stands for each character of what was found."""
Span = tuple[int, int]
KINDS = ("email", "iban", "ip", "phone")


@dataclass(frozen=True)
class MaskPii(TextTransform):
    """Replace e-mail addresses, IBANs, IP addresses and phone numbers by [EMAIL], [IBAN], [IP] and [PHONE].

    A phone number counts if it is valid in its country (library phonenumbers) and has a +, is divided into groups as
    that country does, or is behind a word such as tel or call: 2147483647 alone is a number. An IBAN counts if its
    check digits are right (python-stdnum). Four numbers with dots are an IP address, even if they number a section.
    """

    name: ClassVar[str] = "mask-pii"
    version: ClassVar[int] = 3
    uses: ClassVar[tuple[str, ...]] = ("phonenumbers", "python-stdnum")

    kinds: tuple[str, ...] = option(KINDS, "What to mask: email, iban, ip, phone.")
    region: str = option(
        "", "Country whose phone numbers are also found without +, such as US or DE; empty for numbers with + only."
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        unknown = [kind for kind in self.kinds if kind not in KINDS]
        if unknown:
            raise OptionError(f"mask-pii: kinds is {unknown[0]!r}; it must be some of {', '.join(KINDS)}")
        missing = [LIBRARIES[kind] for kind in self.kinds if kind in LIBRARIES and find_spec(LIBRARIES[kind]) is None]
        if missing:
            raise OptionError(f"mask-pii needs {missing[0]}, which is not installed; pip install 'transferset[pii]'")
        if self.region and self.region not in _regions():
            raise OptionError(f"mask-pii: unknown region {self.region!r}; use a code of two capitals, such as US or DE")

    def rewrite(self, sentence: str, rng: Generator) -> str:
        """The sentence with placeholders for personal data."""
        text = sentence.translate(HALF_WIDTH) if FULL_WIDTH.search(sentence) else sentence
        if "@" not in text and "::" not in text and not DIGIT.search(text):
            return sentence
        found: list[tuple[int, int, str]] = []
        for kind in KINDS:
            spans = list(self._find(kind, text)) if kind in self.kinds else []
            found += [(start, end, kind) for start, end in spans]
            text = _blanked(text, spans)
        for start, end, kind in sorted(found, reverse=True):
            sentence = f"{sentence[:start]}[{kind.upper()}]{sentence[end:]}"
        return sentence

    def _find(self, kind: str, text: str) -> Iterator[Span]:
        """Where the personal data of one kind is."""
        if kind == "phone":
            return phone_spans(text, self.region)
        return {"email": _email_spans, "iban": iban_spans, "ip": _ip_spans}[kind](text)


def _email_spans(text: str) -> Iterator[Span]:
    if "@" not in text:
        return
    ascii_spans = [match.span() for match in ASCII_EMAIL.finditer(text)]
    yield from ascii_spans
    yield from (match.span() for match in EMAIL.finditer(_blanked(text, ascii_spans)))


def _ip_spans(text: str) -> Iterator[Span]:
    """Addresses with a digit; `::1` and names such as `face::cafe` are not counted."""
    spans = [match.span() for match in IPV6.finditer(text) if _is_ip(match[0])] if text.count(":") > 1 else []
    yield from spans
    yield from (match.span() for match in IPV4.finditer(_blanked(text, spans)) if _is_ip(match[0]))


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return sum(map(str.isalnum, text)) >= 3 and bool(DIGIT.search(text))


def _blanked(text: str, spans: list[Span]) -> str:
    """A text of the same length, with what was found blanked out."""
    for start, end in spans:
        text = f"{text[:start]}{FOUND * (end - start)}{text[end:]}"
    return text


def _regions() -> frozenset[str]:
    import phonenumbers

    return frozenset(phonenumbers.SUPPORTED_REGIONS)


@hookimpl
def corpora_transforms() -> list[type[Transform]]:
    """Offer the transform."""
    return [MaskPii]
