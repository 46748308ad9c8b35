"""Find IBANs: any grouping, checked by length, structure and check digits of the country."""

from __future__ import annotations

import re
from collections.abc import Iterator

SEPARATOR = "[ \u00a0\u2007\u2009\u202f.\u2010\u2011\u2013-]"
SHORTEST, LONGEST = 15, 34
START = re.compile(
    rf"(?<!\w)(?=([A-Za-z]{{2}}{SEPARATOR}?\d{{2}}(?:{SEPARATOR}?[A-Za-z0-9]){{{SHORTEST - 4},{LONGEST - 4}}}))",
    re.ASCII,
)
IN_FOURS = re.compile(rf"\w{{4}}(?:{SEPARATOR}?\w{{4}})*(?:{SEPARATOR}?\w{{1,3}})?", re.ASCII)
"""The usual ways of writing an IBAN: without separators or in groups of four."""
WORD_CHARACTER = re.compile(r"\w", re.ASCII)


def iban_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where IBANs begin and end, from left to right.

    Any single separators may divide one, but small letters count only in the usual groups, because elsewhere they are
    words. What follows an IBAN may look like more of its groups.

    Args:
        text: one sentence.
    """
    behind = 0
    for match in START.finditer(text):
        if match.start() >= behind and (length := _length(match[1], text[match.end(1) : match.end(1) + 1])):
            behind = match.start() + length
            yield match.start(), behind


def _length(run: str, after: str) -> int:
    """How many characters at the start of a run of letters, digits and separators are an IBAN; 0 for none."""
    from stdnum import iban

    compact = ""
    for end, (character, following) in enumerate(zip(run, [*run[1:], after], strict=True), start=1):
        if not character.isalnum():
            continue
        compact += character
        if (
            len(compact) < SHORTEST
            or WORD_CHARACTER.match(following)
            or not iban.is_valid(compact, check_country=False)
        ):
            continue
        return end if compact.isupper() or IN_FOURS.fullmatch(run, 0, end) else 0
    return 0
