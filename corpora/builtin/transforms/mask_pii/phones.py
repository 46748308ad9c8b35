"""Find phone numbers: with a country code, in the groups of a region, or behind a word such as *tel*."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phonenumbers import PhoneNumberMatch

WORDS = (
    r"tel(?:e(?:ph|f)\w*)?|t[eé]l(?:[eé](?:ph|f)\w*)?|τηλ(?:έφωνο)?|тел(?:ефону?|еф)?|puh(?:elin)?|ph|phon(?:es?|ed|ing)|"
    r"(?:smart|mobile|cell)phone|mob(?:ile|il)?|m[oó]vil|celular|cell(?:ulare)?|telem[oó]vel|моб(?:ильный)?|tlf|tfn|telp|"
    r"(?:tele)?fax|факс|sms|texted|whatsapp|viber|hotline|helpline|call(?:s|ing)?|dial(?:s|l?ed)?|r[ai]ng|"
    r"anruf(?:en)?|ruf(?:en|nummer)|appel(?:er|ez|le)|llam(?:ar|a|e|en)|chiam(?:are|a|i|ate)|lig(?:ar|ue)|звоните|"
    r"טלפון|טל|هاتف|تلفن|फ़ोन|फोन"
)
UNSPACED_WORDS = "電話|电话|手机|手機|携帯|传真|傳真|전화|연락처|โทร"
WORD_BEFORE = re.compile(rf"(?<![^\W\d_])(?<!-)(?:{WORDS})(?![^\W\d_])|{UNSPACED_WORDS}", re.IGNORECASE)
"""Words that make the number behind them a phone number, in the languages of most numbers."""
WORD_CHARACTERS = 40
"""How far in front of a number such a word may be."""
OTHER_NUMBER = re.compile(
    r"(?<![^\W\d_])(?:IS[BSM]N(?:-1[03])?|OCLC|LCCN|PMID|PMC|DOI|VIAF|GND|EAN|UPC|GTIN|patents?)(?: no\.?)?:? ?$",
    re.IGNORECASE,
)
"""What is in front of a number that is not a phone's."""
LABEL_CHARACTERS = 24
NATIONAL_DIGITS = 8
"""The fewest digits of a number that only its groups tell from other numbers; `1642` is valid in Germany."""
CALLED_DIGITS = 6
"""The fewest digits behind a word such as *tel*; a year has fewer."""
DIGIT = re.compile(r"\d")
DASH = re.compile("[\u2010-\u2015-]")
RANGE = re.compile(rf"\(?\d{{4}} ?{DASH.pattern} ?\d{{4}}\)?|\d{{5}} ?{DASH.pattern} ?\d{{5}}")
BETWEEN_GROUPS = re.compile(r"\d\D+\d")


def phone_spans(text: str, region: str) -> Iterator[tuple[int, int]]:
    """Where phone numbers begin and end, from left to right.

    Numbers with `+` and a country code count if they are valid. Others count if they are valid in the region, and
    either are divided into groups as its numbers are, or follow a word such as *tel* or *call*. A row of digits alone
    can be any number.

    Args:
        text: one sentence.
        region: the country of numbers without `+`; empty to find none of those.
    """
    if "+" not in text and not region:
        return
    behind = 0
    for match in _matches(text, region):
        if match.start >= behind and not OTHER_NUMBER.search(text, max(0, match.start - LABEL_CHARACTERS), match.start):
            behind = match.end
            yield match.start, match.end


def _matches(text: str, region: str) -> list[PhoneNumberMatch]:
    """Valid numbers that are written or called as phone numbers, sorted by their start."""
    from phonenumbers import Leniency, PhoneNumberMatcher

    valid = list(PhoneNumberMatcher(text, region or None))
    plausible = [match for match in valid if _is_international(text, match) or _is_called(text, match)]
    if region and len(plausible) < len(valid):
        grouped = PhoneNumberMatcher(text, region, leniency=Leniency.STRICT_GROUPING)
        plausible += [match for match in grouped if _is_grouped(text, match)]
    return sorted(plausible, key=lambda match: (match.start, -match.end))


def _is_international(text: str, match: PhoneNumberMatch) -> bool:
    """Whether it begins with a plus sign that does not add it to something."""
    return match.raw_string.lstrip("([").startswith("+") and not text[: match.start][-1:].isalnum()


def _is_called(text: str, match: PhoneNumberMatch) -> bool:
    before = WORD_BEFORE.search(text, max(0, match.start - WORD_CHARACTERS), match.start)
    return (
        bool(before) and not RANGE.fullmatch(match.raw_string) and len(DIGIT.findall(match.raw_string)) >= CALLED_DIGITS
    )


def _is_grouped(text: str, match: PhoneNumberMatch) -> bool:
    """Whether its parts look like a phone number's, and not like a range such as 1640–1652."""
    number = match.raw_string
    is_long = len(DIGIT.findall(number)) >= NATIONAL_DIGITS and bool(BETWEEN_GROUPS.search(number))
    is_range = RANGE.fullmatch(number) or DASH.fullmatch(text[: match.start][-1:])
    return is_long and "+" not in number and not is_range
