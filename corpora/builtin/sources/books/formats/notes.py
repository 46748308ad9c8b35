"""Find the notes of a plain text, wherever they are, by the marks in the text that refer to them."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from corpora.builtin.sources.books.formats.paragraph_layout import layout_of

LABEL = r"(\d{1,3}|[A-Za-z]|[*†‡§]{1,3})"
BRACKETED = re.compile(rf"\[(?:(?:[Ee]nd|[Ff]oot)?[Nn]ote:? ?)?{LABEL}\](?!:)")
ATTACHED = (
    re.compile(r"\((?<=[\w.,;:!?\"'”’)_]\()(\d{1,3})\)"),
    re.compile(r"\{(?<=\S\{)(?:(?:end|foot)?note:? ?)?(\d{1,3})\}", re.I),
    re.compile(r"\^(?<=\S\^)(?:(\d{1,3})\b|\{(\d{1,3})\})"),
)
"""Marks that are recognised only directly behind a word, and only if there is a note."""
STARRED = tuple(
    re.compile(rf"{first}(?<=[\w.,;:!?\"'”’)]{first})(?:{first}{{0,2}}+)(?=[\s.,;:!?\"'”’)—–]|--|$)")
    for first in (r"\*", "†", "‡", "§")
)
EMPHASISED = re.compile(r"(?<!\w)\*\w[^*\n]*$")
EXPLICIT = re.compile(rf"\[(foot)?note(?:s? {LABEL})?(?: ?\[[^\[\]]{{1,20}}\])?:", re.I)
HEAD = re.compile(
    rf"(?<=\n)[ \t]*(?:\[{LABEL}\][ \t]+|\((\d{{1,3}})\)[ \t]+|\{{(\d{{1,3}})\}}[ \t]*|\^\{{?(\d{{1,3}})\}}?[ \t]*"
    r"|\[?([*†‡§]{1,3})[ \t]*(?=[\"“‘'_]{0,2}[A-Z]))(?=\S)"
)
"""The label at the beginning of a line."""
FIRST_SIGNS = ("\n[", "\n(", "\n{", "\n^", "\n*", "\n†", "\n‡", "\n§")
HEADING = re.compile(
    r"\n(?<=\n\n)[ \t]*(?:(?:END|FOOT)?NOTES|(?:End|Foot)?[Nn]otes)(?: (?:to|TO) (?:the |THE )?\w{2,12}(?: \w{1,12})?)?"
    r"[.:]?[ \t]*\n(?=[ \t]*\n)"
)
PARAGRAPH = re.compile(r"[^\n]+(?:\n(?![ \t]*\n)[^\n]+)*")
NUMBERED = re.compile(r"[ \t]*(?:\[(\d{1,3})\]|\((\d{1,3})\)|\[(?:foot)?note (\d{1,3}):|(\d{1,3})[.)])[ \t]+\S", re.I)
MIN_NOTES = 3
PAIRED_RATE = 0.5
"""If fewer of the labelled paragraphs have marks, they are numbered paragraphs, and only firm marks refer to notes."""
REFERRED_RATE = 0.8
MAX_RATE = 0.4
"""Sections of notes are at most this share of a text."""
CONTINUED = 2
"""At most this many paragraphs in a row of a section of notes are without a number."""
STAR_CHARACTERS = 8_000
"""A star refers to a note at most this many characters below it."""
MAX_NOTE = 20_000
NEAR = 200
SUBHEADING_CHARACTERS = 60


class Span(NamedTuple):
    """A note or a mark in a text."""

    start: int
    end: int
    label: str
    is_sure: bool = False
    """For a note, whether it is called a footnote; for a mark, whether it is in square brackets, behind a word."""


def without_notes(text: str, take: Callable[[str], str]) -> str:
    """A text without its notes and the marks that refer to them.

    A note is a paragraph with a label for which there is a mark above, so numbers may start over in each chapter; notes
    that are numbered like a list (`1.`) need a heading such as NOTES as well. If there are no notes, marks are still
    recognised if they are numbered from 1, or are stars in brackets.

    Args:
        text: with `\\n` as its line break.
        take: called with each removed passage; returns what stands in its place.
    """
    marks = sorted(_marks(text))
    if not marks and not ("[" in text and "[Footnote" in text):
        return text
    sections = _sections(text, marks) if marks else []
    notes = [*_outside(sorted(_notes(text)), sections)]
    paired = _pairs(marks, notes)
    if len(paired) < PAIRED_RATE * len(notes):
        paired = {note: mark for note, mark in paired.items() if mark.is_sure}
    found = sorted([*sections, *(note for note in notes if note.is_sure or note in paired)])
    labels = {note.label for note in notes} | _counted(marks)
    dropped = {mark for mark in marks if mark.is_sure and (mark.label in labels or not mark.label.isalnum())}
    dropped |= {*paired.values(), *_referred(marks, sections)}
    return _cut(text, [*found, *dropped], {*found}, take)


def _marks(text: str) -> Iterator[Span]:
    """What may be marks of notes."""
    if "[" in text:
        for match in BRACKETED.finditer(text):
            start = match.start()
            if text[start - 1 : start].strip():
                yield Span(start, match.end(), match[1], is_sure=True)
            elif not _opens_line(text, start):
                yield Span(start, match.end(), match[1])
    for sign, pattern in zip("({^", ATTACHED, strict=True):
        if sign in text:
            yield from (Span(m.start(), m.end(), m[m.lastindex or 1]) for m in pattern.finditer(text))
    for sign, pattern in zip("*†‡§", STARRED, strict=True):
        if sign in text:
            yield from (Span(m.start(), m.end(), m[0]) for m in pattern.finditer(text) if not _is_emphasis(text, m))


def _opens_line(text: str, at: int) -> bool:
    """Whether there is only white space before a place, as far as indents go."""
    before = text[max(at - NEAR, 0) : at].rstrip(" \t")
    return not before or before[-1] == "\n"


def _is_emphasis(text: str, match: re.Match[str]) -> bool:
    """Whether a star ends emphasised words: `*very*`."""
    return EMPHASISED.search(text, max(match.start() - NEAR, 0), match.start()) is not None


def _notes(text: str) -> Iterator[Span]:
    """The passages that may be notes outside of sections."""
    explicit = [*EXPLICIT.finditer(text)] if "ote" in text else []
    closing = _closing(text) if explicit else {}
    for match in explicit:
        if 0 < (end := closing.get(match.start(), 0)) <= match.start() + MAX_NOTE:
            yield Span(match.start(), end, match[2] or "", is_sure=match[1] is not None)
    if not any(sign in text for sign in FIRST_SIGNS) and not re.search(r"\n[ \t]+[\[({^*†‡§]", text):
        return
    by_line = layout_of(text) == "lines"
    last = -1
    for match in HEAD.finditer(text):
        start = match.start()
        if not by_line and start != last and not _opens_line(text, start - 1):
            continue
        last = _end_of_note(text, match.end(), by_line=by_line)
        yield Span(start, last, match[match.lastindex or 1])


def _end_of_note(text: str, start: int, *, by_line: bool) -> int:
    """Where a note ends: at the end of its line or paragraph, or before the next note."""
    at = start
    while (at := text.find("\n", at)) >= 0:
        following = text[at + 1 : at + 200].partition("\n")[0]
        if by_line or not following.strip() or HEAD.match(text, at + 1):
            return at + (0 if by_line or not following.strip() else 1)
        at += 1
    return len(text)


def _closing(text: str) -> dict[int, int]:
    """The end of each passage in square brackets, by its start; passages may contain others."""
    open_at: list[int] = []
    found: dict[int, int] = {}
    for match in re.finditer(r"[\[\]]", text):
        if match[0] == "[":
            open_at.append(match.start())
        elif open_at:
            found[open_at.pop()] = match.end()
    return found


def _pairs(marks: Sequence[Span], notes: Sequence[Span]) -> dict[Span, Span]:
    """The mark of each note that has one above it, each mark used once."""
    found: dict[Span, Span] = {}
    waiting: dict[str, deque[Span]] = {}
    place = 0
    for note in notes:
        while place < len(marks) and marks[place].start < note.start:
            waiting.setdefault(marks[place].label, deque()).append(marks[place])
            place += 1
        above = waiting.get(note.label, deque())
        while above and not note.label.isalnum() and note.start - above[0].start > STAR_CHARACTERS:
            above.popleft()
        if above:
            found[note] = above.popleft() if note.label.isalnum() else above.pop()
    return found


def _counted(marks: Sequence[Span]) -> set[str]:
    """The numbers of marks in brackets, if there are several and they count from 1."""
    numbers = [*dict.fromkeys(mark.label for mark in marks if mark.is_sure and mark.label.isdigit())]
    return {*numbers} if len(numbers) >= MIN_NOTES and numbers == [str(n + 1) for n in range(len(numbers))] else set()


def _sections(text: str, marks: Sequence[Span]) -> list[Span]:
    """The sections of notes: a heading such as NOTES, and paragraphs that are numbered from 1, perhaps by chapter."""
    found: list[Span] = []
    wanted: Counter[str] = Counter()
    end = 0
    for match in HEADING.finditer(text):
        if match.start() < end:
            continue
        end, numbers = _numbered(text, match.end())
        if numbers:
            found.append(Span(match.start() + 1, end, ""))
            wanted.update(numbers)
    given = Counter(mark.label for mark in _outside(marks, found))
    count = wanted.total()
    is_referred = count >= MIN_NOTES and (wanted & given).total() >= REFERRED_RATE * count
    return found if is_referred and sum(end - start for start, end, *_ in found) <= MAX_RATE * len(text) else []


def _numbered(text: str, start: int) -> tuple[int, list[str]]:
    """The end of the numbered paragraphs behind a heading, and their numbers."""
    end, numbers, last, others = start, [], 0, 0
    for match in PARAGRAPH.finditer(text, start):
        label = NUMBERED.match(match[0])
        number = int(label[label.lastindex or 1]) if label else 0
        if number and number in (last + 1, 1):
            numbers.append(str(number))
            last, others, end = number, 0, match.end()
        elif number or others == CONTINUED or (not last and len(match[0]) > SUBHEADING_CHARACTERS):
            return end, numbers
        else:
            others += 1
    return len(text) if numbers else end, numbers


def _referred(marks: Sequence[Span], sections: Sequence[Span]) -> Iterator[Span]:
    """The marks above sections of notes, which were found to refer to nearly all of them."""
    end = max((section.start for section in sections), default=0)
    yield from (mark for mark in marks if mark.start < end and mark.label.isdigit())


def _outside(spans: Sequence[Span], areas: Sequence[Span]) -> Iterator[Span]:
    """The spans that do not begin in one of the areas; both are in order."""
    place = 0
    for span in spans:
        while place < len(areas) and areas[place].end <= span.start:
            place += 1
        if place == len(areas) or span.start < areas[place].start:
            yield span


def _cut(text: str, spans: list[Span], notes: set[Span], take: Callable[[str], str]) -> str:
    """The text without the spans, which are notes or marks; a mark goes with the space before it."""
    parts: list[str] = []
    at = 0
    for span in sorted(spans):
        if span.start < at:
            continue
        kept = text[at : span.start]
        if span in notes:
            parts += [kept, take(text[span.start : span.end])]
        else:
            parts.append(kept if span.is_sure else kept.rstrip(" "))
        at = span.end
    return "".join([*parts, text[at:]])
