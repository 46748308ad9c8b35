"""Select whole documents, also those whose rows are in several places, by the key of their first row."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpora.operations.thresholds import Amount, Order, Ranges, budget
from corpora.store import Dataset, numbers_of, sequences_of, vocabulary_in

BY_ID = {"documents": "by id"}
"""The setting of a plan that selects whole documents; before, each run of rows was selected as a separate document."""


def document_ranges(parent: Dataset, order: Order, amount: Amount) -> Ranges:
    """The row ranges of the selected documents.

    A document has the key of its first row, computed with the document's mean in every numeric column. This takes 48
    bytes of memory per run of a document's rows, and 16 more per numeric column.

    Args:
        parent: the dataset.
        order: gives the keys.
        amount: how much to take: a share of the documents, or as many documents as fit a number of rows or tokens.
    """
    owners = document_owners(parent)
    starts, keys, tokens = _runs(parent, order, owners)
    stops = np.append(starts[1:], parent.rows)
    first = np.flatnonzero(owners == np.arange(len(owners)))
    ranking = first[np.lexsort((first, keys[first]))]
    units_left, tokens_left = budget(amount, len(first))
    if amount.rows is not None:
        sizes = _sums(owners, stops - starts)[ranking]
        count = int(np.searchsorted(np.cumsum(sizes), amount.rows, side="right"))
    else:
        sizes = _sums(owners, tokens)[ranking]
        count = min(units_left, int(np.searchsorted(np.cumsum(sizes), tokens_left, side="right")))
    taken = np.isin(owners, ranking[:count])
    return Ranges(starts[taken], stops[taken])


def document_owners(parent: Dataset) -> NDArray[np.int64]:
    """For each run of rows of one document, the index of the first run of that document: [runs].

    A document has several runs if datasets that contain it were concatenated or mixed. Documents are told apart by a
    64-bit hash of their ids; if two had the same, they would be selected together.

    Args:
        parent: the dataset.
    """
    hashes = [np.empty(0, np.uint64)]
    for _, _, batch, begins in document_blocks(parent):
        ids = batch["document"].take(pa.array(begins)).to_pylist()
        joined = b"".join(blake2b(each.encode(), digest_size=8).digest() for each in ids)
        hashes.append(np.frombuffer(joined, dtype="<u8"))
    _, first, inverse = np.unique(np.concatenate(hashes), return_index=True, return_inverse=True)
    owners: NDArray[np.int64] = first[inverse].astype(np.int64)
    return owners


def _sums(owners: NDArray[np.int64], values: NDArray[np.int64]) -> NDArray[np.int64]:
    """The sum over all runs of each document, at the index of its first run; 0 elsewhere: [runs]."""
    sums = np.zeros_like(values)
    np.add.at(sums, owners, values)
    return sums


def _runs(
    parent: Dataset, order: Order, owners: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.uint64], NDArray[np.int64]]:
    """The first row, the key and the number of tokens of each run of a document's rows: [runs] each."""
    vocabulary = vocabulary_in(parent.path)
    means = _means(parent, owners)
    starts, keys, tokens = [np.empty(0, np.int64)], [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
    for begun, first_row, batch, begins in document_blocks(parent):
        document = begun - 1 + np.cumsum(np.isin(np.arange(batch.num_rows), begins))
        columns = {name: column[document] for name, column in means.items()}
        block, all_keys = sequences_of(batch), order.keys(batch, first_row, vocabulary, columns)
        if len(begins) == 0 or begins[0]:  # the document continues from the block before
            tokens[-1][-1] += block.lengths[: begins[0] if len(begins) else None].sum()
        if len(begins):
            starts.append(begins + first_row)
            keys.append(all_keys[begins])
            tokens.append(np.add.reduceat(block.lengths, begins))
    return np.concatenate(starts), np.concatenate(keys), np.concatenate(tokens)


def _means(parent: Dataset, owners: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """For each numeric column, the mean over each document's rows that have a value, NaN if none has: [runs]."""
    totals: dict[str, list[NDArray[np.float64]]] = {}
    for begun, _, batch, begins in document_blocks(parent):
        ends = np.unique(np.append(0, begins))
        for name, column in numbers_of(batch).items():
            there = np.isfinite(column)
            sums = np.add.reduceat([np.where(there, column, 0).astype(np.float64), there.astype(np.float64)], ends, 1)
            known = totals.setdefault(name, [])
            if begun and len(ends) > len(begins):  # the document continues from the block before
                known[-1][:, -1] += sums[:, 0]
                sums = sums[:, 1:]
            known += [sums] if sums.size else []
    return {name: _quotient(np.concatenate(parts, axis=1), owners) for name, parts in totals.items()}


def _quotient(totals: NDArray[np.float64], owners: NDArray[np.int64]) -> NDArray[np.float64]:
    joined = np.zeros_like(totals)
    for sums, values in zip(joined, totals, strict=True):
        np.add.at(sums, owners, values)
    sums, counts = joined[:, owners]
    return np.asarray(np.divide(sums, counts, out=np.full(len(sums), np.nan), where=counts > 0))


def document_blocks(parent: Dataset) -> Iterator[tuple[int, int, pa.RecordBatch, NDArray[np.int64]]]:
    """For each block: the number of runs begun before it, its first row, the rows, and where runs of rows begin."""
    begun, row, last = 0, 0, None
    for batch in parent.batches():
        runs = pc.run_end_encode(batch["document"])
        begins = np.concatenate([[0], runs.run_ends.to_numpy()[:-1]]).astype(np.int64)
        begins = begins[1:] if runs.values[0].as_py() == last else begins
        yield begun, row, batch, begins
        begun, row, last = begun + len(begins), row + batch.num_rows, runs.values[-1].as_py()
