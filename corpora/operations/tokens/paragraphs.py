"""The texts that become sequences. Paragraphs stay whole even across the boundaries of blocks, files and pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpora.store import Piece

Key = tuple[str, int]
"""A row's document id and paragraph number."""


def whole_paragraphs(piece: Piece, pieces: Sequence[Piece]) -> Iterator[pa.RecordBatch]:
    """The paragraphs that begin in a piece of a sentence dataset, each complete in one batch.

    The rest of a paragraph that began in an earlier piece is skipped, and the last paragraph is completed from later
    pieces. Besides the current block, only one paragraph is in memory.

    Args:
        piece: one of `pieces`.
        pieces: all pieces of the dataset, in order.
    """
    place = pieces.index(piece)
    begun = _last_key(pieces[place - 1]) if place else None
    held = None
    for _, _, batch in piece.batches():
        rest = batch.slice(_leading(batch, begun))
        if rest.num_rows == 0:
            continue
        begun, batch = None, _joined(held, rest)
        stop = batch.num_rows - _leading(batch.take(np.arange(batch.num_rows)[::-1]), _key(batch, -1))
        yield batch.slice(0, stop)
        held = batch.slice(stop)
    if held is None or held.num_rows == 0:
        return
    for batch in (batch for later in pieces[place + 1 :] for _, _, batch in later.batches()):
        rows = _leading(batch, _key(held, 0))
        held = _joined(held, batch.slice(0, rows))
        if rows < batch.num_rows:
            break
    yield held


def units(batch: pa.RecordBatch, unit: str) -> tuple[list[str], list[str]]:
    """The texts that become sequences, and the document id of each.

    Args:
        batch: rows of a sentence dataset, in which paragraphs are complete.
        unit: `paragraph` joins the sentences of each paragraph; `sentence` and `packed:N` give single sentences.
    """
    texts, documents = batch["text"].to_pylist(), batch["document"].to_pylist()
    if unit != "paragraph":
        return texts, documents
    keys = zip(documents, batch["paragraph"].to_pylist(), strict=True)
    groups = [
        (key, [text for _, text in group]) for key, group in groupby(zip(keys, texts, strict=True), lambda p: p[0])
    ]
    return [" ".join(group) for _, group in groups], [document for (document, _), _ in groups]


def _key(batch: pa.RecordBatch, row: int) -> Key:
    row %= batch.num_rows
    return batch["document"][row].as_py(), batch["paragraph"][row].as_py()


def _last_key(piece: Piece) -> Key:
    *_, (_, _, batch) = piece.batches()
    return _key(batch, -1)


def _leading(batch: pa.RecordBatch, key: Key | None) -> int:
    """How many of the first rows belong to this document and paragraph."""
    if key is None:
        return 0
    document, paragraph = (pc.equal(batch[n], v) for n, v in zip(("document", "paragraph"), key, strict=True))
    same: NDArray[np.bool_] = pc.and_(document, paragraph).to_numpy(zero_copy_only=False)
    return int(np.append(same, False).argmin())


def _joined(held: pa.RecordBatch | None, batch: pa.RecordBatch) -> pa.RecordBatch:
    if held is None or held.num_rows == 0:
        return batch
    return pa.Table.from_batches([held, batch]).combine_chunks().to_batches()[0]
