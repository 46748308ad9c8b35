"""The texts of an EPUB as one: what their borders cut is joined, and what they all repeat is marked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from corpora.builtin.sources.books.cleaning.prose import ends_like_prose
from corpora.builtin.sources.books.formats.blocks import Block, words_in
from corpora.builtin.sources.books.formats.html.looks import with_shown_headings
from corpora.builtin.sources.books.formats.html.notes import without_notes

MIN_PAGES = 3
HEAD_RATE = 0.5
HEAD_WORDS = 12
HEADINGS_RATE = 0.5
"""Where headings hold more of a book's words than this, its markup uses them for text."""
TITLE_WORDS = 12
CLOSING = "\"'”’»"
CUT_WORDS = 12
"""Shorter lines that end without a stop before a small letter may be verse."""
WORD = re.compile(r"[^\W\d_]+")
WORDS_OF_ONE_LETTER = frozenset("AIOÀYE")


def joined_pages(pages: Sequence[list[Block]]) -> list[Block]:
    """The blocks of all texts in order, with notes and headings told from the text."""
    pages = with_shown_headings(without_notes(pages))
    heads = _repeated_heads(pages)
    blocks: list[Block] = []
    for page in pages:
        marked = [_marked(block, n in (0, len(page) - 1) and block.text in heads) for n, block in enumerate(page)]
        if blocks and marked and _is_cut(blocks[-1], marked[0]):
            blocks[-1] = _joined(blocks[-1], marked.pop(0))
        elif (first := next((n for n, block in enumerate(marked) if not block.rule), None)) is not None:
            marked[first] = marked[first]._replace(opens_file=True)
        blocks += _whole(marked)
    blocks = [block._replace(markup=None) if block.markup else block for block in blocks]
    return list(_with_initials(_without_false_headings(blocks)))


def _repeated_heads(pages: Sequence[list[Block]]) -> set[str]:
    """Short lines that begin or end most of the texts."""
    filled = [page for page in pages if page]
    edges = Counter(text for page in filled for text in {page[0].text, page[-1].text})
    least = max(MIN_PAGES, HEAD_RATE * len(filled))
    return {text for text, count in edges.items() if count >= least and words_in(text) <= HEAD_WORDS}


def _marked(block: Block, is_head: bool) -> Block:
    return block._replace(rule=block.rule or "running head") if is_head and not block.level else block


def _whole(page: Sequence[Block]) -> Iterator[Block]:
    """The blocks of a page; a long paragraph that ends inside a sentence is joined with the one that goes on."""
    last: Block | None = None
    for block in page:
        may_go_on = last is not None and block.markup is not None and block.markup.may_go_on
        if last is not None and may_go_on and _breaks_off(last.text) and _is_cut(last, block):
            last = _joined(last, block)
            continue
        if last is not None:
            yield last
        last = block
    if last is not None:
        yield last


def _breaks_off(text: str) -> bool:
    end = text.rstrip(CLOSING)[-1:]
    return (end.isalnum() or end in (",", "-")) and words_in(text) >= CUT_WORDS


def _is_cut(last: Block, first: Block) -> bool:
    """Whether a paragraph goes on from one text to the next."""
    is_text = not (last.level or first.level or last.rule or first.rule or last.linked or first.linked)
    return is_text and first.text[0].islower() and not ends_like_prose(last.text.removesuffix("-"))


def _joined(last: Block, first: Block) -> Block:
    is_word = last.text[-1] == "-" and last.text[-2:-1].isalpha()
    return last._replace(text=last.text[:-1] + first.text if is_word else f"{last.text} {first.text}")


def _without_false_headings(blocks: Sequence[Block]) -> Sequence[Block]:
    """The blocks; sentences that are marked as headings are paragraphs if most of the book is."""
    headed = sum(words_in(block.text) for block in blocks if block.level and not block.rule)
    if headed <= HEADINGS_RATE * sum(words_in(block.text) for block in blocks if not block.rule):
        return blocks
    return [
        block._replace(level=0) if words_in(block.text) >= TITLE_WORDS or ends_like_prose(block.text) else block
        for block in blocks
    ]


def _with_initials(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks; a large initial that is a block of its own is joined to the rest of its word."""
    initials = {n for n, block in enumerate(blocks[:-1]) if _is_initial(block) and _may_go_on(blocks[n + 1])}
    words = Counter(WORD.findall(" ".join([block.text for block in blocks]).casefold())) if initials else Counter()
    joined = {n for n in initials if _is_torn(blocks[n].text, blocks[n + 1].text, words)}
    for n, block in enumerate(blocks):
        if n not in joined:
            yield block._replace(text=blocks[n - 1].text + block.text) if n - 1 in joined else block


def _is_initial(block: Block) -> bool:
    is_letter = len(block.text) == 1 and block.text.isupper() and block.text not in WORDS_OF_ONE_LETTER
    return is_letter and not (block.level or block.rule)


def _may_go_on(block: Block) -> bool:
    return block.text[0].islower() and not (block.level or block.rule)


def _is_torn(letter: str, text: str, words: Mapping[str, int]) -> bool:
    """Whether a letter belongs to the first word of a text: the book has the whole no less often than the rest."""
    rest = WORD.match(text)
    return rest is not None and words[f"{letter}{rest[0]}".casefold()] >= words[rest[0].casefold()] - 1
