"""Find the copies among any number of digests in bounded memory: spill them to disk, and sort one partition at a time.

Each digest is written with the number of its row (or document), 24 bytes in all. Digests are partitioned by their
leading bits, so that copies are in the same partition and each partition fits into memory. Within a partition, rows
keep the dataset's order, so the first copy is the one that stays, however the work was divided.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from heapq import nsmallest
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpora.store import write_bytes, write_text

UNITS_A_PARTITION = 1 << 20
"""The approximate number of rows or documents per partition; sorting takes about 100 bytes for each."""
COMMONEST = 100
"""How many of the most repeated rows or documents are reported."""

Spilled = NDArray[np.uint64]
"""[units, 3]: the two halves of a digest, and the number of the row or document."""
Repeated = tuple[int, int]
"""The number of copies that are removed, and the number of the row or document that stays."""


def spill(path: Path, digests: NDArray[np.uint64], first: int) -> None:
    """Write digests with their numbers, ordered by digest.

    Args:
        path: the file to write.
        digests: [units, 2], uint64.
        first: the number of the first row or document; the others are numbered consecutively.
    """
    units = np.arange(first, first + len(digests), dtype=np.uint64)
    entries = np.column_stack([digests, units])
    write_bytes(path, entries[np.argsort(digests[:, 0], kind="stable")].tobytes())


def spilled(path: Path) -> Spilled:
    """The entries of a file that `spill` wrote, memory-mapped: [units, 3].

    Args:
        path: may be empty.
    """
    return mapped(path).reshape(-1, 3)


def mapped(path: Path) -> NDArray[np.uint64]:
    """A file of little-endian 64-bit numbers, memory-mapped; an empty file cannot be mapped, but gives no numbers."""
    empty: NDArray[np.uint64] = np.empty(0, np.uint64)
    return np.memmap(path, dtype="<u8", mode="r") if path.stat().st_size else empty


def partition_bits(units: int) -> int:
    """The number of leading bits of a digest that select its partition.

    Args:
        units: the number of rows or documents; 0 bits mean a single partition.
    """
    return max(0, -(-units // UNITS_A_PARTITION) - 1).bit_length()


@dataclass(frozen=True)
class CopiesTask:
    """Finds the copies in one partition, and writes their numbers in ascending order."""

    folder: Path
    bits: int
    files: tuple[Path, ...]
    """In the order of the dataset."""

    def __call__(self, partition: int) -> tuple[Path, int, list[Repeated]]:
        """The file with the numbers of the copies, how many of the remaining units had copies, and the most repeated.

        Args:
            partition: the value of the digests' leading bits.
        """
        path = self.folder / f"copies-{partition:05d}"
        about = path.with_suffix(".json")
        if not (path.exists() and about.exists()):
            copies, kept, counts = self._copies(partition)
            order = np.lexsort((kept, -counts))[:COMMONEST]
            table = [[int(counts[i]), int(kept[i])] for i in order.tolist()]
            write_text(about, json.dumps({"repeated": len(kept), "commonest": table}))
            write_bytes(path, np.sort(copies).tobytes())
        told = json.loads(about.read_text(encoding="utf-8"))
        return path, told["repeated"], [(count, unit) for count, unit in told["commonest"]]

    def _copies(self, partition: int) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
        """The numbers of the copies; and for each unit that has copies, its number and how many."""
        entries = np.concatenate([self._part(spilled(path), partition) for path in self.files])
        entries = entries[np.lexsort((entries[:, 1], entries[:, 0]))]
        new = np.ones(len(entries), dtype=bool)
        new[1:] = (entries[1:, :2] != entries[:-1, :2]).any(axis=1)
        starts = np.flatnonzero(new)
        counts = np.diff(starts, append=len(entries)) - 1
        repeated = counts > 0
        return entries[~new, 2], entries[starts[repeated], 2].astype(np.int64), counts[repeated]

    def _part(self, entries: Spilled, partition: int) -> Spilled:
        """The entries of one partition, from a file that is ordered by digest."""
        if not self.bits:
            return np.array(entries)
        bounds = (number << 64 - self.bits for number in (partition, partition + 1))
        begin, end = (bisect_left(entries, bound, key=lambda entry: int(entry[0])) for bound in bounds)
        return np.array(entries[begin:end])


@dataclass(frozen=True)
class Copies:
    """The numbers of all copies, in files that are read on demand."""

    files: tuple[Path, ...]

    @cached_property
    def _sorted(self) -> list[NDArray[np.uint64]]:
        return [mapped(path) for path in self.files]

    def among(self, first: int, stop: int) -> NDArray[np.int64]:
        """The numbers of the copies from `first` up to but not including `stop`.

        Args:
            first: the number of a row or document, from 0.
            stop: the number after the last one.

        Returns:
            [copies], int64, ascending.
        """
        parts = [part[slice(*np.searchsorted(part, np.array([first, stop], np.uint64)))] for part in self._sorted]
        return np.concatenate(parts).astype(np.int64)


def most_common(found: Iterable[list[Repeated]]) -> list[Repeated]:
    """The most repeated rows or documents of all partitions; on ties, the first in the dataset.

    Args:
        found: the most repeated ones of each partition.
    """
    return nsmallest(COMMONEST, (pair for part in found for pair in part), key=lambda pair: (-pair[0], pair[1]))
