"""Recognise the licence that a page states for its book: Creative Commons, the public domain, or another notice."""

from __future__ import annotations

import re
from collections.abc import Iterable

UNSAID = "all rights with the author (Smashwords)"
"""Used if a page states no licence: Smashwords' terms leave all rights with the author."""
MAX_CHARACTERS = 200

LINK = re.compile(r"creativecommons\.org/(?:licenses/([a-z-]+)|publicdomain/(zero|mark))(?:/(\d\.\d))?", re.I)
SHORT = re.compile(r"\bCC(?:[ -](BY(?:-(?:NC|ND|SA))*)|[ -]?(0))(?![\w-])(?:,? (?:v\.? ?)?(\d\.\d))?")
NAMED = re.compile(r"\bCreative[ -]Commons\b((?:[^.]|\.(?=\d)){0,120})", re.I)
TERMS = (
    ("BY", re.compile(r"\b[Aa]ttribution\b|\bBY\b|\bby-")),
    ("NC", re.compile(r"\bnon-?commercial\b|\bnc\b", re.I)),
    ("ND", re.compile(r"\bno[ -]?deriv|\bnd\b", re.I)),
    ("SA", re.compile(r"\bshare[ -]?alike\b|\bsa\b", re.I)),
)
"""The terms of Creative Commons licences, in the order in which they appear in the licences' names."""
PUBLIC = re.compile(r"\b(?:is|are|placed|released|dedicated|given) (?:now )?(?:in|into|to) the public domain\b", re.I)
RESERVED = (
    re.compile(r"[^.\n]*\blicen[sc]ed for your (?:own )?personal (?:enjoyment|use)[^.\n]*", re.I),
    re.compile(r"(?:(?:copyright|©|\(c\))[^\n]{0,100}?)?\ball rights reserved\b", re.I),
)
"""Notices that reserve all rights; they override everything else in a description."""
NOTICES = (
    re.compile(r"(?:^|\n)\s*licen[sc]e\s*:\s*([^\n]+)", re.I),
    re.compile(r"(?:^|\n|, ?)\s*(licen[sc]e (?:notes?|statement)\b[^\n]*)", re.I),
)
SITE = re.compile(r"smashwords,? inc", re.I)


def licence_of(text: str, links: Iterable[str]) -> str:
    """The licence of one book.

    Args:
        text: the text of its page, one line per text node.
        links: the addresses that the page links to.

    Returns:
        Such as `CC BY-SA 4.0` or `public domain`, or a notice of at most `MAX_CHARACTERS`.
    """
    if match := next(filter(None, map(LINK.search, links)), None):
        kind = "CC0" if match[2] else f"CC {match[1].upper()}"
        return "public domain" if (match[2] or "").lower() == "mark" else _versioned(kind, match[3])
    said = _notice(text, RESERVED) or _creative_commons(text) or ("public domain" if PUBLIC.search(text) else "")
    return said or _notice(text, NOTICES) or UNSAID


def _versioned(kind: str, version: str | None) -> str:
    return f"{kind} {version}" if version else kind


def _creative_commons(text: str) -> str:
    if match := SHORT.search(text):
        return _versioned("CC0" if match[2] else f"CC {match[1]}", match[3])
    for match in NAMED.finditer(text):
        version = re.search(r"\d\.\d", match[1])
        if re.search(r"\bzero\b", match[1], re.I):
            return _versioned("CC0", version and version[0])
        if terms := [term for term, pattern in TERMS if pattern.search(match[1])]:
            return _versioned(f"CC {'-'.join(terms)}", version and version[0])
        if re.search(r"licen[sc]e", match[1], re.I):
            return "Creative Commons"
    return ""


def _notice(text: str, patterns: Iterable[re.Pattern[str]]) -> str:
    """The first notice that is not the site's own; empty if it has only that."""
    for pattern in patterns:
        for match in pattern.finditer(text):
            line = " ".join((match[1] if pattern.groups else match[0]).split())
            if not SITE.search(text, max(0, match.start() - 40), match.end() + 40):
                return line[:MAX_CHARACTERS]
    return ""
