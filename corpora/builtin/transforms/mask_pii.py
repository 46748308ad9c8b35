"""A transform that masks personal data: e-mail addresses, phone numbers, IP addresses, IBANs."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from importlib.util import find_spec
from typing import ClassVar

from numpy.random import Generator

from corpora import OptionError, TextTransform, Transform, hookimpl, option

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
SEPARATOR = "[ \u00a0\u202f-]"
IBAN = re.compile(
    rf"(?<!\w)[A-Za-z]{{2}}\d{{2}}(?:{SEPARATOR}?[A-Za-z0-9]{{4}}){{2,7}}(?:{SEPARATOR}?[A-Za-z0-9]{{1,3}})?(?!\w)",
    re.ASCII,
)
LAST_GROUP = re.compile(f"{SEPARATOR}[A-Za-z0-9]*$")
OTHER_NUMBER = re.compile(r"\bIS[BSM]N(?:-1[03])?:?\s*$", re.IGNORECASE)
"""What is in front of a number that is not a telephone's."""
DIGIT = re.compile(r"\d")
LABEL_CHARACTERS = 16
LIBRARIES = {"phone": "phonenumbers", "iban": "stdnum"}
KINDS = ("email", "iban", "ip", "phone")


@dataclass(frozen=True)
class MaskPii(TextTransform):
    """Replace e-mail addresses, IBANs, IP addresses and phone numbers by [EMAIL], [IBAN], [IP] and [PHONE].

    A phone number counts if it is valid in its country (library phonenumbers), an IBAN if its check digits are right
    (python-stdnum). Four numbers with dots count as an IP address, even if they are a section number.
    """

    name: ClassVar[str] = "mask-pii"
    version: ClassVar[int] = 2
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
        if "@" in sentence and "email" in self.kinds:
            sentence = EMAIL.sub("[EMAIL]", ASCII_EMAIL.sub("[EMAIL]", sentence))
        if not DIGIT.search(sentence) and "::" not in sentence:
            return sentence
        if "iban" in self.kinds:
            sentence = IBAN.sub(_without_iban, sentence)
        if "ip" in self.kinds:
            sentence = IPV4.sub(_without_ip, IPV6.sub(_without_ip, sentence))
        return self._without_phones(sentence) if "phone" in self.kinds else sentence

    def _without_phones(self, sentence: str) -> str:
        import phonenumbers

        if "+" not in sentence and "＋" not in sentence and not self.region:
            return sentence
        found = list(phonenumbers.PhoneNumberMatcher(sentence, self.region or None))
        for match in reversed(found):
            if OTHER_NUMBER.search(sentence, max(0, match.start - LABEL_CHARACTERS), match.start):
                continue
            sentence = f"{sentence[: match.start]}[PHONE]{sentence[match.end :]}"
        return sentence


def _without_iban(match: re.Match[str]) -> str:
    """Mask the match if it is an IBAN or begins with one; words of four letters after it look like more groups."""
    from stdnum import iban

    text = match[0]
    while text:
        if iban.is_valid(text, check_country=False):
            return f"[IBAN]{match[0][len(text) :]}"
        shorter = LAST_GROUP.sub("", text)
        text = shorter if shorter != text else ""
    return match[0]


def _without_ip(match: re.Match[str]) -> str:
    """Mask the match if it is an address with a digit; `::1` and names such as `face::cafe` are kept."""
    try:
        ipaddress.ip_address(match[0])
    except ValueError:
        return match[0]
    is_one = sum(map(str.isalnum, match[0])) >= 3 and DIGIT.search(match[0])
    return "[IP]" if is_one else match[0]


def _regions() -> frozenset[str]:
    import phonenumbers

    return frozenset(phonenumbers.SUPPORTED_REGIONS)


@hookimpl
def corpora_transforms() -> list[type[Transform]]:
    """Offer the transform."""
    return [MaskPii]
