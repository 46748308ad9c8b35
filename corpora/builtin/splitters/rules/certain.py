"""Find the clear ends of sentences of a whole document at once, with arrays.

A scan with `re` stops at each terminal for Python code to decide. Here each test runs on all terminals of a document
together, and only those that are neither clearly an end nor clearly not one are left to the scan.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpora.builtin.splitters.rules.boundaries import TERMINALS
from corpora.builtin.splitters.rules.full_stops import REACH, ROMAN
from corpora.builtin.splitters.rules.language import NEVER, Language
from corpora.builtin.splitters.rules.layout import CLOSERS

BARRIER = "\x02"
"""Separates paragraphs: it is neither white space nor part of a word, and in no character class of the patterns."""
DASHES = "—–-"
STOP, ASKS, EXCLAIMS, SPACE, BETWEEN = map(ord, ".?! " + BARRIER)
BEFORE, BEHIND = 2, 24
"""Number of barriers put before and after a text, so that looking around any position stays inside it."""
BEGINNING = 4
"""Number of letters that distinguish the closing words of a letter from other capitalised words."""
LAST_LETTERS = re.compile(r"[A-Za-z]*$")
SLOT_BITS = 18
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
Codes = NDArray[np.unsignedinteger]
Places = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Terminals(NamedTuple):
    """The terminals of a text, as character offsets in ascending order."""

    begins: Places
    """Where a sentence certainly begins, one space after the end of the previous one."""
    doubtful: Places
    """The terminals that must be decided one by one; no sentence ends at the others."""


def certain_ends(text: str, language: Language) -> Terminals:
    """The ends of sentences that the nearest characters decide, and the terminals that they leave open.

    Args:
        text: paragraphs with `BARRIER` between them.
    """
    codes = _codes(f"{BARRIER * BEFORE}{text}{BARRIER * BEHIND}")
    places = _terminals(codes, language)
    terminal = codes[places]
    quotes = _is_quote(codes[places + 1]).astype(np.int64)
    quotes += (quotes == 1) & _is_quote(codes[places + 2])
    behind = places + 1 + quotes  # the first character that is not a quotation mark, or the third one
    after = codes[behind]
    spaced = after == SPACE
    capital = spaced & _begins_sentence(codes, behind + 1)
    opened = spaced & (quotes == 0) & _is_opening(codes[behind + 1]) & _begins_sentence(codes, behind + 2)
    asked, exclaimed, stopped = (terminal == mark for mark in (ASKS, EXCLAIMS, STOP))
    ends = capital & (quotes == 0) & _is_letter(codes[places - 1]) & asked
    settled = after == BETWEEN
    settled |= spaced & (quotes > 0) & (asked | exclaimed) & _is_small_word(codes, behind + 1)
    worded = np.flatnonzero((stopped & (capital | opened)) | (exclaimed & capital & (quotes == 0)))
    words = _words_before(codes, places[worded], language)
    stopped, quoted = stopped[worded], quotes[worded] > 0
    last = codes[places[worded] - 1]
    plain = words.known & words.apart & _is_small(last) & _is_small(codes[places[worded] - 2])
    called = words.known & ~_is_called_again(codes, behind[worded] + 1)
    ends[worded] |= np.where(stopped, plain & ~(quoted & _is_numeral(last)), called)
    settled[worded] |= stopped & capital[worded] & ~quoted & words.apart & words.never
    return Terminals(behind[ends] + 1 - BEFORE, places[~(ends | settled)] - BEFORE)


def _codes(text: str) -> Codes:
    """The code points of a text, in the narrowest type that can hold them."""
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), np.uint8)
    pairs = text.encode("utf-16-le", "surrogatepass")
    if len(pairs) == 2 * len(text):
        return np.frombuffer(pairs, "<u2")
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def _terminals(codes: Codes, language: Language) -> Places:
    """The offsets at which `boundaries.scan` may match."""
    marks = TERMINALS + language.terminals
    found = _is_one_of(codes, "".join({mark for mark in marks if mark.isascii()}))
    rare = np.flatnonzero(codes == ord("-"))
    if codes.dtype != np.uint8:
        others = np.flatnonzero(codes > 127)
        rare = np.concatenate([rare, others[_is_among(codes[others], marks + DASHES)]])
    following = codes[rare + 1]
    dashes = _is_among(codes[rare], DASHES)
    restarts = _is_among(codes[rare + 2], "".join(word[0] for word in language.restarts))
    rare = rare[~dashes | _is_quote(following) | (following == ord("»")) | ((following == SPACE) & restarts)]
    return np.sort(np.concatenate([np.flatnonzero(found), rare]), kind="stable")


def _is_among(codes: Codes, marks: str) -> Mask:
    found: Mask = _table(marks).take(codes, mode="clip")
    return found


@cache
def _table(marks: str) -> Mask:
    """For each character of the first plane, whether it is one of these marks."""
    table = np.zeros(1 << 16, bool)
    table[[ord(mark) for mark in marks]] = True
    return table


def _is_one_of(codes: Codes, marks: str) -> Mask:
    found = np.zeros(len(codes), bool)
    for mark in marks:
        found |= codes == ord(mark)
    return found


def _is_quote(codes: Codes) -> Mask:
    return _is_one_of(codes, "\"'’”")


def _is_opening(codes: Codes) -> Mask:
    return _is_one_of(codes, "\"'‘“")


def _is_small(codes: Codes) -> Mask:
    return (codes - codes.dtype.type(ord("a"))) < 26


def _is_letter(codes: Codes) -> Mask:
    return _is_small(codes | codes.dtype.type(32))


def _is_numeral(codes: Codes) -> Mask:
    """Whether each letter can end a lower-case Roman numeral."""
    return _is_one_of(codes, "ivxl")


def _begins_sentence(codes: Codes, places: Places) -> Mask:
    """Whether there is a capital at each offset, except in words that may belong to the closing formula of a letter."""
    found = (codes[places] - codes.dtype.type(ord("A"))) < 26
    beginnings = codes[places].astype(np.uint32)
    for step in range(1, BEGINNING):
        beginnings |= codes[places + step].astype(np.uint32) << np.uint32(8 * step)
    for word in sorted({word[:BEGINNING] for word in CLOSERS}):
        found &= beginnings != int.from_bytes(word.encode(), "little")
    return found


def _is_small_word(codes: Codes, places: Places) -> Mask:
    """Whether a short word of lower-case ASCII letters begins at each offset; long words are rare and not checked."""
    found = np.zeros(len(places), bool)
    alive = np.flatnonzero(_is_small(codes[places]))
    for step in range(1, BEHIND - BEGINNING):
        letters = codes[places[alive] + step]
        found[alive[(letters == SPACE) | (letters == ord(",")) | (letters == STOP)]] = True
        alive = alive[_is_small(letters)]
    return found


def _is_called_again(codes: Codes, places: Places) -> Mask:
    """Whether the capitalised word at each offset may be an exclamation too, as in `Stop! Go! Now!`"""
    doubtful = np.ones(len(places), bool)
    alive = np.arange(len(places))
    for step in range(1, BEHIND - BEGINNING):
        letters, following = codes[places[alive] + step], codes[places[alive] + step + 1]
        doubtful[alive[(letters == ord(",")) | ((letters == SPACE) & _is_letter(following))]] = False
        alive = alive[_is_letter(letters)]
    return doubtful


class _Words(NamedTuple):
    """The words of ASCII letters before some offsets."""

    known: Mask
    """Whether there is a word, and none of the language's lists has it."""
    apart: Mask
    """Whether it follows a space, or begins its paragraph."""
    never: Mask
    """Whether it is an abbreviation that never ends a sentence, such as a title."""


