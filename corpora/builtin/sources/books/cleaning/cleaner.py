"""Turn a parsed book into a document: find its headings, and remove and record what is not text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from corpora import Document
from corpora.builtin.sources.books.cleaning import matter_sections
from corpora.builtin.sources.books.cleaning.author_notes import author_notes
from corpora.builtin.sources.books.cleaning.boilerplate import boilerplate
from corpora.builtin.sources.books.cleaning.headings import with_headings
from corpora.builtin.sources.books.cleaning.signs import signs_in
from corpora.builtin.sources.books.cleaning.title_pages import front_matter
from corpora.builtin.sources.books.formats.blocks import Block, ParsedBook, words_in
from corpora.builtin.sources.books.formats.transcription import PASSAGES
from corpora.builtin.sources.books.language_codes import code_of


class _Text:
    """The remaining blocks of a book, and the rules that removed the others."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self.all = list(blocks)
        self.rules = {n: block.rule for n, block in enumerate(self.all) if block.rule}
        self._numbers = [n for n in range(len(self.all)) if n not in self.rules]
        self.left = [self.all[n] for n in self._numbers]

    def remove(self, found: Mapping[int, str]) -> None:
        """Remove blocks, given by their index among the remaining ones, each with the rule."""
        if not found:
            return
        self.rules |= {self._numbers[place]: rule for place, rule in found.items()}
        self._numbers = [n for place, n in enumerate(self._numbers) if place not in found]
        self.left = [block for place, block in enumerate(self.left) if place not in found]

    def parts(self) -> tuple[list[str], list[tuple[int, str]], list[dict[str, str]]]:
        """The paragraphs, the headings with the number of the next paragraph, and a record of each removed passage."""
        paragraphs: list[str] = []
        headings: list[tuple[int, str]] = []
        removed: list[dict[str, str]] = []
        left = iter(self.left)
        for n, block in enumerate(self.all):
            if rule := self.rules.get(n):
                removed.append(
                    {"rule": rule, "position": f"before paragraph {len(paragraphs) + 1}", "text": block.text}
                )
            elif (kept := next(left)).level:
                headings.append((len(paragraphs), kept.text))
            else:
                paragraphs.append(kept.text)
        return paragraphs, headings, removed


def document_of(book: ParsedBook, id: str) -> Document:
    """The document of a book.

    Args:
        book: as its reader returned it.
        id: of the document.

    Returns:
        A document whose side records have every removed passage in full, with its rule and position, and whose
        `metadata["removed"]` counts them by rule.
    """
    text = _Text(book.blocks)
    text.remove(dict.fromkeys(_ornaments(text.left), "scene break"))
    text.remove(dict.fromkeys(_page_numbers(text.left), "page number"))
    text.remove(_bracketed(text.left))
    text.left = with_headings(text.left)
    text.remove(author_notes(text.left))
    text.remove(dict.fromkeys(_plate_captions(text.left), "caption"))
    if any(block.linked for block in text.left):
        text.remove(dict.fromkeys(matter_sections.linked_contents(text.left), "contents"))
    signs = signs_in(text.left)
    found = matter_sections.sections(text.left, signs)
    found = boilerplate(text.left, signs, found) | found
    text.remove(found | dict.fromkeys(front_matter(text.left, found), "front matter"))
    text.remove(dict.fromkeys(matter_sections.after_the_end(text.left), "after the end"))
    paragraphs, headings, removed = text.parts()
    return Document(
        id,
        tuple(paragraphs),
        title=book.title,
        author=book.author,
        url=book.url,
        licence=book.licence,
        language=code_of(book.language),
        encoding=book.encoding,
        headings=tuple(headings),
        metadata={**book.metadata, "removed": dict(sorted(Counter(record["rule"] for record in removed).items()))},
        side_records={"removed": removed},
    )


BREAK_LETTERS = re.compile(r"[\s~=*+<>•·|:#_–—-]*[oOxX0](?:[\s~=*+<>•·|:#_–—-]*[oOxX0])*[\s~=*+<>•·|:#_–—-]*")
BREAK_CHARACTERS = 60


def _ornaments(blocks: list[Block]) -> list[int]:
    """The blocks that separate scenes: without a letter or digit, or like `oOo`, `-x-` and `XXXXX`."""
    found = [n for n, block in enumerate(blocks) if not (block.text[0].isalnum() or any(map(str.isalnum, block.text)))]
    lettered = [n for n, b in enumerate(blocks) if len(b.text) <= BREAK_CHARACTERS and BREAK_LETTERS.fullmatch(b.text)]
    counted = Counter(blocks[n].text for n in lettered)
    return sorted([*found, *(n for n in lettered if _is_break(blocks[n].text, counted[blocks[n].text]))])


def _is_break(text: str, times: int) -> bool:
    """Whether a line of the letters o and x separates scenes, and is neither a word, a number nor a sign-off."""
    letters = "".join(filter(str.isalnum, text))
    if not letters.strip("0"):
        return False
    if len(text) > len(letters) and not (text[0].isalnum() or text[-1].isalnum()):
        return True
    is_mixed = "0" in letters or (any(map(str.islower, letters)) and any(map(str.isupper, letters[1:])))
    is_row = len(letters) > 3 and len({*letters}) == 1
    return is_mixed or is_row or (times > 1 and letters in ("xxx", "ooo"))


PAGE_NUMBER = re.compile(r"[\[({<|*~·–—-]+ ?\d{1,4} ?[\])}>|*~·–—-]+")


def _page_numbers(blocks: list[Block]) -> list[int]:
    """The blocks that are only a number between signs, such as `- 18 -` or `[17]`."""
    return [n for n, block in enumerate(blocks) if len(block.text) < 12 and PAGE_NUMBER.fullmatch(block.text)]


def _bracketed(blocks: list[Block]) -> dict[int, str]:
    """The blocks that are passages inserted by transcribers, in brackets or with a label, each with its rule."""
    opened = {n: block.text for n, block in enumerate(blocks) if block.text[0] in "[I"}
    labelled = {n: "picture" for n, text in opened.items() if text.startswith("Illustration: ")}
    return labelled | {
        n: rule for n, text in opened.items() if text[0] == "[" for rule, pattern in PASSAGES if pattern.fullmatch(text)
    }


CAPTION_WORDS = 12
PLATE = re.compile(r"[\[(]?(PLATE|FIG(?:URE)?|Plate|Fig(?:ure)?)\.? (?:[IVXLC]+|\d{1,3})[.:,)\]—–-]*(?: [^a-z].*|$)")


def _plate_captions(blocks: Sequence[Block]) -> Iterator[int]:
    """Captions of plates and figures between paragraphs (`PLATE IV. THE HARBOUR`), if there is more than one."""
    matches = {
        n: PLATE.match(block.text) for n, block in enumerate(blocks) if block.text[0] in "[(PF" and not block.level
    }
    kinds = {n: match[1].lower() for n, match in matches.items() if match}
    counted = Counter(kinds.values())
    yield from (n for n, kind in kinds.items() if counted[kind] > 1 and words_in(blocks[n].text) <= CAPTION_WORDS)
