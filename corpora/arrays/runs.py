"""Count documents however a dataset is split into blocks: a document that spans a boundary counts once.

A run is a stretch of consecutive rows, stored as `[first row, row after the last, documents, hash of the first
document, hash of the last document]`. Adjacent runs are joined, so the whole dataset ends up as a single run.
"""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Runs = NDArray[np.int64]
"""[runs, 5], ordered by first row."""


def document_runs(documents: Sequence[str], first_row: int) -> Runs:
    """A block as one run; no run if its documents are unknown.

    Args:
        documents: [rows], ids; may be empty if unknown.
        first_row: the number of the block's first row in the dataset.
    """
    rows = len(documents)
    if not rows:
        return np.zeros((0, 5), dtype=np.int64)
    ends = _hash(documents[0]), _hash(documents[rows - 1])
    return np.array([[first_row, first_row + rows, len(document_starts(documents)), *ends]], dtype=np.int64)


def document_starts(documents: Sequence[str]) -> NDArray[np.int64]:
    """The rows whose document differs from that of the row before, beginning with row 0: [documents].

    Args:
        documents: [rows], ids. If it has an Arrow array as `column`, that is compared directly, which is a hundred
            times as fast.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    from corpora.arrays.arrow import numbers_in

    column = getattr(documents, "column", None)
    ids = pa.array(documents, pa.large_string()) if column is None else column
    ends = numbers_in(pc.run_end_encode(ids).run_ends).astype(np.int64)
    return np.append(np.zeros(len(ends[:1]), dtype=np.int64), ends[:-1])


def merge_runs(one: Runs, other: Runs) -> Runs:
    """The runs of both, with adjacent ones joined; a document that spans the boundary counts once.

    Args:
        one: in any order; the two may not overlap.
        other: likewise.
    """
    rows = np.concatenate([one, other]).astype(np.int64)
    joined: list[list[int]] = []
    for run in rows[np.argsort(rows[:, 0], kind="stable")].tolist():
        if joined and joined[-1][1] == run[0]:
            last = joined[-1]
            count = last[2] + run[2] - (last[4] == run[3])
            joined[-1] = [last[0], run[1], count, last[3], run[4]]
        else:
            joined.append(run)
    return np.array(joined, dtype=np.int64).reshape(-1, 5)


def _hash(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little", signed=True)
