"""Find the clear ends of sentences of a whole document at once, with arrays.

A scan with `re` stops at each terminal for Python code to decide. Here each test runs on all terminals of a document
together, and only those that are neither clearly an end nor clearly not one are left to the scan.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from corpora.builtin.splitters.rules.boundaries import TERMINALS
from corpora.builtin.splitters.rules.full_stops import REACH, ROMAN
from corpora.builtin.splitters.rules.language import NEVER, Language
from corpora.builtin.splitters.rules.layout import CLOSERS

BARRIER = "\x02"
"""Separates paragraphs: it is neither white space nor part of a word, and in no character class of the patterns."""
DASHES = "—–-"
QUOTES, OPENING = "\"'’”", "\"'‘“"
NUMERAL_ENDS = "ivxl"
"""The last letters of lower-case Roman numerals."""
STOP, ASKS, EXCLAIMS, SPACE, BETWEEN = map(ord, ".?! " + BARRIER)
BEFORE, BEHIND = REACH, 24
"""Number of barriers put before and after a text, so that looking around any position stays inside it."""
BEGINNING = 4
"""Number of letters that distinguish the closing words of a letter from other capitalised words."""
LAST_LETTERS = re.compile(r"[A-Za-z]*$")
SLOT_BITS = 18
MULTIPLIER = np.uint64(0xD6E8FEB86659FD93)
POWERS = np.multiply.accumulate(np.full(REACH, MULTIPLIER))
"""The factors of a word's letters in its key, from its last letter backwards: [REACH]."""
Codes = NDArray[np.unsignedinteger]
Places = NDArray[np.int64]
Mask = NDArray[np.bool_]
_CLOSING_WORDS = np.array(sorted({int.from_bytes(word[:BEGINNING].encode(), "little") for word in CLOSERS}), np.uint32)


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
    quotes = _is_among(codes[places + 1], QUOTES).astype(np.int64)
    quotes += (quotes == 1) & _is_among(codes[places + 2], QUOTES)
    quoted = quotes > 0
    behind = places + 1 + quotes  # the first character that is not a quotation mark, or the third one
    after = codes[behind]
    spaced = after == SPACE
    asked, exclaimed, stopped = (terminal == mark for mark in (ASKS, EXCLAIMS, STOP))
    capital = spaced & _begins_sentence(codes, behind + 1)
    opened = np.zeros(len(places), bool)
    opening = np.flatnonzero(stopped & spaced & ~quoted & _is_among(codes[behind + 1], OPENING))
    opened[opening] = _begins_sentence(codes, behind[opening] + 2)
    ends = capital & ~quoted & _is_letter(codes[places - 1]) & asked
    settled = (after == BETWEEN) | (stopped & _is_inside_word(codes, places))
    spoken = np.flatnonzero(spaced & quoted & (asked | exclaimed))
    settled[spoken] |= _is_small_word(codes, behind[spoken] + 1)
    if len(called := np.flatnonzero(exclaimed & capital & ~quoted)):
        called = called[_words_before(codes, places[called], language).known]
        ends[called] = ~_is_called_again(codes, behind[called] + 1)
    worded = np.flatnonzero(stopped & (capital | opened))
    words = _words_before(codes, places[worded], language)
    capital, quoted, last = capital[worded], quoted[worded], codes[places[worded] - 1]
    plain = words.known & words.apart & _is_small(last) & _is_small(codes[places[worded] - 2])
    plain &= ~(quoted & _is_among(last, NUMERAL_ENDS))
    ends[worded] = plain | (capital & ~quoted & _ends_year_or_bracket(codes, places[worded]))
    settled[worded] |= capital & ~quoted & words.apart & words.never
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
    rare = rare[~dashes | _is_among(following, QUOTES) | (following == ord("»")) | ((following == SPACE) & restarts)]
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


def _is_small(codes: Codes) -> Mask:
    return (codes - codes.dtype.type(ord("a"))) < 26


def _is_letter(codes: Codes) -> Mask:
    return _is_small(codes | codes.dtype.type(32))


def _is_capital(codes: Codes) -> Mask:
    return (codes - codes.dtype.type(ord("A"))) < 26


def _is_digit(codes: Codes) -> Mask:
    return (codes - codes.dtype.type(ord("0"))) < 10


def _begins_sentence(codes: Codes, places: Places) -> Mask:
    """Whether there is a capital at each offset, except in words that may belong to the closing formula of a letter."""
    found = _is_capital(codes[places])
    beginnings = codes[places].astype(np.uint32)
    for step in range(1, BEGINNING):
        beginnings |= codes[places + step].astype(np.uint32) << np.uint32(8 * step)
    return found & ~_is_in(beginnings, _CLOSING_WORDS)


