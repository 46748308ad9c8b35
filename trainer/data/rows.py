"""A registered dataset as rows that can be read by number."""

from __future__ import annotations

import struct
import zlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile, LargeZipFile

import numpy as np
from numpy.typing import NDArray

import corpora
from corpora import Sequences
from trainer.data.lineage import Lineage, lineage_of
from trainer.errors import EmptyDataset, TransferError
from trainer.runtime import write_whole

if TYPE_CHECKING:
    import pyarrow as pa

LONGEST = 512
"""Maximum tokens per sequence, special ones included, for a model without a limit; also `corpora tokenize`'s."""
UNREADABLE = (
    OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, RuntimeError, MemoryError, OverflowError,
    SyntaxError, struct.error, zlib.error, BadZipFile, LargeZipFile,
)  # fmt: skip
"""What zipfile and NumPy raise for a damaged archive."""


@dataclass(frozen=True)
class Survey:
    """Counts from one pass over a dataset."""

    counts: NDArray[np.int64]
    """[largest id + 1], how often each id occurs in the dataset."""
    longest: int
    """Tokens in the longest row, without special tokens."""

    @property
    def tokens(self) -> int:
        """The number of tokens in the dataset, without special tokens."""
        return int(self.counts.sum())

    def write(self, path: Path) -> None:
        """Store the counts in a run folder, so that resuming does not have to read the whole dataset.

        Args:
            path: of the `.npz` file.
        """
        whole = BytesIO()
        np.savez(whole, counts=self.counts, longest=np.int64(self.longest), allow_pickle=False)
        write_whole(path, whole.getvalue())

    @classmethod
    def read(cls, path: Path) -> Survey | None:
        """The counts stored in a run folder; None if they cannot be read, so that they are counted again.

        Args:
            path: of a file written by `write`.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
                counts, longest = kept["counts"], kept["longest"]
        except UNREADABLE:
            return None
        right = counts.ndim == 1 and counts.dtype == np.int64 and longest.shape == () and longest.dtype == np.int64
        return cls(counts, int(longest)) if right and (counts >= 0).all() and longest >= 0 else None

    @property
    def largest_id(self) -> int:
        """The largest id in the dataset; -1 if it has no tokens."""
        return len(self.counts) - 1


class Rows:
    """The rows of a token dataset, read from memory-mapped files without copying.

    Args:
        blocks: ragged blocks in row order.
        name: the dataset's name in messages.
        fingerprint: of everything that decides the dataset's bytes.
        tokenizer_file: the `tokenizer.json` that made the ids.
        lineage: how the dataset was made.
        batches: the same rows as record batches, for the column `document`.
        private: whether the text must not be shown or stored outside the store.
    """

    def __init__(
        self,
        blocks: Sequence[Sequences],
        *,
        name: str = "rows",
        fingerprint: str = "",
        tokenizer_file: Path | None = None,
        lineage: Lineage | None = None,
        batches: Sequence[pa.RecordBatch] = (),
        private: bool = False,
    ) -> None:
        self.name, self.fingerprint, self.tokenizer_file, self.lineage = name, fingerprint, tokenizer_file, lineage
        self.private = private
        self._blocks = [block for block in blocks if len(block)]
        self._batches = batches
        self._starts = np.cumsum([0, *(len(block) for block in self._blocks)]).tolist()

    def __len__(self) -> int:
        return int(self._starts[-1])

    def take(self, rows: NDArray[np.int64]) -> list[NDArray[np.integer]]:
        """The ids of these rows, each a view of the file, in the order given.

        Args:
            rows: [n], row numbers from 0, in any order; repetitions are allowed.
        """
        return [self._row(int(row)) for row in rows]

    def _row(self, row: int) -> NDArray[np.integer]:
        block = bisect_right(self._starts, row) - 1
        return self._blocks[block].row(row - self._starts[block])

    @cached_property
    def survey(self) -> Survey:
        """Counts of ids and the longest row, from one pass over the dataset.

        Raises:
            EmptyDataset: the dataset has no rows.
        """
        if not len(self):
            raise EmptyDataset(f"{self.name} has no rows; there is nothing to train on")
        counts, longest = np.zeros(0, np.int64), 0
        for block in self._blocks:
            part = np.bincount(block.tight().values).astype(np.int64)
            short, counts = sorted((part, counts), key=len)
            counts = counts.copy()
            counts[: len(short)] += short
            longest = max(longest, int(block.lengths.max()))
        return Survey(counts, longest)

    def documents(self) -> set[str]:
        """The ids of the documents that the rows come from; empty if they are not known."""
        import pyarrow.compute as pc

        columns = (batch.column("document") for batch in self._batches if "document" in batch.schema.names)
        return {document for column in columns for document in pc.unique(column).to_pylist()}

    def head(self, rows: int) -> Rows:
        """The first rows, as a dataset of their own.

        Args:
            rows: how many; fewer if the dataset has fewer.
        """
        kept, left = [], rows
        for block in self._blocks:
            if left <= 0:
                break
            kept.append(Sequences(block.values, block.offsets[: left + 1]))
            left -= len(kept[-1])
        return Rows(kept, name=self.name, fingerprint=self.fingerprint, tokenizer_file=self.tokenizer_file)


def open_rows(
    dataset: str | Rows | corpora.Dataset, *, tokenizer: Path | None = None, max_tokens: int | None = None
) -> Rows:
    """The rows of a registered dataset; a dataset of sentences is first tokenized and registered.

    Args:
        dataset: `NAME`, `NAME@TAG` or `NAME@FINGERPRINT`; or an opened dataset; or rows, which are returned
            unchanged.
        tokenizer: the teacher's tokenizer, a file or folder, for a dataset of sentences.
        max_tokens: maximum tokens per row, special ones included, usually the teacher's positions; longer sentences
            are split.

    Raises:
        DatasetNotFound: no such dataset.
        DatasetDamaged: its files are cut short.
        TransferError: a dataset of sentences was given without a tokenizer.
    """
    if isinstance(dataset, Rows):
        return dataset
    opened = corpora.open(dataset) if isinstance(dataset, str) else dataset
    if opened.kind == "sentences":
        if tokenizer is None:
            name = opened.name
            raise TransferError(f"{name} is a dataset of sentences; tokenize it first: corpora tokenize {name}")
        opened = corpora.tokenize(opened, tokenizer=str(tokenizer), max_tokens=max_tokens or LONGEST)
    batches = list(opened.batches())
    return Rows(
        [block_of(batch) for batch in batches],
        name=opened.name,
        fingerprint=opened.fingerprint,
        tokenizer_file=opened.tokenizer_file,
        lineage=lineage_of(opened),
        batches=batches,
        private=opened.manifest.private,
    )


def read_files(files: Sequence[Path]) -> Rows:
    """The rows of Arrow stream files that are not registered, memory-mapped.

    Args:
        files: in row order; each with the column `input_ids`, a list of integers.
    """
    batches = [batch for file in files for batch in _batches(file)]
    return Rows([block_of(batch) for batch in batches], batches=batches)


def _batches(file: Path) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    with pa.memory_map(str(file)) as source:
        yield from pa.ipc.open_stream(source)


def block_of(batch: pa.RecordBatch) -> Sequences:
    """A record batch's column `input_ids` as a ragged block, without copying; offsets stay int32 as in the file.

    Args:
        batch: with a column `input_ids` of type list<uint16> or list<uint32>.

    Returns:
        A block whose values have the shape [tokens] and whose offsets have [rows + 1].
    """
    column = batch.column("input_ids")
    return Sequences(column.values.to_numpy(zero_copy_only=True), column.offsets.to_numpy(zero_copy_only=True))
