"""Separate Project Gutenberg's header, licence and credits from a text, in the layouts from 1991 to today."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import takewhile

from corpora.builtin.sources.books.cleaning.heading_words import division_of
from corpora.builtin.sources.books.cleaning.prose import is_upper
from corpora.builtin.sources.books.formats.blocks import Block, ParsedBook, words_in

LICENCE = "public domain in the USA (Project Gutenberg)"
RULE = "gutenberg"

START = re.compile(
    r"^[ \t]*\*{2,3} ?START OF (?:THE|THIS) PROJECT GUTENBERG[^\n]*(?:\n[^\n]+){0,3}?\*{3}[ \t]*$"
    r"|^\*\*\*? ?START OF (?:THE|THIS) PROJECT GUTENBERG[^\n]*$",
    re.M | re.I,
)
SMALL_PRINT = re.compile(r"^[^\n]*(?:\*\*\*START\*\*|\bSTART\*+)\W*THE SMALL PRINT[^\n]*$", re.M | re.I)
SMALL_PRINT_END = re.compile(r"^[^\n]*\*END\W{0,4}THE SMALL PRINT[^\n]*$", re.M | re.I)
TRUE_END = re.compile(r"^[ \t]*\*{2,3} ?END OF (?:THE|THIS) PROJECT GUTENBERG", re.M | re.I)
END = re.compile(
    TRUE_END.pattern
    + r"|^[ \t]*\W{0,4}(?:The )?End of (?:the |this )?Project Gutenberg(?:['’]s)? (?:Etext|E-?book|of|edition|[A-Z])"
    + r"|^[ \t]*(?:\*{3} ?)?(?:Ende|Fin|Fine|Einde|Slut) (?:[\w’']+ ){0,3}Pro(?:je[ck]?t|yecto|getto) Gutenberg",
    re.M | re.I,
)
FRAME_SIGN = re.compile(
    r"project gutenberg[- ]?(?:tm|™|literary)|\*\*\* ?end of th|small print|full licen[sc]e|section 1\."
    r"|updated editions will replace|this file should be named|donations|information about|www\.gutenberg",
    re.I,
)
"""Phrases in the first lines of a licence or of the next file's header that do not occur in books."""
CREDIT = re.compile(
    r"^(?:this )?(?:e-?text (?:was )?)?(?:produced|prepared|transcribed|scanned|created) (?:by|from)\b"
    r"|^(?:produced|prepared) by\b|^transcribe[r']+s?['’]? notes?\b|^\[?transcriber['’]?s['’]? note"
    r"|\((?:an )?underscores?\)|\bascii\b|(?:typographical|typesett\w+|printer['’]s|spelling) (?:errors?|mistakes?)"
    r"|(?:spelling|punctuation|hyphenation)\b.{0,80}(?:retained|preserved|corrected|standardi[sz]ed)"
    r"|distributed proofread|pgdp\.net|gutenberg\.(?:org|net)|^html version by|^this ebook was produced",
    re.I,
)
NOTE_HEADING = re.compile(r"\W*transcriber['’]?s['’]? notes?\W*", re.I)
NOTE_BLOCKS = 8
NOTE_GAP = 3
"""Where paragraphs are set apart by this many blank lines, another part begins."""
HEADER_CHARACTERS = 40_000
HEADER_BLOCKS = 80
CREDIT_BLOCKS = 40
PARAGRAPH_WORDS = 25
TEXT_WORDS = 150
"""After this many words in longer paragraphs, the text has begun."""
AFTER_END_CHARACTERS = 1500
"""How far after an end marker its licence begins at most, and the length of the shortest text that can be a book."""

FIELD = re.compile(r"^(Title|Author|Language|Release Date):[ \t]*([^\n]+(?:\n[ \t]{2,}[^\n]+)*)", re.M)
NUMBER = re.compile(r"\[E(?:Book|text) ?#(\d+)\]", re.I)


@dataclass(frozen=True)
class Passage:
    """A part of a file: either of the book or of the frame (header, licence)."""

    text: str
    is_frame: bool


@dataclass(frozen=True)
class GutenbergFile:
    """A file with Project Gutenberg's header and footer separated from the text."""

    passages: tuple[Passage, ...]
    title: str
    author: str
    language: str
    number: str
    """The number of the e-text, as written; empty if the header does not give it."""


def split_frame(text: str) -> GutenbergFile | None:
    """The header, text and licence of a Gutenberg file, which may contain several; None for other files.

    Args:
        text: of the whole file, with `\\n` as its line break.
    """
    if not _is_named(text):
        return None
    cuts = _frames(text)
    if not cuts:
        return None
    header = text[: cuts[0][1]] if cuts[0][0] == 0 else text[:4000]
    fields: Mapping[str, str] = {name: " ".join(value.split()) for name, value in FIELD.findall(header)}
    number = NUMBER.search(header)
    return GutenbergFile(
        tuple(_passages(text, cuts)),
        fields.get("Title", ""),
        fields.get("Author", ""),
        fields.get("Language", ""),
        number[1] if number else "",
    )


def _is_named(text: str) -> bool:
    """Whether a text mentions Gutenberg at all; much faster than a pattern."""
    return "utenberg" in text or "UTENBERG" in text or "SMALL PRINT" in text


def _passages(text: str, cuts: list[tuple[int, int]]) -> Iterator[Passage]:
    at = 0
    for begin, end in cuts:
        if begin > at:
            yield Passage(text[at:begin], is_frame=False)
        yield Passage(text[begin:end], is_frame=True)
        at = end
    if at < len(text):
        yield Passage(text[at:], is_frame=False)


