"""Treat whole documents as units: digests made from those of their rows, and the document that each row belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpora.operations.choice.copies import UNITS_A_PARTITION, Copies, mapped, spill
from corpora.operations.choice.digests import DIGEST_BYTES, as_pairs
from corpora.operations.document_selection import document_blocks, document_owners
from corpora.operations.thresholds import Ranges
from corpora.store import Dataset, write_bytes


@dataclass(frozen=True)
class DocumentStarts:
    """The first row of each document in a dataset, from a file that is read on demand."""

    path: Path

    @cached_property
    def rows(self) -> NDArray[np.uint64]:
        """[documents], the first rows in ascending order."""
        return mapped(self.path)

    def of(self, first_row: int, rows: int) -> NDArray[np.int64]:
        """The number of the document of each row in a range: [rows].

        Args:
            first_row: the index of the range's first row in the dataset.
            rows: the length of the range.
        """
        numbers = np.arange(first_row, first_row + rows, dtype=np.uint64)
        return np.searchsorted(self.rows, numbers, side="right") - 1


@dataclass(frozen=True)
class RowsOfCopies:
    """The rows to remove: the copies themselves, or all rows of documents that are copies."""

    copies: Copies
    documents: DocumentStarts | None
    """None if rows are compared."""

    def mask(self, first_row: int, rows: int) -> NDArray[np.bool_]:
        """Whether to remove each row in a range: [rows].

        Args:
            first_row: the index of the range's first row in the dataset.
            rows: the length of the range.
        """
        if self.documents is None:
            found = np.zeros(rows, dtype=bool)
            found[self.copies.among(first_row, first_row + rows) - first_row] = True
            return found
        owners = self.documents.of(first_row, rows)
        return np.isin(owners, self.copies.among(int(owners[0]), int(owners[-1]) + 1)) if rows else owners > 0

    def first_row(self, unit: int) -> int:
        """The first row of a unit (a row or document), by its number."""
        return unit if self.documents is None else int(self.documents.rows[unit])


def spill_documents(
    folder: Path, parent: Dataset, digests: Iterable[Path], *, documents_a_file: int = UNITS_A_PARTITION
) -> tuple[tuple[Path, ...], DocumentStarts]:
    """Write the digest of every document, as `spill` does for rows.

    Args:
        folder: where the files are written.
        parent: the dataset.
        digests: files with the digests of the dataset's rows, in order.
        documents_a_file: how many documents' digests are sorted at once and written to one file.

    Returns:
        The files, and the documents' first rows.
    """
    documents = _documents(parent, digests)
    files: list[Path] = []
    starts: list[NDArray[np.int64]] = []
    while chunk := list(islice(documents, documents_a_file)):
        files.append(folder / f"documents-{len(files):05d}")
        spill(files[-1], as_pairs(b"".join(digest for _, digest in chunk)), sum(map(len, starts)))
        starts.append(np.array([row for row, _ in chunk]))
    path = folder / "starts"
    write_bytes(path, b"".join(part.astype("<u8").tobytes() for part in starts))
    return tuple(files), DocumentStarts(path)


def _documents(parent: Dataset, digests: Iterable[Path]) -> Iterator[tuple[int, bytes]]:
    """The first row and the digest of each document. The rows of a document are consecutive."""
    first, running = 0, None
    for (_, row, _, begins), block in zip(document_blocks(parent), _row_digests(parent, digests), strict=True):
        edges = [*begins.tolist(), len(block)]
        if running is not None:
            running.update(block[: edges[0]].tobytes())
        for begin, end in pairwise(edges):
            if running is not None:
                yield first, running.digest()
            first, running = row + begin, blake2b(block[begin:end].tobytes(), digest_size=DIGEST_BYTES)
    if running is not None:
        yield first, running.digest()


def _row_digests(parent: Dataset, digests: Iterable[Path]) -> Iterator[NDArray[np.uint64]]:
    """The digests of each block's rows: [rows, 2]."""
    files = iter(digests)
    rest = np.empty((0, 2), np.uint64)
    for batch in parent.batches():
        while len(rest) < batch.num_rows:
            rest = np.concatenate([rest, mapped(next(files)).reshape(-1, 2)])
        yield rest[: batch.num_rows]
        rest = rest[batch.num_rows :]


def documents_with(parent: Dataset, rows: NDArray[np.int64]) -> Ranges:
    """The row ranges of all documents that contain at least one of the given rows.

    Args:
        parent: the dataset.
        rows: row indices, in ascending order.
    """
    starts = np.concatenate([np.empty(0, np.int64), *(begins + row for _, row, _, begins in document_blocks(parent))])
    owners = document_owners(parent)
    found = np.isin(owners, owners[np.unique(np.searchsorted(starts, rows, side="right") - 1)])
    return Ranges(starts[found], np.append(starts[1:], parent.rows)[found])