def _words_before(codes: Codes, places: Places, language: Language) -> _Words:
    table, never = _lists(language)
    keys = np.zeros(len(places), np.uint64)
    apart = np.zeros(len(places), bool)
    alive = np.arange(len(places))
    for back in range(1, REACH + 1):
        letters = codes[places[alive] - back]
        inside = _is_letter(letters)
        outside = letters[~inside]
        apart[alive[~inside]] = (outside == SPACE) | (outside == BETWEEN)
        alive, letters = alive[inside], letters[inside]
        if not len(alive):
            break
        keys[alive] = keys[alive] * MULTIPLIER + letters
    apart[alive] = True  # longer than any word of a list
    listed = table[(keys * MULTIPLIER) >> np.uint64(64 - SLOT_BITS)]
    return _Words((keys > 0) & ~listed, apart, listed & np.isin(keys, never))


@cache
def _lists(language: Language) -> tuple[Mask, NDArray[np.uint64]]:
    """A hash table of the words in all lists (and few others), and the keys of words that never end a sentence."""
    table = np.zeros(1 << SLOT_BITS, bool)
    for word in (*language.ambiguous, *language.exclaimed):
        letters = LAST_LETTERS.search(word)
        table[(_key(letters[0] if letters else "") * int(MULTIPLIER)) % (1 << 64) >> (64 - SLOT_BITS)] = True
    titles = [
        word
        for word, bits in language.abbreviations.items()
        if bits == NEVER and len(word) > 1 and word.isascii() and word.isalpha() and not ROMAN.fullmatch(word)
    ]
    return table, np.array([_key(word) for word in titles], np.uint64)


def _key(word: str) -> int:
    """A numeric key for a word of letters, computed from its last letter backwards."""
    key = 0
    for letter in reversed(word):
        key = (key * int(MULTIPLIER) + ord(letter)) % (1 << 64)
    return key
