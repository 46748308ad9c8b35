"""Interpret or remove the marks with which transcribers represent a printed page in plain text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from corpora.builtin.sources.books.formats.blocks import Block, one_line
from corpora.builtin.sources.books.formats.endnotes import without_endnotes

OPEN, CLOSE = "\ufdd0", "\ufdd1"
"""Noncharacters around the number of a removed passage, until its paragraph is known."""
PLACE = re.compile(f"{OPEN}(\\d+){CLOSE}")

STRONG = re.compile(r"__(?<!\w__)(?<!___)(\w[^_\n]{0,200}(?:\n[^_\n]{1,200})?)__(?![\w_])")
ITALICS = re.compile(r"_(?<![^\W\d]_)([^_\n]+(?:\n[^_\n]+){0,3})_(?![\w_])")
BOLD = re.compile(
    r"([=~+])(?<![\w=~+][=~+])(?=\w|[^\w\s=~+]\w)([^=~+\n]{1,200}(?:\n[^=~+\n]{1,200}){0,2})(?<!\s)\1(?![\w=~+])"
)
TAG = re.compile(r"</?(?:i|b|u|em|strong|sc|g|cite|small|big|span|font|a|su[bp])(?: [^<>\n]{0,200})?>", re.I)
BLOCK_TAG = re.compile(r"</?(?:p|br|div|center|blockquote|hr|h[1-6])(?: [^<>\n]{0,200})?/?>", re.I)
INITIAL = re.compile(r"^\|(?=[^\s|][^|\n]*$)", re.M)
SUPERSCRIPT = re.compile(
    r"\^(?:(?<=[A-Z\d]\^)|(?<=[A-Za-z]{2}\^)|(?<=\b[yw]\^))(?:\{([A-Za-z]{1,6}\.?)\}|([a-z]{1,3}|[A-Z]{1,3})(?![A-Za-z\d]))"
)
INNER = r"(?:[^\[\]]|\[[^\[\]]{0,200}\])"
PASSAGES = (
    ("picture", re.compile(
        r"\[(?:Illustrations?\b|music notation|Images? (?:un|not )available"
        r"|(?:Plate|Fig(?:ure|s?\.)|Music|Images?|Picture|Map|Colophon|Decoration"
        rf"|Frontispiece|Headpiece|Tailpiece|Facsimile)(?=[:.\]]| ?(?:\d|[IVXLC]+\b))){INNER}{{0,600}}+\]", re.I)),
    ("sidenote", re.compile(rf"\[Sidenotes?:{INNER}{{0,400}}+\]", re.I)),
    ("transcriber's note", re.compile(
        r"\[(?:Transcriber|Transcription|Trans\.|Tr\.|Etext|E-text)(?:['’]?s)?['’]? ?(?:Notes?|Comments?)?:"
        rf"{INNER}{{0,2000}}+\]", re.I)),
    ("note", re.compile(r"\[Footnote\b[^\[\]]{1,600}\]")),
)  # fmt: skip
"""Passages that are not part of the running text, with the rules that remove them."""
PAGE = re.compile(r"\[(?:Pg\.? ?\w+|p\. ?\d+|Page \w+|Blank Page)[^\[\]]{0,40}\]", re.I)
CURLY_MARK = re.compile(r"\{(?:(?:end|foot)?note:? ?|p\.? ?|pg\.? ?|page ?)?\d{1,4}[a-z]?\}", re.I)
WORDED_MARK = re.compile(r"\[(?<=\S\[)(?:end|foot)?note:? ?\d{1,3}\](?!:)|\[end ?note:? ?\d{1,3}\](?!:)", re.I)
NOTE_MARK = re.compile(r"\[(?<=\S\[)([0-9]{1,3}|[A-Z]|[*†‡§]{1,3})\]")
NOTE_HEAD = re.compile(r"\[(?<=\n\[)([0-9]{1,3}|[A-Z]|[*†‡§]{1,3})\][ \t]+")
NOTE_LABEL = re.compile(r"\[(?<=\n\[)(?:Footnote )?([0-9]{1,3}|[A-Z])(?=\][ \t]|:)")
RUN_OF_NOTES = 3
"""If there are at least this many marks, numbered from 1, they are marks of notes, wherever the notes are."""
NOTE_PARAGRAPH = re.compile(r"\[(?<=\n\[)Footnote[ \w*†‡§]{0,8}: ?([^\[\]]+)\]")
FOREIGN = re.compile(r"\[(?:Greek|Hebrew|Arabic|Russian|Cyrillic):? ([^\[\]]{1,300})\]")
LETTER = re.compile(r"""\[(?:(oe|ae)|([=):\"`'^~.,])([A-Za-z]|[ao]e)|([A-Za-z])([=):\"`'^~,]))\]""", re.I)
ACCENTS = {
    "=": "\u0304", ")": "\u0306", ":": "\u0308", '"': "\u0308", "`": "\u0300", "'": "\u0301", "^": "\u0302",
    "~": "\u0303", ".": "\u0307", ",": "\u0327",
}  # fmt: skip
LIGATURES = {"oe": "œ", "ae": "æ", "OE": "Œ", "AE": "Æ", "Oe": "Œ", "Ae": "Æ"}


def read_marks(text: str) -> tuple[str, list[Block]]:
    """The text with marks interpreted and passages removed.

    Args:
        text: of a transcribed book.

    Returns:
        The text, with `PLACE` where a passage was, and the passages, indexed by the number in it. Page numbers and the
        marks of notes are removed without a trace.
    """
    removed: list[Block] = []
    if OPEN in text or CLOSE in text:
        text = text.replace(OPEN, "").replace(CLOSE, "")
    text, notes = without_endnotes(text)
    if notes:
        removed += [Block(one_line(note), rule="note") for note in notes]
        text += "".join(f"{OPEN}{number}{CLOSE}" for number in range(len(notes)))
    if "<" in text:
        text = BLOCK_TAG.sub("\n\n", TAG.sub("", text))
    if "_" in text:
        text = ITALICS.sub(r"\1", STRONG.sub(r"\1", text) if "__" in text else text)
    if "=" in text or "~" in text or "+" in text:
        text = BOLD.sub(_emphasised, text)
    if "^" in text:
        text = SUPERSCRIPT.sub(lambda match: match[1] or match[2], text)
    if "|" in text:
        text = INITIAL.sub("", text)
    if "[" in text:
        text = _without_brackets(text, removed)
    return CURLY_MARK.sub("", text) if "{" in text else text, removed


def _emphasised(match: re.Match[str]) -> str:
    """The words between two marks; if there are no letters between them, it is a formula and stays unchanged."""
    return match[2] if any(map(str.isalpha, match[2])) else match[0]


def _without_brackets(text: str, removed: list[Block]) -> str:
    text = PAGE.sub("", WORDED_MARK.sub("", LETTER.sub(_letter, text)))
    text = FOREIGN.sub(r"\1", text)
    *before_notes, (note_rule, note) = PASSAGES
    for rule, pattern in before_notes:
        text = pattern.sub(_taken_out(rule, removed), text)
    text = NOTE_PARAGRAPH.sub(r"\1", _without_note_marks(text))
    return note.sub(_taken_out(note_rule, removed), text)


def _taken_out(rule: str, removed: list[Block]) -> Callable[[re.Match[str]], str]:
    def _take(match: re.Match[str]) -> str:
        removed.append(Block(one_line(match[0]), rule=rule))
        return f"{OPEN}{len(removed) - 1}{CLOSE}"

    return _take


def _letter(match: re.Match[str]) -> str:
    """A letter written in brackets: `[oe]` is œ, `[=a]` is ā, `[c,]` is ç."""
    ligature, before, letter, letter_first, after = match.groups()
    if ligature:
        return LIGATURES.get(ligature, match[0])
    base = letter or letter_first
    composed = unicodedata.normalize("NFC", LIGATURES.get(base, base) + ACCENTS[before or after])
    return composed if before or len(composed) == 1 else match[0]


def _without_note_marks(text: str) -> str:
    """The text without the marks of notes.

    A mark is recognised if the text has a note with its number, if the marks are numbered from 1, or if it is a star
    or the like.
    """
    marks = dict.fromkeys(NOTE_MARK.findall(text))
    numbers = [mark for mark in marks if mark.isdigit()]
    counted = len(numbers) >= RUN_OF_NOTES and numbers == [str(n + 1) for n in range(len(numbers))]
    notes = marks.keys() & {*NOTE_LABEL.findall(text), *(numbers if counted else ())}

    def _without(match: re.Match[str]) -> str:
        return "" if match[1] in notes or not match[1].isalnum() else match[0]

    return NOTE_HEAD.sub(_without, NOTE_MARK.sub(_without, text))
