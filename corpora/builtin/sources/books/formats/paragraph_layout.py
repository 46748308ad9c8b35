"""Detect how a plain text marks its paragraphs: by lines, blank lines, indents, or short last lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate, chain, pairwise
from operator import itemgetter
from typing import Literal, NamedTuple

from corpora.builtin.sources.books.cleaning.prose import ends_like_prose
from corpora.builtin.sources.books.formats.html.headings import names_division
from corpora.builtin.sources.books.formats.verse import has_uneven_lines, prose_width, verse_lines

Layout = Literal["lines", "wrapped", "double-spaced"]

SAMPLE_LINES = 3000
MAX_WIDTH = 200
"""Hard wraps are never wider; a longer line is a paragraph."""
CONTINUES_RATE = 0.3
"""If at least this share of line breaks is inside a sentence, they are wraps: wrapped prose has 0.6 to 0.9, one
paragraph per line 0.02."""
INDENTED_CONTINUES_RATE = 0.1
"""The same if first lines are indented, because in dialogue most lines are first lines."""
FULL_RATE = 0.6
"""The same for scripts without case: the share of lines too full for the next line's first word."""
STOPPED_RATE = 0.6
"""In these scripts, wraps seldom fall behind a full stop; if more lines than this end in one, lines are paragraphs."""
MAX_INDENT = 12
INDENTED_RATE = 0.02
"""If at least this share of lines begins further to the right, the indents can mark paragraphs."""
CAPITAL_RATE = 0.9
AFTER_STOP_RATE = 0.7
SMALL_RATE = 0.75
"""If at least this share of lines begins with a lower-case letter, uneven lines are verse and not damaged wraps."""
LONG_LINES = 30
"""Few paragraphs have more lines; if much of a text is in longer ones, blank lines do not mark its paragraphs."""
MIN_WIDTH = 40
"""The approximate length of the shortest full line."""
LONG_RATE = 0.3
BROKEN_OFF_RATE = 0.6
"""A line of less than this share of a full one ends its paragraph without any mark, as headings do."""
OPENING_QUOTES = tuple("\"'“‘«„")
ENDS = frozenset(""".!?:;…"'”’»)]*—–-""")
HEADING_LINE = re.compile(r"\n(?<=[.!?…\"'”’*]\n)([^\S\n]*[^\W\d_][^\n]{2,30})(?=\n)")
BLANK = re.compile(r"(\n[^\S\n]*\n\s*)")


class _Pairs(NamedTuple):
    """Measurements of neighbouring lines in a sample."""

    breaks: int
    width: int
    cased: bool
    continues: float
    full: float
    stopped: float
    uneven: bool


def layout_of(text: str) -> Layout:
    """How a text uses line breaks.

    A break before a lower-case letter and not after a full stop is inside a sentence. In scripts without case, a break
    is a wrap if the next word would not have fitted on the line.

    Args:
        text: with `\\n` as its line break; a sample from its middle is examined.

    Returns:
        `lines` if each line is a paragraph; `wrapped`; or `double-spaced`, which is wrapped with a blank line after
        every line.
    """
    share = min(SAMPLE_LINES / (text.count("\n") + 1), 1)
    middle = text[int(len(text) * (1 - share) / 2) : int(len(text) * (1 + share) / 2)]
    sample = [line.strip() for line in middle.split("\n")]
    near = _pairs([(a, b) for a, b in pairwise(sample) if a and b])
    if near.breaks * 50 >= sum(map(bool, sample)):
        if _is_wrapped(near):
            return "wrapped"
        few_wraps = near.continues >= INDENTED_CONTINUES_RATE and near.width <= MAX_WIDTH and not near.uneven
        return "wrapped" if few_wraps and _indented(text) else "lines"
    apart = [line for line in sample if line]
    return "double-spaced" if _is_wrapped(_pairs(list(pairwise(apart)))) else "lines"


def _is_wrapped(pairs: _Pairs) -> bool:
    if pairs.breaks < 3 or pairs.width > MAX_WIDTH or pairs.uneven:
        return False
    if pairs.cased:
        return pairs.continues >= CONTINUES_RATE
    return pairs.full >= FULL_RATE and pairs.stopped < STOPPED_RATE


