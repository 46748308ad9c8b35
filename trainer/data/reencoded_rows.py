"""Rows of a dataset in the ids of a smaller vocabulary, converted as they are read."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from corpora import Sequences
from trainer.data.rows import Rows, Survey

Reencode = Callable[[Sequences], Sequences]
"""Converts rows to new ids; rows may become longer."""


class ReencodedRows(Rows):
    """The rows of a dataset in other ids.

    Nothing is stored: a row is converted whenever it is read, always with the same result. A row that becomes longer
    than the model allows is cut; the parts after the first become rows of their own, numbered after all others.

    Args:
        rows: rows in the dataset's own ids.
        reencode: converts rows to the new ids.
        longest: maximum tokens in a row, without special tokens; None for no limit.
    """

    def __init__(self, rows: Rows, reencode: Reencode, *, longest: int | None) -> None:
        super().__init__(
            rows._blocks, name=rows.name, fingerprint=rows.fingerprint, tokenizer_file=rows.tokenizer_file,
            lineage=rows.lineage, batches=rows._batches, private=rows.private,
        )  # fmt: skip
        self._reencode, self._longest = reencode, None if longest is None else max(longest, 1)
        self._whole = super().__len__()
        counts, most, more = np.zeros(0, np.int64), 0, [np.zeros((0, 2), np.int64)]
        for block, start in zip(self._blocks, self._starts[:-1], strict=True):
            made = reencode(block)
            part = np.bincount(made.values, minlength=len(counts)).astype(np.int64)
            part[: len(counts)] += counts
            counts, most = part, max(most, int(made.lengths.max()))
            more.append(_further_parts(made.lengths, self._longest) + np.array([start, 0]))
        self._more = np.concatenate(more)
        if self._whole:
            self.survey = Survey(counts, min(most, self._longest or most))

    def __len__(self) -> int:
        return self._whole + len(self._more)

    def take(self, rows: NDArray[np.int64]) -> list[NDArray[np.integer]]:
        """The new ids of these rows, in the order given.

        Args:
            rows: [n], row numbers; those beyond the dataset's own rows are further parts of rows that were cut.
        """
        later = rows >= self._whole
        numbers, parts = np.array(rows, np.int64), np.zeros(len(rows), np.int64)
        numbers[later], parts[later] = self._more[numbers[later] - self._whole].T
        if not len(rows):
            return []
        taken = super().take(numbers)
        offsets = np.cumsum([0, *(len(row) for row in taken)])
        made = self._reencode(Sequences(np.concatenate(taken), offsets))
        whole = [made.row(number) for number in range(len(made))]
        if self._longest is None:
            return whole
        return [row[part * self._longest : (part + 1) * self._longest] for row, part in zip(whole, parts, strict=True)]

    def head(self, rows: int) -> Rows:
        """The first rows of the dataset, as a dataset of their own.

        Args:
            rows: how many of the dataset's own rows to keep.
        """
        return ReencodedRows(super().head(rows), self._reencode, longest=self._longest)


def _further_parts(lengths: NDArray[np.int64], longest: int | None) -> NDArray[np.int64]:
    """[parts, 2]: for each part after the first of a row that is cut, the row and the part's number."""
    if longest is None:
        return np.zeros((0, 2), np.int64)
    further = np.maximum(-(-lengths // longest), 1) - 1
    rows = np.repeat(np.arange(len(lengths)), further)
    firsts = np.repeat(np.cumsum(further) - further, further)
    return np.stack([rows, np.arange(len(rows)) - firsts + 1], axis=1)
