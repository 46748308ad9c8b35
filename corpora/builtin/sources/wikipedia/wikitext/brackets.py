"""Clean up brackets that contain a pronunciation or a hole, and remove the words that introduce these."""

from __future__ import annotations

import re

from corpora.arrays import unspaced_words
from corpora.builtin.sources.wikipedia.wikitext.markup import HOLE, SOFT, SOFT_END

_PAIR = re.compile(r"([(（])([^()（）\n]*)[)）]")
_PARTS = re.compile(r"(?<=[,;，；、])")
_SPAN = re.compile(f"{SOFT}([^{SOFT_END}]*){SOFT_END}")
_FIRST, _MOST = 0xE100, 0x400
_STANDS = re.compile(f"[{chr(_FIRST)}-{chr(_FIRST + _MOST - 1)}]")
"""Private characters, each of which replaces one pronunciation of a line."""
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
LABELS = frozenset(
    """
    about approx approximately around equal equals equivalent nearly over roughly s terms to today todays worth
    afrikaans albanian also american anche and arabic armenian auch audio ausgesprochen aussi aussprache australian
    basque belarusian bengali brazilian british bulgarian canadian cantonese catalan chinese classical commonly
    croatian czech danish dutch ecclesiastical en english estonian european farsi finnish flemish french from
    galician georgian german greek gujarati hebrew hindi hungarian icelandic igbo in indonesian ipa irish italian
    japanese kazakh khmer korean kurdish lao latin latvian listen lithuanian local locally macedonian malay maltese
    mandarin maori marathi modern mongolian nahuatl nepali norwegian occitan ook or ou pashto persian polish
    portuguese prononciation prononcé pronounce pronounced pronuncia pronunciación pronunciado pronunciation
    pronunciato pronúncia punjabi quechua romanian russian sanskrit scots serbian sinhala slovak slovene somali
    sometimes spanish standard swahili swedish tagalog también também tamil telugu thai tibetan turkish uitgesproken
    uitspraak uk ukrainian urdu us usually uzbek vietnamese welsh yiddish yoruba zulu произносится произношение
    """.split()  # noqa: SIM905
)
"""Words that introduce a pronunciation, or an amount in today's money, and are meaningless without it."""
NESTED = 3
"""How many levels of nested brackets are examined."""
LABEL_WORDS = 2
"""If there are at most this many words next to a hole, they are removed with it."""
SHORT = 6
"""In a part of a bracket with more words than this, a pronunciation belongs to a sentence and is kept."""


def with_clean_brackets(text: str) -> str:
    """The text with pronunciations kept outside of brackets and removed inside, together with their introductions.

    A part of a bracket, between commas or semicolons, is removed if it contains a hole and hardly anything else.
    If it contains more, the hole is kept, and the caller decides what to do with the sentence.

    Args:
        text: with `SOFT` and `SOFT_END` around pronunciations, and `HOLE` where something is missing.
    """
    if SOFT not in text and HOLE not in text:
        return text
    return "\n".join(_line(line) if SOFT in line or HOLE in line else line for line in text.split("\n"))


def _line(line: str) -> str:
    spans: list[str] = []
    if SOFT in line:
        line = _SPAN.sub(lambda span: _hidden(span[1], spans), line)
    for _ in range(NESTED if "(" in line or "（" in line else 0):
        shorter = _PAIR.sub(_bracket, line)
        if shorter == line:
            break
        line = shorter
    return _STANDS.sub(lambda stand: spans[ord(stand[0]) - _FIRST], line) if spans else line


def _hidden(pronunciation: str, spans: list[str]) -> str:
    """The private character that replaces a pronunciation, whatever characters it has."""
    if len(spans) == _MOST:
        return pronunciation
    spans.append(pronunciation)
    return chr(_FIRST + len(spans) - 1)


def _bracket(match: re.Match[str]) -> str:
    content = match[2]
    if HOLE not in content and not _STANDS.search(content):
        return match[0]
    parts = _PARTS.split(content)
    kept = [shorter for part in parts if (shorter := _shortened(part))]
    if kept == parts:
        return match[0]
    text = " ".join("".join(kept).split()).replace(" ,", ",").replace(" ;", ";").strip(" ,;，；、")
    return f"{match[1]}{text}{match[0][-1]}" if text else ""


def _shortened(part: str) -> str:
    """A part of a bracket without its pronunciations; empty if nothing meaningful remains without them or the hole."""
    soft = _STANDS.search(part) is not None
    if not soft and HOLE not in part:
        return part
    rest = _STANDS.sub(" ", part).replace(HOLE, " ").strip(" ,;，；、")
    words = _WORD.findall(rest)
    count = len(words) + unspaced_words(rest.encode("utf-8", "surrogatepass"))
    if (rest.endswith(":") and count <= LABEL_WORDS + 2) or all(word.lower() in LABELS for word in words):
        return ""
    if HOLE in part:
        return "" if count <= LABEL_WORDS else part
    return _STANDS.sub(" ", part) if count <= SHORT else part
