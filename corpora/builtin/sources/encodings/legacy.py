"""The encoding of text that is not Unicode: a detector proposes encodings, and the decoded texts decide."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from corpora.builtin.sources.encodings.plausibility import Plausibility, advantage_where_different, plausibility
from corpora.builtin.sources.unreadable import Unreadable

ENCODINGS = (
    *("cp1252", "iso8859-15", "mac-roman", "cp850", "cp437"),
    *("cp1250", "iso8859-2", "iso8859-16", "cp852", "mac-latin2", "cp1254", "iso8859-9", "cp857", "iso8859-3"),
    *("cp1257", "iso8859-13", "iso8859-4", "cp775", "iso8859-10", "iso8859-14"),
    *("cp1251", "koi8-r", "koi8-u", "koi8-t", "cp866", "cp1125", "cp855", "iso8859-5", "mac-cyrillic", "kz1048"),
    *("cp1253", "iso8859-7", "cp737", "mac-greek", "cp1255", "iso8859-8", "cp862", "cp1256", "iso8859-6", "cp720"),
    *("cp874", "cp1258", "gb18030", "big5hkscs", "cp932", "shift_jis_2004", "euc_jis_2004", "cp949", "johab"),
)
"""Legacy encodings that occur in practice; a superset represents its subsets."""
PREFERRED = {
    "cp932": ("shift_jis", "cp932"),
    "shift_jis_2004": ("shift_jis", "cp932", "shift_jis_2004"),
    "euc_jis_2004": ("euc_jp", "euc_jis_2004"),
    "big5hkscs": ("big5", "cp950", "big5hkscs"),
}
"""Encodings that map some shared bytes differently: the first that decodes every byte is used."""
COMMON = frozenset(f"cp125{digit}" for digit in "012345678") | {
    "koi8-r",
    "cp874",
    "gb18030",
    "big5hkscs",
    "cp932",
    "euc_jis_2004",
    "cp949",
}
"""The encodings of nearly all legacy texts; others need more evidence."""
COMMON_ADVANTAGE = 0.12
LINE = re.compile(rb"[^\n\r]{1,4096}+[^\n\r\x00-\x2f]*+")
"""A line, or part of a long one, split at a byte that is never the second half of a character."""
SAMPLE_BYTES = 1 << 18
JUDGED_BYTES = 1 << 14
"""How many bytes of the sample are decoded with each proposal."""
LINES_PER_BYTE = 3
PROPOSALS = 8
MARGIN = 0.1
"""For full confidence, the best proposal must be more plausible than the next by this much."""
MIN_CONFIDENCE = 0.5
"""Texts with a lower confidence are rejected."""
ENOUGH_LETTERS = 20
CLEAR_LANGUAGE = 0.4
"""If the language model's confidence is at least this, a text is clearly in some language."""
ADVICE = "name it with --encoding"


class _Proposal(NamedTuple):
    encoding: str
    rank: float
    """The detector's score, relative to that of its first proposal."""
    text: str
    judged: Plausibility


def legacy_encoding(raw: bytes) -> str:
    """The encoding of a text that is neither ASCII nor Unicode.

    Args:
        raw: all bytes of the text; only lines with non-ASCII bytes are examined.

    Raises:
        Unreadable: no encoding gives a plausible text, or several give different ones.
    """
    proposals = _proposals(_sample(raw))
    if not proposals:
        raise Unreadable("uncertain encoding", f"no known encoding decodes it; {ADVICE}")
    chosen = proposals[0]
    for other in proposals[1:]:
        chosen = other if _advantage(other, chosen) > 0 else chosen
    confidence = _confidence(chosen, [other for other in proposals if other is not chosen])
    if confidence < MIN_CONFIDENCE:
        names = ", ".join(proposal.encoding for proposal in proposals[:3])
        raise Unreadable(
            "uncertain encoding",
            f"{chosen.encoding} with confidence {confidence:.2f}, below {MIN_CONFIDENCE:g}; "
            f"candidates {names}; {ADVICE}",
        )
    return chosen.encoding


def preferred_encoding(raw: bytes, encoding: str) -> str:
    """The first of an encoding's `PREFERRED` that decodes every byte, or the encoding itself."""
    return next((each for each in PREFERRED.get(encoding, ()) if _decoded(raw, each) is not None), encoding)


def _confidence(chosen: _Proposal, others: list[_Proposal]) -> float:
    """From 0 to 1, how plausible the chosen text is; lower if another is nearly as plausible or the text is short."""
    margin = min((_advantage(chosen, other) for other in others), default=MARGIN)
    letters = sum(map(str.isalpha, chosen.text[: 10 * ENOUGH_LETTERS]))
    evidence = min(1.0, letters / ENOUGH_LETTERS) * min(1.0, chosen.judged.confidence / CLEAR_LANGUAGE)
    plausible = max(0.0, chosen.judged.fit - 2 * chosen.judged.wrong)
    return plausible * evidence * min(1.0, max(0.0, margin / MARGIN))


def _advantage(one: _Proposal, other: _Proposal) -> float:
    """How much more plausible one proposal is than another; negative if it is less plausible."""
    better = one.judged.fit - one.judged.wrong - other.judged.fit + other.judged.wrong
    if len(one.text) == len(other.text):
        languages = (one.judged.language, other.judged.language)
        better = advantage_where_different(one.text, other.text, languages)
    language = (one.judged.confidence - other.judged.confidence) / 2 + 0.3 * (one.judged.variety - other.judged.variety)
    common = COMMON_ADVANTAGE * ((one.encoding in COMMON) - (other.encoding in COMMON))
    return better + language + (one.rank - other.rank) / 2 + common


def _sample(raw: bytes) -> list[bytes]:
    """Lines with non-ASCII bytes from all over the text."""
    lines = [line for line in LINE.findall(raw) if not line.isascii()]
    return lines[:: max(1, -(-sum(map(len, lines)) // SAMPLE_BYTES))]


def _proposals(lines: list[bytes]) -> list[_Proposal]:
    """The detector's proposals, best first, without those that fail or give the same text as a better one."""
    found: dict[str, _Proposal] = {}
    judged = _judged(lines)
    best = 0.0
    for encoding, score in _detected(b"\n".join(lines)):
        text = _decoded(judged, encoding)
        best = best or score
        if text in found:
            if encoding in COMMON and found[text].encoding not in COMMON:
                found[text] = found[text]._replace(encoding=encoding)
        elif text is not None and (len(found) < PROPOSALS or encoding in COMMON):
            found[text] = _Proposal(encoding, score / best if best else 1.0, text, plausibility(text))
    return list(found.values())


def _judged(lines: list[bytes]) -> bytes:
    """The lines that are examined: some evenly spaced, and some for each non-ASCII byte."""
    step = max(1, -(-sum(map(len, lines)) // JUDGED_BYTES))
    counts = [0] * 256
    kept = []
    for number, line in enumerate(lines):
        rare = [byte for byte in {*line} if byte > 127 and counts[byte] < LINES_PER_BYTE]
        if rare or number % step == 0:
            kept.append(line)
            for byte in rare:
                counts[byte] += 1
    return b"\n".join(kept)


def _detected(sample: bytes) -> Iterator[tuple[str, float]]:
    from chardet import detect_all

    for found in detect_all(
        sample, ignore_threshold=True, compat_names=False, include_encodings=ENCODINGS, max_bytes=len(sample)
    ):
        if found["encoding"] is not None:
            yield found["encoding"], found["confidence"]


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None
