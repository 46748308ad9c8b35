"""A transform that masks personal data: e-mail addresses, phone numbers, IP addresses, IBANs."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import ClassVar

from numpy.random import Generator

from corpora import OptionError, TextTransform, Transform, hookimpl, option

EMAIL = re.compile(r"(?<![\w.+%-])[\w+%'-][\w.+%'-]{0,63}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,63}(?![\w-])")
IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\w)", re.ASCII)
IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:\.\d{1,3}){0,3}(?![\w:])", re.ASCII)
IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)", re.ASCII)
DIGIT = re.compile(r"\d")
LIBRARIES = {"phone": "phonenumbers", "iban": "stdnum"}
KINDS = ("email", "iban", "ip", "phone")


@dataclass(frozen=True)
class MaskPii(TextTransform):
    """Replace e-mail addresses, IBANs, IP addresses and phone numbers by [EMAIL], [IBAN], [IP] and [PHONE].

    A phone number counts if it is valid in its country (library phonenumbers), an IBAN if its check digits are right
    (python-stdnum). Four numbers with dots count as an IP address, also where they number a section.
    """

    name: ClassVar[str] = "mask-pii"
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
        """The sentence with a placeholder for each."""
        if "@" in sentence and "email" in self.kinds:
            sentence = EMAIL.sub("[EMAIL]", sentence)
        if not DIGIT.search(sentence) and "::" not in sentence:
            return sentence
        if "iban" in self.kinds:
            sentence = IBAN.sub(_checked("[IBAN]", _is_iban), sentence)
        if "ip" in self.kinds:
            sentence = IPV4.sub(_checked("[IP]", _is_ip), sentence)
            sentence = IPV6.sub(_checked("[IP]", _is_ip), sentence)
        return self._without_phones(sentence) if "phone" in self.kinds else sentence

    def _without_phones(self, sentence: str) -> str:
        import phonenumbers

        if "+" not in sentence and "＋" not in sentence and not self.region:
            return sentence
        found = list(phonenumbers.PhoneNumberMatcher(sentence, self.region or None))
        for match in reversed(found):
            sentence = f"{sentence[: match.start]}[PHONE]{sentence[match.end :]}"
        return sentence


def _checked(mask: str, is_one: Callable[[str], bool]) -> Callable[[re.Match[str]], str]:
    """A replacement that leaves what only looks like one."""
    return lambda match: mask if is_one(match[0]) else match[0]


def _is_iban(text: str) -> bool:
    from stdnum import iban

    return bool(iban.is_valid(text))


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return sum(map(str.isalnum, text)) >= 3


def _regions() -> frozenset[str]:
    import phonenumbers

    return frozenset(phonenumbers.SUPPORTED_REGIONS)


@hookimpl
def corpora_transforms() -> list[type[Transform]]:
    """Offer the transform."""
    return [MaskPii]
