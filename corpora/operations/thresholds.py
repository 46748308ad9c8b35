"""Find exactly where a selection ends, in bounded memory for any number of rows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpora.errors import OptionError
from corpora.operations.version_writer import Work
from corpora.plugin import Counts, Selection, must_return
from corpora.store import Dataset, Piece, Vocabulary, context_of, numbers_of, sequences_of, vocabulary_in

By = Literal["row", "document"]
DIGIT_BITS = 16
DIGITS = 4
COLLECT_ROWS = 1 << 20


@dataclass(frozen=True)
class Amount:
    """How much to take: a share, a number of rows, or a number of tokens."""

    rate: float | None = None
    rows: int | None = None
    tokens: int | None = None

    @classmethod
    def of(cls, *, rate: float | None, rows: int | None, tokens: int | None) -> Amount | None:
        """The amount given by command-line options.

        Args:
            rate: a share of the rows or documents, above 0 and at most 1.
            rows: a number of rows, at least 1.
            tokens: a number of tokens, at least 1.

        Returns:
            None if no option was given.

        Raises:
            OptionError: more than one was given, or one is out of range.
        """
        amounts = {"rate": rate, "rows": rows, "tokens": tokens}
        given = {key: value for key, value in amounts.items() if value is not None}
        if not given:
            return None
        if len(given) > 1:
            raise OptionError(f"give one of --{' and --'.join(given)}, not both")
        [(key, value)] = given.items()
        if math.isnan(value) or value <= 0 or (key == "rate" and value > 1):
            allowed = "above 0 and at most 1" if key == "rate" else "at least 1"
            raise OptionError(f"--{key} is {value:g}; it must be {allowed}")
        return cls(rate, rows, tokens)

    def label(self) -> str:
        """The end of the result's name: 10pct, 5000rows, 40Mtokens."""
        if self.rate is not None:
            return f"{self.rate * 100:g}pct"
        if self.rows is not None:
            return f"{self.rows}rows"
        return f"{self.tokens}tokens"


@dataclass(frozen=True)
class Order:
    """A selection with its seed, which together give every row a key."""

    selection: Selection
    seed: int
    by: By
    statistics: Mapping[str, Counts] = field(default_factory=dict)
    """The parent's counts for the statistics that the selection `needs`, by name."""

    def keys(
        self,
        batch: pa.RecordBatch,
        first_row: int,
        vocabulary: Vocabulary | None,
        columns: Mapping[str, NDArray[np.float64]] | None = None,
    ) -> NDArray[np.uint64]:
        """The key of each row in a block: [rows], uint64; rows with lower keys come first.

        Args:
            batch: the block.
            first_row: the number of its first row in the dataset.
            vocabulary: of a token dataset; None for a sentence dataset.
            columns: numbers to order by, instead of those in the batch.

        Raises:
            PluginError: the selection returned something else.
        """
        context = context_of(batch, first_row, vocabulary, self.statistics)
        context = context if columns is None else replace(context, columns=columns)
        keys = self.selection.order(sequences_of(batch), context, self.seed)
        right = isinstance(keys, np.ndarray) and keys.dtype == np.uint64 and keys.shape == (batch.num_rows,)
        must_return(right, self.selection, "order", keys, f"uint64 [{batch.num_rows}], one key a row")
        return keys


@dataclass(frozen=True)
class Threshold:
    """The rows with keys below `key`, and those with exactly this key up to row `last_row` of the dataset."""

    key: int
    last_row: int

    def mask(self, keys: NDArray[np.uint64], first_row: int) -> NDArray[np.bool_]:
        """[rows], whether each row of a block is taken."""
        rows = np.arange(first_row, first_row + len(keys))
        key = np.uint64(self.key)
        taken: NDArray[np.bool_] = (keys < key) | ((keys == key) & (rows <= self.last_row))
        return taken


@dataclass(frozen=True)
class Between:
    """All rows with keys between two values, both included."""

    lowest: int
    highest: int

    def mask(self, keys: NDArray[np.uint64], first_row: int) -> NDArray[np.bool_]:
        """[rows], whether each row of a block is taken."""
        taken: NDArray[np.bool_] = (keys >= np.uint64(self.lowest)) & (keys <= np.uint64(self.highest))
        return taken


