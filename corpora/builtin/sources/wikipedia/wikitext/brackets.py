"""Brackets that hold a pronunciation or a hole: what cannot stand is left out with the words that introduce it."""

from __future__ import annotations

import re

from corpora.builtin.sources.wikipedia.wikitext.markup import HOLE, SOFT, SOFT_END

_PAIR = re.compile(r"([(（])([^()（）\n]*)[)）]")
_PARTS = re.compile(r"(?<=[,;，；、])")
_SPAN = re.compile(f"{SOFT}[^{SOFT_END}]*{SOFT_END}")
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
LABELS = frozenset(
    "ipa pronounced pronunciation pronounce also or and from in locally local listen us uk american british english "
    "sometimes usually commonly audio french german spanish italian standard classical modern ecclesiastical "
    "prononcé prononciation aussi ou en pronunciado pronunciación también pronuncia pronunciato anche pronúncia "
    "também aussprache ausgesprochen auch uitspraak uitgesproken ook произносится произношение".split()
)
"""Words that introduce a pronunciation, and mean nothing without it."""
NESTED = 3
"""How deep in one another brackets are looked at."""
LABEL_WORDS = 2
"""A hole with at most this many words beside it takes them with it."""


def settled(text: str) -> str:
    """The text with pronunciations as text outside of brackets and gone inside, with the words that introduce them.

    A part of a bracket, between commas or semicolons, goes if it holds a hole and next to nothing else. Where it
    holds more, the hole stays, and it is for the caller to decide what becomes of the sentence.
    """
    if SOFT not in text and HOLE not in text:
        return text
    return "\n".join(_line(line) if SOFT in line or HOLE in line else line for line in text.split("\n"))


def _line(line: str) -> str:
    for _ in range(NESTED if "(" in line or "（" in line else 0):
        shorter = _PAIR.sub(_bracket, line)
        if shorter == line:
            break
        line = shorter
    return line.replace(SOFT, "").replace(SOFT_END, "") if SOFT in line else line


def _bracket(match: re.Match[str]) -> str:
    content = match[2]
    if SOFT not in content and HOLE not in content:
        return match[0]
    parts = _PARTS.split(content)
    kept = [part for part in parts if not _falls(part)]
    if len(kept) == len(parts):
        return match[0]
    text = "".join(kept).strip(" ,;，；、")
    return f"{match[1]}{text}{match[0][-1]}" if text else ""


def _falls(part: str) -> bool:
    soft = SOFT in part
    if not soft and HOLE not in part:
        return False
    rest = _SPAN.sub(" ", part).replace(HOLE, " ").strip(" ,;，；、")
    words = _WORD.findall(rest)
    if rest.endswith(":") and len(words) <= 4:
        return True
    return len(words) <= LABEL_WORDS + soft or all(word.lower() in LABELS for word in words)