def _is_in(values: Codes, ordered: Codes) -> Mask:
    """Whether each value is among others, which are in ascending order."""
    found: Mask = ordered.take(np.searchsorted(ordered, values), mode="clip") == values
    return found


def _is_inside_word(codes: Codes, places: Places) -> Mask:
    """Whether each full stop is inside a number or an abbreviation such as U.S. and i.e.: no sentence ends there.

    A number of at most three digits before a capitalised word may be the mark of a note instead.
    """
    following, second = codes[places + 1], codes[places + 2]
    abbreviated: Mask = _is_letter(following) & (_is_capital(codes[places - 1]) | (second == STOP))
    numbered = np.flatnonzero(_is_digit(following))
    abbreviated[numbered] = True
    for step in range(2, 5):
        after = codes[places[numbered] + step]
        note = ~_is_digit(after) & _is_capital(codes[places[numbered] + step + 1])
        abbreviated[numbered[note]] = False
        numbered = numbered[_is_digit(after)]
    return abbreviated


def _ends_year_or_bracket(codes: Codes, places: Places) -> Mask:
    """Whether a year, or a word in brackets or quotation marks, ends before each full stop, and a clear word follows.

    Its second letter is small: it is neither an initial nor the acronym of a catalogue, as in `1975. ISBN`.
    """
    last, second = codes[places - 1], codes[places - 2]
    closed = _is_among(last, ')"”') & (_is_letter(second) | _is_digit(second))
    year = codes[places - 5] == SPACE
    for back in range(1, 5):
        year &= _is_digit(codes[places - back])
    clear: Mask = (closed | year) & _is_small(codes[places + 3])
    return clear


def _is_small_word(codes: Codes, places: Places) -> Mask:
    """Whether a short word of lower-case ASCII letters begins at each offset; long words are rare and not checked."""
    found = np.zeros(len(places), bool)
    alive = np.flatnonzero(_is_small(codes[places]))
    for step in range(1, BEHIND - BEGINNING):
        letters = codes[places[alive] + step]
        found[alive[(letters == SPACE) | (letters == ord(",")) | (letters == STOP)]] = True
        alive = alive[_is_small(letters)]
        if not len(alive):
            break
    return found


def _is_called_again(codes: Codes, places: Places) -> Mask:
    """Whether the capitalised word at each offset may be an exclamation too, as in `Stop! Go! Now!`"""
    doubtful = np.ones(len(places), bool)
    alive = np.arange(len(places))
    for step in range(1, BEHIND - BEGINNING):
        letters, following = codes[places[alive] + step], codes[places[alive] + step + 1]
        doubtful[alive[(letters == ord(",")) | ((letters == SPACE) & _is_letter(following))]] = False
        alive = alive[_is_letter(letters)]
        if not len(alive):
            break
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
    letters = sliding_window_view(codes, REACH)[places - REACH, ::-1]
    inside = np.logical_and.accumulate(_is_letter(letters), axis=1)
    keys = np.where(inside, letters, 0).astype(np.uint64) @ POWERS
    lengths = np.count_nonzero(inside, axis=1)
    outside = letters[np.arange(len(places)), np.minimum(lengths, REACH - 1)]
    apart = (outside == SPACE) | (outside == BETWEEN) | (lengths == REACH)  # or longer than any word of a list
    listed = table[(keys * MULTIPLIER) >> np.uint64(64 - SLOT_BITS)]
    return _Words((keys > 0) & ~listed, apart, listed & _is_in(keys, never))


@cache
def _lists(language: Language) -> tuple[Mask, NDArray[np.uint64]]:
    """A hash table of the words in all lists (and few others), and the keys of words that never end a sentence.

    The keys are in ascending order; the last belongs to no word.
    """
    table = np.zeros(1 << SLOT_BITS, bool)
    for word in (*language.ambiguous, *language.exclaimed):
        letters = LAST_LETTERS.search(word)
        table[(_key(letters[0] if letters else "") * int(MULTIPLIER)) % (1 << 64) >> (64 - SLOT_BITS)] = True
    titles = [
        word
        for word, bits in language.abbreviations.items()
        if bits == NEVER and len(word) > 1 and word.isascii() and word.isalpha() and not ROMAN.fullmatch(word)
    ]
    return table, np.array([*sorted(map(_key, titles)), (1 << 64) - 1], np.uint64)


def _key(word: str) -> int:
    """A numeric key for a word of letters, computed from its last letter backwards."""
    return sum(ord(letter) * int(power) for letter, power in zip(reversed(word), POWERS, strict=False)) % (1 << 64)