@dataclass(frozen=True)
class Ranges:
    """Ranges of row numbers, in order; each stop is exclusive."""

    starts: NDArray[np.int64]
    stops: NDArray[np.int64]

    def mask(self, keys: NDArray[np.uint64], first_row: int) -> NDArray[np.bool_]:
        """[rows], whether each row of a block is taken."""
        rows = np.arange(first_row, first_row + len(keys))
        run = np.searchsorted(self.starts, rows, side="right") - 1
        inside = rows < self.stops[run] if len(self.stops) else np.zeros(len(rows), bool)
        return (run >= 0) & inside


def threshold(
    parent: Dataset, order: Order, amount: Amount, work: Work, *, collect_rows: int = COLLECT_ROWS
) -> Threshold:
    """Find where a selection ends, digit by digit of the key, without ever holding a list of all rows.

    Each pass counts, among the keys that share the digits found so far, the rows and tokens for each value of
    the next 16 bits. As soon as only a few rows share these digits, they are collected and sorted; rows that share the
    whole key are taken in dataset order.

    Args:
        parent: the dataset.
        order: gives the keys.
        amount: how much to take; for a number of tokens, as many rows as fit.
        collect_rows: how many rows are collected and sorted at most.
    """
    left = _budget(amount, parent.rows)
    prefix, digit, shared = 0, 0, parent.rows
    pieces, vocabulary = parent.pieces(), vocabulary_in(parent.path)
    while digit < DIGITS and shared > collect_rows:
        parts = work.executor.map(DigitTask(order, vocabulary, digit, prefix), pieces)
        total = reduce(np.add, parts)
        running = np.cumsum(total, axis=0)
        limits = [np.searchsorted(running[:, 0], left[0]), np.searchsorted(running[:, 1], left[1], side="right")]
        value = int(min(*limits, 2**DIGIT_BITS - 1))
        if value:
            left = (left[0] - int(running[value - 1, 0]), left[1] - int(running[value - 1, 1]))
        prefix, digit, shared = prefix << DIGIT_BITS | value, digit + 1, int(total[value, 0])
    if shared > collect_rows:
        return Threshold(prefix, _last_of_equals(parent, order, vocabulary, prefix, *left))
    return _last_of_few(list(work.executor.map(CollectTask(order, vocabulary, digit, prefix), pieces)), left)


def _last_of_few(parts: list[NDArray[np.uint64]], left: tuple[int, int]) -> Threshold:
    """The threshold at the last row that still fits, from rows collected as [3, rows]: key, row number, tokens."""
    keys, rows, tokens = np.concatenate([np.empty((3, 0), np.uint64), *parts], axis=1)
    ranking = np.lexsort((rows, keys))
    count = min(left[0], int(np.searchsorted(np.cumsum(tokens[ranking].astype(np.int64)), left[1], side="right")))
    if count == 0:
        return Threshold(int(keys.min(initial=2**64 - 1)), -1)
    last = ranking[min(count, len(ranking)) - 1]
    return Threshold(int(keys[last]), int(rows[last]))


def _budget(amount: Amount, units: int) -> tuple[int, int]:
    """How many units (rows or documents) and how many tokens may be taken."""
    boundless = 2**62
    if amount.tokens is not None:
        return boundless, amount.tokens
    return amount.rows if amount.rows is not None else math.ceil(round((amount.rate or 0) * units, 6)), boundless


@dataclass(frozen=True)
class _PrefixTask:
    """Visits the rows of a piece whose keys begin with the digits found so far."""

    order: Order
    vocabulary: Vocabulary | None
    digit: int
    prefix: int

    def rows(self, piece: Piece) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]]:
        """The keys, row numbers and token counts of these rows, one block at a time."""
        shift = np.uint64(64 - DIGIT_BITS * self.digit)
        for _, first_row, batch in piece.batches():
            keys, lengths = self.order.keys(batch, first_row, self.vocabulary), sequences_of(batch).lengths
            inside = (
                np.arange(len(keys)) if self.digit == 0 else np.flatnonzero(keys >> shift == np.uint64(self.prefix))
            )
            yield keys[inside], inside + first_row, lengths[inside]


@dataclass(frozen=True)
class DigitTask(_PrefixTask):
    """Counts rows and tokens of one piece by the next digit of their key."""

    def __call__(self, piece: Piece) -> NDArray[np.int64]:
        """[65,536, 2]: the number of rows and of tokens for each value of the digit."""
        values = 2**DIGIT_BITS
        total = np.zeros((values, 2), np.int64)
        shift = np.uint64(64 - DIGIT_BITS * (self.digit + 1))
        for keys, _, lengths in self.rows(piece):
            digits = (keys >> shift & np.uint64(values - 1)).astype(np.int64)
            total[:, 0] += np.bincount(digits, minlength=values)
            total[:, 1] += np.bincount(digits, weights=lengths, minlength=values).astype(np.int64)
        return total


