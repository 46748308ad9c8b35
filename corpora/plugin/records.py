"""What flows between components: documents, rejects, shards, and ragged blocks of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike, NDArray

from corpora.plugin.values import Array, Json
from corpora.plugin.white_space import word_count, words_per_row

Counts = Mapping[str, Array]
"""What a statistic counted: named arrays, which merge."""
SideRecords = Mapping[str, Sequence[Mapping[str, Json]]]
"""JSON objects by the name of the file they are written to: `{"removed": [...]}` becomes lines of `removed.jsonl` in
the version, each with the id of its `document` first."""
HOLE = "\ue0f0"
"""Marks where a source left something out in the middle of a paragraph: a formula, a template that it cannot render.

A build drops and counts the sentences that contain one; the mark itself is never written.
"""


@dataclass(frozen=True)
class Shard:
    """The part of a source that one worker reads: a file, or a range of one.

    Shards are read and written in the order in which the source lists them.
    """

    key: str
    """Unique in its source and independent of the source's location, such as a path relative to its folder."""
    path: Path | None = None
    """The file that contains it; None for generated text, such as toy's books."""
    start: int = 0
    """The first byte (or the first item, if there is no file)."""
    stop: int | None = None
    """The byte (or item) after the last; None means up to the end."""
    size_bytes: int = 0
    """Roughly how much there is to read, used to balance the work."""


@dataclass(frozen=True)
class Document:
    """One book or article, as clean paragraphs of prose."""

    id: str
    """Unique in its source, and the same in every build."""
    paragraphs: tuple[str, ...]
    """Prose in reading order; paragraphs are not empty and have no line breaks. `HOLE` marks omitted content."""
    title: str = ""
    author: str = ""
    url: str = ""
    licence: str = ""
    language: str = ""
    """ISO 639-1 code given by the source; empty if it gives none."""
    headings: tuple[tuple[int, str], ...] = ()
    """Chapter or section titles, each with the number of the paragraph that follows it."""
    metadata: Mapping[str, Json] = field(default_factory=dict)
    """Anything else worth keeping, as JSON values: genre, categories, revision."""
    side_records: SideRecords = field(default_factory=dict)
    """Records to store next to the dataset, such as passages that were removed from the text."""
    encoding: str = ""
    """The encoding of its file, by Python's name; empty if the format prescribes one."""

    @cached_property
    def text(self) -> bytes:
        """The paragraphs in UTF-8, one per line."""
        return "\n".join(self.paragraphs).encode("utf-8", "surrogatepass")

    @cached_property
    def words(self) -> int:
        """The number of words (runs without white space) in all paragraphs; in scripts without spaces, an estimate."""
        return word_count(self.text)


@dataclass(frozen=True)
class Reject:
    """A document that was found but not kept, and why. Each one has a line in `rejects.jsonl`."""

    id: str
    stage: str
    """The stage that rejected it: find, download, read, filter, deduplicate."""
    reason: str
    """A few words that are always the same for the same cause, so that they can be counted: `encrypted`."""
    detail: str = ""
    """Specifics of this document: `12,431 words`."""
    failed: bool = False
    """True for a failure (time, memory, a crash) rather than a rule's decision; `--max-failed` counts these."""
    side_records: SideRecords = field(default_factory=dict)
    """As for documents, if everything in the text was removed."""


@dataclass(frozen=True)
class Defaults:
    """A source's default filters and splitter, in the short form `NAME:key=value`."""

    filters: tuple[str, ...] = ()
    splitter: str = "rules"
    shared_edges: bool = False
    """Leave out paragraphs that many of its documents share near their beginning or end, such as a licence.

    Only used when near-duplicates are removed too, because editions of one book also share their beginning."""
    keep_symbols: bool = False
    """Keep sentences without a letter or digit, such as a scene break: for sources that do not clean their texts."""


@dataclass(frozen=True)
class Sequences:
    """A ragged block of rows: token ids, or (in sentence datasets) the UTF-8 bytes of each sentence.

    Row `i` is `values[offsets[i]:offsets[i + 1]]`. Blocks read from disk are views of a memory-mapped
    file: make a new array instead of writing to `values`.
    """

    values: Array
    """[tokens], uint16 or uint32; [bytes], uint8."""
    offsets: NDArray[np.int64]
    """[rows + 1], int64, non-decreasing."""
    origin: NDArray[np.int64] | None = None
    """[rows], the input row that each row came from; None if rows correspond one to one."""

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """[rows], the number of values in each row."""
        return np.diff(self.offsets)

    @cached_property
    def words(self) -> NDArray[np.int64]:
        """[rows], the number of words in each row of UTF-8, as `str.split` finds them."""
        block = self.tight()
        return words_per_row(block.values, block.offsets)

    def row(self, number: int) -> Array:
        """The values of one row.

        Args:
            number: from 0 to `len(self) - 1`.
        """
        return self.values[self.offsets[number] : self.offsets[number + 1]]

    def tight(self) -> Sequences:
        """The same rows with offsets that start at 0 and values that contain nothing else."""
        start, stop = int(self.offsets[0]), int(self.offsets[-1])
        if start == 0 and stop == len(self.values):
            return self
        return replace(self, values=self.values[start:stop], offsets=self.offsets - start)

    @classmethod
    def from_rows(cls, rows: Sequence[Iterable[int]], dtype: DTypeLike = np.uint16) -> Sequences:
        """A block from lists of ids; for tests and other small inputs.

        Args:
            rows: the ids of each row.
            dtype: uint16 or uint32 for ids, uint8 for UTF-8 bytes.
        """
        arrays = [np.asarray(list(row), dtype=dtype) for row in rows]
        offsets = np.concatenate([[0], np.cumsum([len(a) for a in arrays])]).astype(np.int64)
        return cls(np.concatenate([*arrays, np.empty(0, dtype)]), offsets)


@dataclass(frozen=True)
class Context:
    """What a component is given about a block, apart from its values."""

    vocabulary: tuple[str, ...] = ()
    """The pieces, indexed by id; empty for sentence datasets."""
    special_ids: frozenset[int] = frozenset()
    """The ids of [PAD], [UNK], [CLS], [SEP], [MASK] and other control tokens."""
    unknown_id: int | None = None
    """The id of [UNK], if the vocabulary has one."""
    documents: Sequence[str] = ()
    """[rows], the id of the document that each row is from."""
    first_row: int = 0
    """The number of the block's first row in its dataset."""
    columns: Mapping[str, Array] = field(default_factory=dict)
    """[rows] each, the dataset's numeric columns by name: its scores, and `paragraph` for sentences."""
    statistics: Mapping[str, Counts] = field(default_factory=dict)
    """The counts that the component `needs`: those of the parent by the statistic's name, those of another dataset
    that it `reads` as `NAME of DATASET`."""

    @cached_property
    def continues(self) -> NDArray[np.bool_]:
        """[vocabulary], whether a piece continues a word (`##ing`; in byte-level vocabularies, without a `Ġ`)."""
        pieces = self.vocabulary
        if any(piece.startswith("##") for piece in pieces):
            return np.array([piece.startswith("##") for piece in pieces], dtype=bool)
        marks = ("Ġ", "▁")
        if any(piece.startswith(marks) for piece in pieces):
            begins = [piece.startswith(marks) or i in self.special_ids for i, piece in enumerate(pieces)]
            return ~np.array(begins, dtype=bool)
        return np.zeros(len(pieces), dtype=bool)
