"""A draft to a document: headings found, scene breaks and boilerplate out, and a count of what went."""

from __future__ import annotations

from collections import Counter

from corpora import Document
from corpora.builtin.sources.books.boilerplate import without_boilerplate
from corpora.builtin.sources.books.draft import Block, Draft, words_in
from corpora.builtin.sources.books.headings import marked
from corpora.builtin.sources.books.languages import code_of
from corpora.builtin.sources.books.matter import without_matter
from corpora.builtin.sources.books.plain import ASIDES


def document_of(draft: Draft, id: str) -> Document:
    """The document that a draft gives.

    `metadata["removed"]` counts the words that were taken out, by the reason.
    """
    removed: Counter[str] = Counter(draft.removed)
    blocks = _without_decoration(list(draft.blocks), removed)
    paragraphs: list[str] = []
    headings: list[tuple[int, str]] = []
    blocks = without_matter(without_boilerplate(marked(blocks), removed), removed)
    for block in blocks:
        if block.level:
            headings.append((len(paragraphs), block.text))
        else:
            paragraphs.append(block.text)
    return Document(
        id,
        tuple(paragraphs),
        title=draft.title,
        author=draft.author,
        url=draft.url,
        licence=draft.licence,
        language=code_of(draft.language),
        headings=tuple(headings),
        metadata={**draft.metadata, "removed": dict(sorted(removed.items()))},
    )


def _without_decoration(blocks: list[Block], removed: Counter[str]) -> list[Block]:
    """Blocks with a letter or digit in them; the others are scene breaks, and some are notes on pictures."""
    kept = [block for block in blocks if block.text[0].isalnum() or any(map(str.isalnum, block.text))]
    if len(kept) < len(blocks):
        removed["scene break"] += len(blocks) - len(kept)
    pictures = [block for block in kept if block.text[0] == "[" and ASIDES.fullmatch(block.text)]
    if not pictures:
        return kept
    removed["picture"] += sum(words_in(block.text) for block in pictures)
    return [block for block in kept if block not in pictures]