@dataclass(frozen=True)
class CollectTask(_PrefixTask):
    """Collects the few rows that share the digits found so far."""

    def __call__(self, piece: Piece) -> NDArray[np.uint64]:
        """[3, rows], uint64: key, row number, tokens."""
        found = [np.stack([k, r.astype(np.uint64), n.astype(np.uint64)]) for k, r, n in self.rows(piece)]
        return np.concatenate([np.empty((3, 0), np.uint64), *found], axis=1)


def _last_of_equals(
    parent: Dataset, order: Order, vocabulary: Vocabulary | None, key: int, rows: int, tokens: int
) -> int:
    """The last row with exactly this key that still fits; -1 if none does."""
    last = -1
    for piece in parent.pieces():
        for _, first_row, batch in piece.batches():
            lengths = sequences_of(batch).lengths
            for row in np.flatnonzero(order.keys(batch, first_row, vocabulary) == np.uint64(key)).tolist():
                rows, tokens = rows - 1, tokens - int(lengths[row])
                if rows < 0 or tokens < 0:
                    return last
                last = first_row + row
    return last


def document_ranges(parent: Dataset, order: Order, amount: Amount) -> Ranges:
    """The rows of the selected documents.

    A document has the key of its first row, computed with the document's mean in every numeric column. Memory grows by
    32 bytes per document, and 16 more per column.
    """
    starts, keys, tokens = _documents(parent, order)
    stops = np.append(starts[1:], parent.rows)
    ranking = np.lexsort((starts, keys))
    units_left, tokens_left = _budget(amount, len(starts))
    if amount.rows is not None:
        sizes, units_left = (stops - starts)[ranking], amount.rows
        count = int(np.searchsorted(np.cumsum(sizes), units_left, side="right"))
    else:
        count = min(units_left, int(np.searchsorted(np.cumsum(tokens[ranking]), tokens_left, side="right")))
    taken = np.sort(ranking[:count])
    return Ranges(starts[taken], stops[taken])


def _documents(parent: Dataset, order: Order) -> tuple[NDArray[np.int64], NDArray[np.uint64], NDArray[np.int64]]:
    """The first row, key, and number of tokens of each document."""
    vocabulary = vocabulary_in(parent.path)
    means = _means(parent)
    starts, keys, tokens = [np.empty(0, np.int64)], [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
    for begun, first_row, batch, begins in _document_blocks(parent):
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


def _means(parent: Dataset) -> dict[str, NDArray[np.float64]]:
    """[documents] by column of numbers: the mean over each document's rows that have one; NaN where none has."""
    totals: dict[str, list[NDArray[np.float64]]] = {}
    for begun, _, batch, begins in _document_blocks(parent):
        ends = np.unique(np.append(0, begins))
        for name, column in numbers_of(batch).items():
            there = np.isfinite(column)
            sums = np.add.reduceat([np.where(there, column, 0).astype(np.float64), there.astype(np.float64)], ends, 1)
            known = totals.setdefault(name, [])
            if begun and len(ends) > len(begins):  # the document continues from the block before
                known[-1][:, -1] += sums[:, 0]
                sums = sums[:, 1:]
            known += [sums] if sums.size else []
    return {name: _quotient(*np.concatenate(parts, axis=1)) for name, parts in totals.items()}


def _quotient(sums: NDArray[np.float64], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.divide(sums, counts, out=np.full(len(sums), np.nan), where=counts > 0))


def _document_blocks(parent: Dataset) -> Iterator[tuple[int, int, pa.RecordBatch, NDArray[np.int64]]]:
    """Each block: documents begun before it, its first row, the block, and the rows in it at which documents begin."""
    begun, row, last = 0, 0, None
    for batch in parent.batches():
        runs = pc.run_end_encode(batch["document"])
        begins = np.concatenate([[0], runs.run_ends.to_numpy()[:-1]]).astype(np.int64)
        begins = begins[1:] if runs.values[0].as_py() == last else begins
        yield begun, row, batch, begins
        begun, row, last = begun + len(begins), row + batch.num_rows, runs.values[-1].as_py()