def _pairs(pairs: list[tuple[str, str]]) -> _Pairs:
    if not pairs:
        return _Pairs(0, 0, True, 0.0, 0.0, 0.0, False)
    width = _width([line for line, _ in pairs])
    inside = _inside_sentences(pairs)
    full = sum(len(line) + 1 + len(after.split(None, 1)[0]) > width for line, after in pairs)
    cased = sum(after[0].lower() != after[0].upper() for _, after in pairs) * 4 > len(pairs)
    stopped = 0 if cased else sum(ends_like_prose(line) for line, _ in pairs)
    small = sum(line[0].islower() for line, _ in pairs)
    uneven = cased and small >= SMALL_RATE * len(pairs) and has_uneven_lines(inside)
    rates = (len(inside) / len(pairs), full / len(pairs), stopped / len(pairs))
    return _Pairs(len(pairs), width, cased, *rates, uneven)


def _inside_sentences(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """The lines that end inside a sentence: the next one begins with a lower-case letter."""
    return [line for line, after in pairs if after[0].islower() and line[-1] not in ENDS]


def _width(lines: list[str]) -> int:
    """The width to which lines are wrapped: the 98th percentile of their lengths."""
    return sorted(map(len, lines))[int(len(lines) * 0.98)]


def paragraphs(text: str) -> Iterator[tuple[str, int]]:
    """The paragraphs of hard-wrapped text, each with the number of blank lines before it.

    Blank lines always separate paragraphs. Indented lines begin one if most of them begin with a capital after a full
    stop. If long passages remain, a line with room for the next word is the last of its paragraph.

    Args:
        text: with `\\n` as its line break.
    """
    if indented := _indented(text):
        text = HEADING_LINE.sub(_with_heading_apart, indented.sub("\n\n", text))
    pieces = BLANK.split(text)
    gaps = (1 if gap == "\n\n" else gap.count("\n") - 1 for gap in pieces[1::2])
    parts = list(zip(pieces[::2], chain((0,), gaps), strict=True))
    long_parts = (part.count("\n") + 1 for part, _ in parts if len(part) > LONG_LINES * MIN_WIDTH)
    long_lines = sum(lines for lines in long_parts if lines > LONG_LINES)
    if long_lines <= LONG_RATE * text.count("\n"):
        yield from _with_verse(parts, text)
        return
    lines = [line for part, _ in parts for line in part.split("\n")]
    pairs = [(a, b) for a, b in pairwise(_middle(lines, 2 * SAMPLE_LINES)) if a.strip() and b.strip()]
    full = _full_lengths(pairs)
    for part, gap in parts:
        for number, piece in enumerate(_after_short_lines(part, full)):
            yield piece, 0 if number else gap


def _with_heading_apart(match: re.Match[str]) -> str:
    """A line after a full stop; if it names a division, it is a paragraph of its own."""
    return f"\n\n{match[1]}\n" if names_division(match[1].strip()) else match[0]


def _with_verse(parts: list[tuple[str, int]], text: str) -> Iterator[tuple[str, int]]:
    """The paragraphs; verse without punctuation line by line."""
    sample = [line.strip() for line in _middle(text.split("\n"), SAMPLE_LINES)]
    width = prose_width(_inside_sentences((a, b) for a, b in pairwise(sample) if a and b))
    for part, gap in parts:
        lines = verse_lines(part, width) if width else None
        if lines is None:
            yield part, gap
        else:
            yield from ((line, 0 if number else gap) for number, line in enumerate(lines))


def is_indented(text: str) -> bool:
    """Whether indents or hanging indents mark the paragraphs of a hard-wrapped text."""
    return _indented(text) is not None


def _indented(text: str) -> re.Pattern[str] | None:
    """The pattern of the line break before a first line, if indents or hanging indents mark paragraphs."""
    if "\n " not in text and "\n\t" not in text:
        return None
    lines = [line.expandtabs(4) for line in _middle(text.split("\n"), SAMPLE_LINES)]
    near = [(before, line) for before, line in pairwise(lines) if before.strip() and line.strip()]
    continuing = Counter(_margin(line) for _, line in near if line.strip()[0].islower())
    base = continuing.most_common(1)[0][0] if continuing else min((_margin(line) for _, line in near), default=0)
    if _are_first([pair for pair in near if base < _margin(pair[1]) <= base + MAX_INDENT], len(near)):
        return re.compile(rf"\n(?<=\S\n)(?=(?:[^\S\n]{{{base + 1},{base + MAX_INDENT}}}|\t)\S)")
    if base and _are_first([pair for pair in near if _margin(pair[1]) < base], len(near)):
        return re.compile(rf"\n(?<=\S\n)(?=[^\S\n]{{0,{base - 1}}}\S)")
    return None


def _are_first(pairs: list[tuple[str, str]], lines: int) -> bool:
    """Whether lines begin paragraphs: there are enough of them, and most begin with a capital after a full stop.

    Args:
        pairs: each line after the one before it.
        lines: the number of lines that were examined.
    """
    capitals = sum(not line.strip()[0].islower() for _, line in pairs)
    after_stop = sum(before.rstrip()[-1] in ENDS for before, _ in pairs)
    return (
        len(pairs) >= max(3, INDENTED_RATE * lines)
        and capitals >= CAPITAL_RATE * len(pairs)
        and after_stop >= AFTER_STOP_RATE * len(pairs)
    )


def _middle(lines: list[str], number: int) -> list[str]:
    """At most this many lines from the middle of a text, where it is most typical."""
    start = max((len(lines) - number) // 2, 0)
    return lines[start : start + number]


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip())


def _after_short_lines(text: str, full: Mapping[bool, int]) -> list[str]:
    """The paragraphs of a passage in which only last lines with room for the next word mark them.

    Args:
        text: hard-wrapped lines.
        full: the length, together with the next word, from which a line is full, before a line that begins speech
            (True) and before others.
    """
    found: list[list[str]] = [[]]
    short = BROKEN_OFF_RATE * max(full.values())
    for line, after in pairwise([*text.split("\n"), ""]):
        found[-1].append(line)
        is_stop = line.rstrip()[-1:] in ENDS
        if not after or not (is_stop or (len(line) < short and line.rstrip()[-1:].isalnum())):
            continue
        most = full[_opens_speech(after)] if is_stop else short
        if _length_with_next(line, after) < most and not after.lstrip()[0].islower():
            found.append([])
    return ["\n".join(lines) for lines in found]


def _full_lengths(pairs: list[tuple[str, str]]) -> dict[bool, int]:
    """The length of a line, together with the next word, from which a full stop at its end does not end a paragraph.

    Some wraps happen to be after full stops, at a constant rate. The length is the one up to which there are clearly
    more full stops than this rate explains. The longest line is not used, because some files were wrapped repeatedly.

    Args:
        pairs: neighbouring lines.

    Returns:
        The length before lines that begin speech (True) and before others (False).
    """
    inside: Counter[int] = Counter()
    stopped: dict[bool, Counter[int]] = {True: Counter(), False: Counter()}
    for line, after in pairs:
        is_stop = line.rstrip()[-1] in ENDS
        (stopped[_opens_speech(after)] if is_stop else inside)[_length_with_next(line, after)] += 1
    if not inside:
        return {True: 0, False: 0}
    middle = sorted(inside.elements())[inside.total() // 2]
    return {speech: _best_length(inside, counts, middle) for speech, counts in stopped.items()}


def _best_length(inside: Counter[int], stopped: Counter[int], middle: int) -> int:
    """The length up to which full stops exceed twice their rate among lines of the median length or longer."""
    long_stopped, long_inside = (sum(n for k, n in counts.items() if k >= middle) for counts in (stopped, inside))
    rate = long_stopped / long_inside
    gains = accumulate(stopped[k] - 2 * rate * inside[k] for k in range(middle))
    return max(enumerate(gains, start=1), key=itemgetter(1), default=(0, 0.0))[0]


def _opens_speech(line: str) -> bool:
    return line.lstrip()[:1] in OPENING_QUOTES


def _length_with_next(line: str, after: str) -> int:
    return len(line.rstrip()) + 1 + len(after.split(None, 1)[0])
