"""Inputs for the checks: a small vocabulary, blocks of ids and text, sentences, paragraphs, documents."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import DTypeLike

from corpora.plugin import Context, Counts, Document, Sequences, registry
from corpora.testing.checking import strategies

PIECES = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "sat", "un", "##happi", "##ness", "on", "mat",
          ".", ",", "!", "dog", "##s", "ran", "7")  # fmt: skip
SPECIAL = frozenset(range(5))
ROWS = [[5, 6, 7, 11, 5, 12, 13], [8, 9, 10], [16, 17, 18, 15], [], [19], [5, 16, 14, 1, 18, 13], [6, 6, 6, 6]]
SENTENCES = (
    "The cat sat on the mat.",
    "a",
    "“Well,” said Mr. Müller, “7.5 miles — that’s far!”",
    "Ünïcödé 漢字 🙂 e\u0301 don't",
    "x" * 300,
)
PARAGRAPHS = (
    "The cat sat. The dog ran! Did it? “Yes,” he said. Dr. Smith lives at 5 St. John St. in the U.S. today.",
    "One line without an end",
    "...",
    "  Spaces   all\u00a0over.  The place. ",
    "彼は来た。彼女は去った。",
)


def vocabulary() -> Context:
    """A context with a small word-piece vocabulary."""
    return Context(vocabulary=PIECES, special_ids=SPECIAL, unknown_id=1)


def id_block(rows: list[list[int]], dtype: DTypeLike = np.uint16, *, before: int = 0) -> Sequences:
    """A read-only block of ids.

    Args:
        rows: the ids of each row.
        dtype: of the ids.
        before: how many values precede the first row, as in a view of a larger block.
    """
    block = Sequences.from_rows([[5] * before, *rows], dtype)
    return _frozen(replace(block, offsets=block.offsets[1:]))


def text_block(sentences: list[str], *, before: int = 0) -> Sequences:
    """A read-only block of UTF-8 bytes, with `before` values in front of the first row."""
    return id_block([list(sentence.encode()) for sentence in sentences], np.uint8, before=before)


def context_for(block: Sequences, *, first_row: int = 0, statistics: dict[str, Counts] | None = None) -> Context:
    """The context of a block of ids or bytes, with documents of three rows each.

    Args:
        block: the rows.
        first_row: the index of the block's first row in the dataset.
        statistics: the counts that the component needs.
    """
    documents = [f"d{(first_row + row) // 3}" for row in range(len(block))]
    return replace(
        Context() if block.values.dtype == np.uint8 else vocabulary(),
        documents=documents,
        first_row=first_row,
        statistics=statistics or {},
        columns={"score": np.arange(first_row, first_row + len(block), dtype=np.float32) % 5},
    )


def counted(names: tuple[str, ...], block: Sequences) -> dict[str, Counts]:
    """The counts of statistics, by name, over the block and, for ids, a few common rows."""
    whole = joined(id_block(ROWS, block.values.dtype), block) if block.values.dtype != np.uint8 else block
    return {name: registry.make("statistics", name).count(whole, context_for(whole)) for name in names}


def part(block: Sequences, start: int, stop: int) -> Sequences:
    """The rows of a block from `start` up to but not including `stop`, as a view."""
    return replace(block, offsets=block.offsets[start : stop + 1])


def joined(one: Sequences, other: Sequences) -> Sequences:
    """The rows of two blocks as one block."""
    one, other = one.tight(), other.tight()
    values = np.concatenate([one.values, other.values])
    return _frozen(Sequences(values, np.concatenate([one.offsets, one.offsets[-1] + other.offsets[1:]])))


def id_rows() -> object:
    """A strategy for rows of ids from the vocabulary, as lists."""
    st = strategies()
    return st.lists(st.lists(st.integers(5, len(PIECES) - 1) | st.just(1), max_size=9), max_size=9)


def sentences() -> object:
    """A strategy for sentences as sources give them: not empty and without line breaks."""
    st = strategies()
    words = st.lists(st.sampled_from(("The", "cat", "sat.", "“Well,”", "don't", "7", "漢字", "é!")), min_size=1)
    text = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=60)
    return st.sampled_from(SENTENCES) | words.map(" ".join) | text


def paragraphs() -> object:
    """A strategy for paragraphs: examples, or one to five sentences."""
    st = strategies()
    return st.sampled_from(PARAGRAPHS) | st.lists(sentences(), min_size=1, max_size=5).map(" ".join)


def documents() -> object:
    """A strategy for documents, some of them without text."""
    st = strategies()
    made = st.lists(paragraphs(), max_size=4).map(tuple)
    return st.builds(Document, st.just("d"), made, language=st.sampled_from(("", "en", "fr")))


def _frozen(block: Sequences) -> Sequences:
    block.values.flags.writeable = False
    block.offsets.flags.writeable = False
    return block
