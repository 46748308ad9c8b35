"""What a manifest says about a version's documents: how many there are, and under which licences."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from corpora.store import Dataset


class DocumentCounter:
    """Counts the documents in a stream of rows in which each document's rows are consecutive."""

    def __init__(self) -> None:
        self.count, self._last = 0, None

    def see(self, column: pa.Array) -> None:
        """Count the documents that begin in one batch."""
        if len(column) == 0:
            return
        import pyarrow.compute as pc

        runs = pc.run_end_encode(column).values
        self.count += len(runs) - (runs[0].as_py() == self._last)
        self._last = runs[-1].as_py()


def licences_of(staging: Path, parents: tuple[Dataset, ...]) -> dict[str, int]:
    """Documents by licence. Documents that several parents have are counted once, using the version's own list.

    Args:
        staging: the folder of the unfinished version.
        parents: the datasets that it is made from.
    """
    total: dict[str, int] = {}
    listed = [parent for parent in parents if (parent.path / "documents.parquet").exists()]
    if len(listed) > 1:
        import pyarrow.compute as pc

        table = pq.read_table(staging / "documents.parquet", columns=["fate", "licence"])
        total = dict(Counter(table.filter(pc.equal(table["fate"], "written"))["licence"].to_pylist()).most_common())
        parents = tuple(parent for parent in parents if parent not in listed)
    for parent in parents:
        total = {**total, **{key: total.get(key, 0) + number for key, number in parent.manifest.licences.items()}}
    return total