def _frames(text: str) -> list[tuple[int, int]]:
    """The character ranges of the frame, in order: header, licences, and end lines within an omnibus."""
    cuts: list[tuple[int, int]] = []
    at = _header_end(text)
    if at:
        cuts.append((0, at))
    while end := END.search(text, at):
        after = text[end.start() : end.start() + AFTER_END_CHARACTERS]
        if not _begins_frame(after[len(end[0]) :], is_true_end=TRUE_END.match(end[0]) is not None):
            line_end = _paragraph_end(text, end.end())
            cuts.append((end.start(), line_end))
            at = line_end
            continue
        start = START.search(text, end.end()) or SMALL_PRINT_END.search(text, end.end())
        if start is None or len(text) - start.end() < AFTER_END_CHARACTERS:
            cuts.append((end.start(), len(text)))
            break
        cuts.append((end.start(), start.end()))
        at = start.end()
    last = SMALL_PRINT.search(text, at) if "SMALL PRINT" in text[at:] else None
    if last and not (cuts and cuts[-1][1] == len(text)) and _ends_text(text, last.end()):
        cuts.append((last.start(), len(text)))
    return cuts


def _ends_text(text: str, at: int) -> bool:
    """Whether the small print that begins here is followed by nothing that can be a book."""
    end = SMALL_PRINT_END.search(text, at)
    return end is None or len(text) - end.end() < AFTER_END_CHARACTERS


def _header_end(text: str) -> int:
    """Where the header ends: after the start line, or after the small print if that precedes the text; otherwise 0."""
    if start := START.search(text, 0, HEADER_CHARACTERS):
        return start.end()
    first_end = END.search(text)
    limit = min(HEADER_CHARACTERS, first_end.start() if first_end else len(text))
    small_print = SMALL_PRINT_END.search(text, 0, limit)
    return small_print.end() if small_print and len(text) - small_print.end() >= AFTER_END_CHARACTERS else 0


def _begins_frame(after: str, *, is_true_end: bool) -> bool:
    """Whether an end line is followed by a licence or by nothing, rather than by the next book of an omnibus.

    Args:
        after: the text after the end line's words.
        is_true_end: whether it is the line with the stars, which only separate files have.
    """
    if is_true_end or len(after) < AFTER_END_CHARACTERS // 2:
        return True
    return FRAME_SIGN.search(after.partition("\n")[2]) is not None


def _paragraph_end(text: str, at: int) -> int:
    found = re.compile(r"\n[^\S\n]*\n").search(text, at)
    return found.start() if found else len(text)


def without_frame(book: ParsedBook) -> ParsedBook:
    """The book with the blocks of Gutenberg's header, licence and credits marked by a rule, if it has any."""
    if not _is_named("\n".join([block.text for block in book.blocks])):
        return book
    frames = dict.fromkeys(_frame_blocks(book.blocks), RULE)
    return without_credits(_marked(book, frames)) if frames else book


def without_credits(book: ParsedBook) -> ParsedBook:
    """The book with the credits after a header marked by a rule."""
    blocks = book.blocks
    openings = [n for n in range(1, len(blocks)) if blocks[n - 1].rule == RULE and blocks[n].rule != RULE]
    return _marked(book, dict.fromkeys((n for first in openings for n in _credits(blocks, first)), RULE))


def _marked(book: ParsedBook, rules: Mapping[int, str]) -> ParsedBook:
    blocks = (
        block._replace(rule=block.rule or rules[n]) if n in rules else block for n, block in enumerate(book.blocks)
    )
    return replace(book, blocks=tuple(blocks)) if rules else book


def _frame_blocks(blocks: tuple[Block, ...]) -> Iterator[int]:
    starts = [n for n, block in enumerate(blocks) if _is_named(block.text) and START.search(block.text)]
    ends = [n for n, block in enumerate(blocks) if _is_named(block.text) and END.search(block.text)]
    at = max((n for n in starts if n < HEADER_BLOCKS), default=-1) + 1
    yield from range(at)
    for end in ends:
        if end < at:
            continue
        if not _licence_follows(blocks, end):
            yield end
            continue
        at = next((n + 1 for n in starts if n > end), len(blocks))
        yield from range(end, at)


def _licence_follows(blocks: tuple[Block, ...], end: int) -> bool:
    after = "\n".join(block.text for block in blocks[end + 1 : end + 12])[:AFTER_END_CHARACTERS]
    match = TRUE_END.search(blocks[end].text)
    return _begins_frame("\n" + after, is_true_end=match is not None)


def _goes_on(block: Block) -> bool:
    """Whether a block goes on a note of the transcribers, rather than begins the text."""
    return 0 < block.gap < NOTE_GAP and not is_upper(block.text) and division_of(block.text) is None


def _credits(blocks: tuple[Block, ...], first: int) -> Iterator[int]:
    """The blocks after the header that credit transcribers or describe their work, up to the beginning of the text."""
    text_words = 0
    for n in range(first, min(first + CREDIT_BLOCKS, len(blocks))):
        block = blocks[n]
        if block.rule == RULE:
            return
        if block.rule:
            continue
        if CREDIT.search(block.text[:400]):
            yield n
            if NOTE_HEADING.fullmatch(block.text):
                yield from takewhile(lambda m: _goes_on(blocks[m]), range(n + 1, min(n + 1 + NOTE_BLOCKS, len(blocks))))
        elif not block.level:
            text_words += words_in(block.text) if words_in(block.text) >= PARAGRAPH_WORDS else 0
        if text_words > TEXT_WORDS:
            return
