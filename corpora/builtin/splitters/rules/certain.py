"""Ends of sentences that need no second look, found for all paragraphs of a document at once, as arrays.

A scan by `re` stops at each terminal, and Python decides there. Here each question is asked for all terminals of a
document together, and only those that are neither clearly an end nor clearly none are left to the scan.
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
"""Stands between paragraphs: neither white space nor part of a word, and in no class of the patterns."""
DASHES = "—–-"
STOP, ASKS, EXCLAIMS, SPACE, BETWEEN = map(ord, ".?! " + BARRIER)
BEFORE, BEHIND = 2, 24
"""How many barriers are put before and behind a text, so that no look around a place leaves it."""
BEGINNING = 4
"""Letters by which the words that close a letter are told from other capitalised words."""
LAST_LETTERS = re.compile(r"[A-Za-z]*$")
SLOT_BITS = 18
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
Codes = NDArray[np.unsignedinteger]
Places = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Terminals(NamedTuple):
    """What is known about the terminals of a text, in characters, ascending."""

    begins: Places
    """Where a sentence begins for certain, one space behind the end of the last one."""
    doubtful: Places
    """The terminals that must be looked at one by one; at the others no sentence ends."""


def certain_ends(text: str, language: Language) -> Terminals:
    """The ends of sentences that can be told from the nearest characters, and the terminals that cannot.

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
    """The characters of a text as numbers, in the narrowest type that holds them."""
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), np.uint8)
    pairs = text.encode("utf-16-le", "surrogatepass")
    if len(pairs) == 2 * len(text):
        return np.frombuffer(pairs, "<u2")
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def _terminals(codes: Codes, language: Language) -> Places:
    """The places where `boundaries.scan` may find something."""
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
    """Whether each character up to the last of the first plane is one of these marks."""
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
    """Whether a letter can end a Roman numeral in small letters."""
    return _is_one_of(codes, "ivxl")


def _begins_sentence(codes: Codes, places: Places) -> Mask:
    """Whether a capital stands at each place, except for words that may belong to the formula that ends a letter."""
    found = (codes[places] - codes.dtype.type(ord("A"))) < 26
    beginnings = codes[places].astype(np.uint32)
    for step in range(1, BEGINNING):
        beginnings |= codes[places + step].astype(np.uint32) << np.uint32(8 * step)
    for word in sorted({word[:BEGINNING] for word in CLOSERS}):
        found &= beginnings != int.from_bytes(word.encode(), "little")
    return found


def _is_small_word(codes: Codes, places: Places) -> Mask:
    """Whether a word of small ASCII letters stands at each place; not for long words, which are too rare to follow."""
    found = np.zeros(len(places), bool)
    alive = np.flatnonzero(_is_small(codes[places]))
    for step in range(1, BEHIND - BEGINNING):
        letters = codes[places[alive] + step]
        found[alive[(letters == SPACE) | (letters == ord(",")) | (letters == STOP)]] = True
        alive = alive[_is_small(letters)]
    return found


def _is_called_again(codes: Codes, places: Places) -> Mask:
    """Whether the capitalised word at each place may be called out as well, as in `Stop! Go! Now!`"""
    doubtful = np.ones(len(places), bool)
    alive = np.arange(len(places))
    for step in range(1, BEHIND - BEGINNING):
        letters, following = codes[places[alive] + step], codes[places[alive] + step + 1]
        doubtful[alive[(letters == ord(",")) | ((letters == SPACE) & _is_letter(following))]] = False
        alive = alive[_is_letter(letters)]
    return doubtful


class _Words(NamedTuple):
    """The words of ASCII letters before some places."""

    known: Mask
    """Whether there is one that is in no list of the language."""
    apart: Mask
    """Whether it stands behind a space, or begins its paragraph."""
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
    """A table with a slot for each word of a list, and few others; and the keys of the words that never end one."""
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
    """A number for a word of letters, in which the last letter counts first."""
    key = 0
    for letter in reversed(word):
        key = (key * int(MULTIPLIER) + ord(letter)) % (1 << 64)
    return key
