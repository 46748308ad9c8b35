"""Find exactly where a selection ends, in bounded memory however many rows there are."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Literal, get_args

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpora.errors import OptionError
from corpora.operations.version_writer import Work
from corpora.plugin import Counts, Selection, must_return
from corpora.store import Dataset, Piece, Vocabulary, context_of, sequences_of, vocabulary_in

By = Literal["row", "document"]
DIGIT_BITS = 16
DIGITS = 4
COLLECT_ROWS = 1 << 20


def check_by(by: str, allowed: Sequence[str] = get_args(By)) -> None:
    """Check what an action takes or removes.

    Args:
        by: such as `row`.
        allowed: what the action can do.

    Raises:
        OptionError: it is not one of them.
    """
    if by not in allowed:
        raise OptionError(f"--by is {by!r}; it takes {', '.join(allowed[:-1])} or {allowed[-1]}")


@dataclass(frozen=True)
class Amount:
    """How much to take: a share, a number of rows, or a number of tokens; exactly one is set."""

    rate: float | None = None
    rows: int | None = None
    tokens: int | None = None

    @classmethod
    def of(cls, *, rate: float | None, rows: int | None, tokens: int | None) -> Amount | None:
        """The amount given by options of which at most one is set.

        Args:
            rate: a share of the rows or documents, above 0 and at most 1.
            rows: a number of rows, at least 1.
            tokens: a number of tokens, at least 1.

        Returns:
            None if none of them is set.

        Raises:
            OptionError: more than one is set, or one is out of range.
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
        """The amount in the result's default name: 10pct, 5000rows, 40000tokens."""
        if self.rate is not None:
            return f"{self.rate * 100:g}pct"
        if self.rows is not None:
            return f"{self.rows}rows"
        return f"{self.tokens}tokens"


@dataclass(frozen=True)
class Order:
    """A selection with its seed and statistics, which together give every row a key."""

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
            first_row: the index of its first row in the dataset.
            vocabulary: of a token dataset; None for a sentence dataset.
            columns: [rows] each, replaces the numeric columns of the batch.

        Raises:
            PluginError: the selection returned something else.
        """
        context = context_of(batch, first_row, vocabulary, self.statistics)
        context = context if columns is None else replace(context, columns=columns)
        keys = self.selection.order(sequences_of(batch), context, self.seed)
        right = isinstance(keys, np.ndarray) and keys.dtype == np.uint64 and keys.shape == (batch.num_rows,)
        must_return(right, self.selection, "order", keys, f"uint64 [{batch.num_rows}], one key per row")
        return keys


@dataclass(frozen=True)
class Threshold:
    """All rows with keys below `key`, and those with exactly this key up to row `last_row` of the dataset."""

    key: int
    last_row: int

    def mask(self, keys: NDArray[np.uint64], first_row: int) -> NDArray[np.bool_]:
        """Whether each row of a block is taken: [rows].

        Args:
            keys: [rows], as `Order.keys` returns them.
            first_row: the index of the block's first row in the dataset.
        """
        rows = np.arange(first_row, first_row + len(keys))
        key = np.uint64(self.key)
        taken: NDArray[np.bool_] = (keys < key) | ((keys == key) & (rows <= self.last_row))
        return taken


@dataclass(frozen=True)
class Between:
    """All rows with keys between two values, inclusive."""

    lowest: int
    highest: int

    def mask(self, keys: NDArray[np.uint64], first_row: int) -> NDArray[np.bool_]:
        """Whether each row of a block is taken, by its key: [rows].

        Args:
            keys: [rows], uint64.
            first_row: unused, since only keys count.
        """
        taken: NDArray[np.bool_] = (keys >= np.uint64(self.lowest)) & (keys <= np.uint64(self.highest))
        return taken


@dataclass(frozen=True)
class Ranges:
    """Ranges of row indices, in ascending order; each stop is exclusive."""

    starts: NDArray[np.int64]
    stops: NDArray[np.int64]

    def mask(self, keys: NDArray[np.uint64], first_row: int) -> NDArray[np.bool_]:
        """Whether each row of a block is taken: [rows].

        Args:
            keys: [rows]; only their number is used.
            first_row: the index of the block's first row in the dataset.
        """
        rows = np.arange(first_row, first_row + len(keys))
        run = np.searchsorted(self.starts, rows, side="right") - 1
        inside = rows < self.stops[run] if len(self.stops) else np.zeros(len(rows), bool)
        return (run >= 0) & inside


def threshold(
    parent: Dataset, order: Order, amount: Amount, work: Work, *, collect_rows: int = COLLECT_ROWS
) -> Threshold:
    """Find where a selection ends, one digit of the key at a time, without a list of all rows in memory.

    Each pass counts, among the keys that begin with the digits found so far, the rows and tokens for each value of the
    next 16 bits. Once only a few rows begin with these digits, they are collected and sorted; rows with the same key
    are taken in dataset order.

    Args:
        parent: the dataset.
        order: gives the keys.
        amount: how much to take; for a number of tokens, as many rows as fit.
        work: runs the passes.
        collect_rows: the maximum number of rows that are collected and sorted.
    """
    left = budget(amount, parent.rows)
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


def budget(amount: Amount, units: int) -> tuple[int, int]:
    """The largest number of units and of tokens that may be taken; an unlimited one is 2 ** 62.

    Args:
        amount: how much to take.
        units: the number of rows or documents that a rate refers to.
    """
    boundless = 2**62
    if amount.tokens is not None:
        return boundless, amount.tokens
    if amount.rows is not None:
        return amount.rows, boundless
    share = math.ceil(round((amount.rate or 0) * units, 6))  # a product such as 0.1 * 30 is not exact
    return max(share, min(units, 1)), boundless


@dataclass(frozen=True)
class _PrefixTask:
    """Finds the rows of a piece whose keys begin with the digits found so far."""

    order: Order
    vocabulary: Vocabulary | None
    digit: int
    prefix: int

    def rows(self, piece: Piece) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]]:
        """The keys, row indices and token counts of these rows, one block at a time."""
        shift = np.uint64(64 - DIGIT_BITS * self.digit)
        for _, first_row, batch in piece.batches():
            keys, lengths = self.order.keys(batch, first_row, self.vocabulary), sequences_of(batch).lengths
            inside = (
                np.arange(len(keys)) if self.digit == 0 else np.flatnonzero(keys >> shift == np.uint64(self.prefix))
            )
            yield keys[inside], inside + first_row, lengths[inside]


@dataclass(frozen=True)
class DigitTask(_PrefixTask):
    """Counts the rows and tokens of one piece by the next digit of their key."""

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
        """[3, rows], uint64: key, row index, number of tokens."""
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
