"""Interpret or remove the marks with which transcribers represent a printed page in plain text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from corpora.builtin.sources.books.formats.blocks import Block, one_line, removed_blocks
from corpora.builtin.sources.books.formats.notes import without_notes
from corpora.builtin.sources.books.formats.paragraph_layout import layout_of

OPEN, CLOSE = "\ufdd0", "\ufdd1"
"""Noncharacters around the number of a removed passage, until its paragraph is known."""
PLACE = re.compile(f"{OPEN}(\\d+){CLOSE}")
NO_RECORD = OPEN + CLOSE
"""The place of a page number, which is removed without a record."""
PLACES = re.compile(f"{OPEN}\\d*{CLOSE}\\s*(?:{OPEN}\\d*{CLOSE}\\s*)*")

STRONG = re.compile(r"__(?<!\w__)(?<!___)(\w[^_\n]{0,200}(?:\n[^_\n]{1,200})?)__(?![\w_])")
ITALICS = re.compile(r"_(?<![^\W\d]_)([^_\n]+(?:\n[^_\n]+){0,3})_(?![\w_])")
BOLD = {
    sign: re.compile(
        rf"[{sign}](?<![\w{others}][{sign}])(?={first}|[^\w\s{others}]\w)"
        rf"([^{others}\n]{{1,200}}(?:\n[^{others}\n]{{1,200}}){{0,2}})(?<!\s)[{sign}](?![\w{others}])"
    )
    for others, first in (("=~+", r"\w"), ("$", r"[^\W\d]"), ("#", r"[^\W\d]"), ("@", r"[^\W\d]"))
    for sign in others
}
"""Words in bold, gesperrt or small capitals, by the sign around them; `$5 and then $6` and hash tags are none."""
STARS = re.compile(
    r"\*(?<![\w*]\*)\*{0,2}(?=\w|[^\w\s*]\w)([^*\n]{1,300}(?:\n[^*\n]{1,300}){0,3})(?<!\s)\*{1,3}(?![\w*])"
)
"""Words between stars, as in Markdown and in stories of the web; a star behind a word is the mark of a note."""
RULE_LINE = re.compile(r"\n([^\S\n]*(?:[*~=_#•·+-][^\S\n]?){3,60})(?=\n)")
"""A line of signs, which parts what is above it from what is below it."""
FORUM_TAGS = r"b|i|u|s|center|left|right|indent|size|color|font|quote|spoiler|url|img"
FORUM_END = re.compile(rf"\[/({FORUM_TAGS})\]", re.I)
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
    ("sidenote", re.compile(rf"\[(?:Side-?notes?|SN|Marginal note):{INNER}{{0,400}}+\]", re.I)),
    ("transcriber's note", re.compile(
        r"\[(?:Transcriber|Transcription|Trans\.|Tr\.|Etext|E-text)(?:['’]?s)?['’]? ?(?:Notes?|Comments?)?:"
        rf"{INNER}{{0,2000}}+\]", re.I)),
)  # fmt: skip
"""Passages that are not part of the running text, with the rules that remove them."""
CURLY_PICTURE = re.compile(r"[{<]Illustrations?\b[^{}<>]{0,600}[}>]", re.I)
PAGE = re.compile(r"\[(?:Pg\.? ?\w+|p\. ?\d+|Page \w+|Blank Page)[^\[\]]{0,40}\]", re.I)
CURLY_MARK = re.compile(r"\{(?:(?:end|foot)?note:? ?|p\.? ?|pg\.? ?|page ?)?\d{1,4}[a-z]?\}", re.I)
WORDED_MARK = re.compile(r"\[(?<=\S\[)(?:end|foot)?note:? ?\d{1,3}\](?!:)|\[end ?note:? ?\d{1,3}\](?!:)", re.I)
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
    if "<" in text:
        text = BLOCK_TAG.sub("\n\n", TAG.sub("", text))
    if "[/" in text and (names := {name.lower() for name in FORUM_END.findall(text)}):
        text = re.sub(rf"\[/?(?:{'|'.join(sorted(names))})(?:=[^\]\n]{{0,100}})?\]", "", text, flags=re.I)
    text = RULE_LINE.sub(r"\n\n\1\n", text)
    if "*" in text:
        text = STARS.sub(r"\1", text)
    if "_" in text:
        text = ITALICS.sub(r"\1", STRONG.sub(r"\1", text) if "__" in text else text)
    for sign, pattern in BOLD.items():
        if sign in text and text.count(sign) > 1:
            text = pattern.sub(_emphasised, text)
    if "^" in text:
        text = SUPERSCRIPT.sub(lambda match: match[1] or match[2], text)
    if "|" in text:
        text = INITIAL.sub("", text)
    if "[" in text:
        text = FOREIGN.sub(r"\1", LETTER.sub(_letter, text))
        for rule, pattern in PASSAGES:
            text = pattern.sub(_taken_out(rule, removed), text)
        text = PAGE.sub(NO_RECORD, text)
    for sign in "{<":
        if sign in text and f"{sign}Ill" in text:
            text = CURLY_PICTURE.sub(_taken_out("picture", removed), text)
    text = without_notes(text, lambda note: _noted(note, removed))
    if "[" in text:
        text = WORDED_MARK.sub("", text)
    if "{" in text:
        text = CURLY_MARK.sub(NO_RECORD, text)
    return _joined(text) if OPEN in text else text, removed


def _noted(note: str, removed: list[Block]) -> str:
    """The places of the paragraphs of a note, which may contain places of other passages."""
    places = []
    for block in removed_blocks(note, "note"):
        shown = PLACE.sub(lambda match: removed[int(match[1])].text, block.text)
        places.append(_place(block._replace(text=shown), removed))
    return "".join(places)


def _emphasised(match: re.Match[str]) -> str:
    """The words between two marks; if there are no letters between them, it is a formula and stays unchanged."""
    return match[1] if any(map(str.isalpha, match[1])) else match[0]


def _joined(text: str) -> str:
    """The text without the places of page numbers, and with sentences whole that a page or passage parts."""
    by_line = None
    parts: list[str] = []
    at = 0
    for match in PLACES.finditer(text):
        gap = text[at : match.start()]
        before = gap.rstrip()
        is_apart = "\n" in gap[len(before) :] and "\n" in match[0][match[0].rindex(CLOSE) :]
        is_cut = (before[-1:].islower() or before[-1:] in tuple(",;-")) and text[
            match.end() : match.end() + 1
        ].islower()
        if is_apart and is_cut:
            by_line = layout_of(text) == "lines" if by_line is None else by_line
            start, space, word = before.rpartition(" ")
            places = "".join(place[0] for place in PLACE.finditer(match[0]))
            parts += [start, space, places, word, _break_within(word) if by_line else "\n"]
        else:
            parts += [gap, match[0].replace(NO_RECORD, "")]
        at = match.end()
    return "".join([*parts, text[at:]])


def _break_within(word: str) -> str:
    return "" if word[-1:] == "-" else " "


def _taken_out(rule: str, removed: list[Block]) -> Callable[[re.Match[str]], str]:
    def _take(match: re.Match[str]) -> str:
        return _place(Block(one_line(match[0]), rule=rule), removed)

    return _take


def _place(block: Block, removed: list[Block]) -> str:
    removed.append(block)
    return f"{OPEN}{len(removed) - 1}{CLOSE}"


def _letter(match: re.Match[str]) -> str:
    """A letter written in brackets: `[oe]` is œ, `[=a]` is ā, `[c,]` is ç."""
    ligature, before, letter, letter_first, after = match.groups()
    if ligature:
        return LIGATURES.get(ligature, match[0])
    base = letter or letter_first
    composed = unicodedata.normalize("NFC", LIGATURES.get(base, base) + ACCENTS[before or after])
    return composed if before or len(composed) == 1 else match[0]
