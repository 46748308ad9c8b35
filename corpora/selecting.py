"""Take exactly so many rows in the order that a selection gives, in bounded memory; and split by document."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpora.assemble import Rows, Work, assemble, written_parts
from corpora.blocks import Piece, sequences_of
from corpora.counting import Vocabulary, context_of, vocabulary_in
from corpora.dataset import Dataset
from corpora.errors import OptionError
from corpora.executors import Executor
from corpora.extract import write_stream
from corpora.hashing import seed_of
from corpora.kinds import Selection
from corpora.manifest import Manifest, Plan, described
from corpora.progress import Progress, silent
from corpora.store import Store

By = Literal["row", "document"]
SEED = 42
"""The study's seed."""
DIGIT_BITS = 16
DIGITS = 4


@dataclass(frozen=True)
class Amount:
    """How much to take: a share, a number of rows, or a number of tokens."""

    rate: float | None = None
    rows: int | None = None
    tokens: int | None = None

    @classmethod
    def of(cls, *, rate: float | None, rows: int | None, tokens: int | None) -> Amount | None:
        """From what was given on the command line; None if nothing was.

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


def select(
    parent: Dataset, selection: Selection, *, amount: Amount | None, by: By, seed: int, name: str | None, work: Work
) -> Dataset:
    """The first rows of a dataset in a selection's order, in the dataset's own order; exact and nested.

    `--rate r` takes ceil(r * rows) rows (or documents); `--rows n` exactly n; `--tokens n` the longest run of
    first rows that holds at most n tokens.

    Raises:
        OptionError: no amount, or more than there is.
    """
    if amount is None:
        raise OptionError(f"{selection.name} takes --rate, --rows or --tokens")
    _check_amount(parent, amount)
    table = {"transform": selection.name, "from": parent.name, **selection.options(), "rate": amount.rate}
    table |= {"rows": amount.rows, "tokens": amount.tokens, "by": by, "seed": seed}
    plan = Plan(
        action="transform",
        components=(described(selection),),
        settings={"seed": seed, "by": by, "rate": amount.rate, "rows": amount.rows, "tokens": amount.tokens},
        parents=(parent.fingerprint,),
        recipe={key: value for key, value in table.items() if value is not None},
    )
    name = name or f"{parent.name}-{amount.label()}"
    order = Order(selection, seed_of(seed, selection.name, selection.version, parent.fingerprint), by)
    return work.add(name, plan, lambda staging: _write(staging, name, plan, parent, order, amount, work))


def split(
    dataset: Dataset | str,
    *,
    held_out: float,
    seed: int = SEED,
    names: tuple[str, str] | None = None,
    executor: Executor | str = "serial",
    store: Store | None = None,
    progress: Progress = silent,
) -> tuple[Dataset, Dataset]:
    """Set whole documents apart: the dataset without them, and them alone.

    Args:
        held_out: the share of documents to set apart, above 0 and below 1.
        names: of the two results; by default NAME-train and NAME-held-out.

    Raises:
        OptionError: the share is out of range, or leaves one side empty.
    """
    work = Work.here(store, executor, progress)
    parent = work.open(dataset)
    if not 0 < held_out < 1:
        raise OptionError(f"--held-out is {held_out:g}; it must be above 0 and below 1")
    if math.ceil(held_out * parent.documents) >= parent.documents:
        raise OptionError(
            f"{parent.reference} has {parent.documents} documents; --held-out {held_out:g} would take all"
        )
    order = Order(_ByDocument(), seed_of(seed, "split", parent.fingerprint), "document")
    chosen = names or (f"{parent.name}-train", f"{parent.name}-held-out")
    made = []
    for side, name in zip(("train", "held-out"), chosen, strict=True):
        plan = Plan(
            action="split",
            settings={"seed": seed, "held_out": held_out, "side": side},
            parents=(parent.fingerprint,),
            recipe={"split": parent.name, "held-out": held_out, "side": side, "seed": seed},
        )
        made.append(work.add(name, plan, _writer_of_side(name, plan, parent, order, held_out, side, work)))
    return made[0], made[1]


def _writer_of_side(name: str, plan: Plan, parent: Dataset, order: Order, rate: float, side: str, work: Work) -> Any:
    def write(staging: Path) -> Manifest:
        return _write(staging, name, plan, parent, order, Amount(rate=rate), work, complement=side == "train")

    return write


@dataclass(frozen=True)
class _ByDocument(Selection):
    """The order in which a split takes documents."""

    name = "split"

    def order(self, block: Any, context: Any, seed: int) -> NDArray[np.uint64]:
        """A key for each row, by its number."""
        return mix64(np.arange(context.first_row, context.first_row + len(block), dtype=np.uint64), seed)


def mix64(numbers: NDArray[np.uint64], seed: int) -> NDArray[np.uint64]:
    """Random-looking keys of numbers and a seed: a bijection for each seed (the finaliser of SplitMix64).

    Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators".
    """
    with np.errstate(over="ignore"):
        z = numbers + np.uint64(seed & (2**64 - 1)) + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


@dataclass(frozen=True)
class Order:
    """A selection with its seed: the key of every row."""

    selection: Selection
    seed: int
    by: By

    def keys(self, batch: pa.RecordBatch, first_row: int, vocabulary: Vocabulary | None) -> NDArray[np.uint64]:
        """[rows], uint64."""
        return self.selection.order(sequences_of(batch), context_of(batch, first_row, vocabulary), self.seed)


def _check_amount(parent: Dataset, amount: Amount) -> None:
    if amount.rows is not None and amount.rows > parent.rows:
        raise OptionError(f"--rows {amount.rows:,} is more than the {parent.rows:,} of {parent.reference}")
    if amount.tokens is not None:
        parent.need("tokens", "--tokens")
        if amount.tokens > (parent.tokens or 0):
            raise OptionError(
                f"--tokens {amount.tokens:,} is more than the {parent.tokens or 0:,} of {parent.reference}"
            )


def _write(
    staging: Path,
    name: str,
    plan: Plan,
    parent: Dataset,
    order: Order,
    amount: Amount,
    work: Work,
    *,
    complement: bool = False,
) -> Manifest:
    (staging / "parts").mkdir(exist_ok=True)
    vocabulary = vocabulary_in(parent.path)
    taken = document_ranges(parent, order, amount) if order.by == "document" else threshold(parent, order, amount, work)
    task = TakeTask(staging / "parts", order, vocabulary, taken, parent.schema, complement)
    accounting = {"rows": parent.rows}
    batches = written_parts(work, task, parent.pieces(), "select", accounting)
    return assemble(staging, name, plan, Rows(parent.schema, batches, parents=(parent,), accounting=accounting), work)


@dataclass(frozen=True)
class Threshold:
    """The rows with keys below `key`, and of those that have it the first in the dataset, up to `last_row`."""

    key: int
    last_row: int

    def mask(self, keys: NDArray[np.uint64], first_row: int) -> NDArray[np.bool_]:
        """[rows], whether each row of a block is taken."""
        rows = np.arange(first_row, first_row + len(keys))
        key = np.uint64(self.key)
        taken: NDArray[np.bool_] = (keys < key) | ((keys == key) & (rows <= self.last_row))
        return taken


@dataclass(frozen=True)
class Ranges:
    """Runs of rows, in order."""

    starts: NDArray[np.int64]
    stops: NDArray[np.int64]

    def mask(self, keys: NDArray[np.uint64], first_row: int) -> NDArray[np.bool_]:
        """[rows], whether each row of a block is taken."""
        rows = np.arange(first_row, first_row + len(keys))
        run = np.searchsorted(self.starts, rows, side="right") - 1
        inside = rows < self.stops[run] if len(self.stops) else np.zeros(len(rows), bool)
        return (run >= 0) & inside


@dataclass(frozen=True)
class TakeTask:
    """Writes the taken rows of one piece."""

    folder: Path
    order: Order
    vocabulary: Vocabulary | None
    taken: Threshold | Ranges
    schema: pa.Schema
    complement: bool

    def __call__(self, piece: Piece) -> tuple[Path, dict[str, int]]:
        """Write the piece's rows, unless an earlier attempt did."""
        path = self.folder / f"rows-{piece.block_number:07d}.arrow"
        if not path.exists():
            write_stream(path, self.schema, self._batches(piece))
        return path, {}

    def _batches(self, piece: Piece) -> Iterator[pa.RecordBatch]:
        for _, first_row, batch in piece.batches():
            by_row = isinstance(self.taken, Threshold)
            keys = self.order.keys(batch, first_row, self.vocabulary) if by_row else np.empty(batch.num_rows, np.uint64)
            yield batch.filter(pa.array(self.taken.mask(keys, first_row) ^ self.complement))


def threshold(parent: Dataset, order: Order, amount: Amount, work: Work) -> Threshold:
    """Where a selection ends, found digit by digit of the key, so that no list of rows is ever held.

    Each pass counts, for the keys that share the digits found so far, the rows and tokens under each value
    of the next 16 bits; four passes give the last key exactly, a fifth the last row among equal keys.
    """
    rows_left, tokens_left = _budget(amount, parent.rows)
    prefix = 0
    pieces, vocabulary = parent.pieces(), vocabulary_in(parent.path)
    for digit in range(DIGITS):
        total = sum(work.executor.map(DigitTask(order, vocabulary, digit, prefix), pieces))
        running = np.cumsum(total, axis=0)
        limit = [np.searchsorted(running[:, 0], rows_left), np.searchsorted(running[:, 1], tokens_left, side="right")]
        value = int(min(*limit, 2**DIGIT_BITS - 1))
        before = running[value - 1] if value else np.zeros(2, np.int64)
        rows_left, tokens_left = rows_left - int(before[0]), tokens_left - int(before[1])
        prefix = prefix << DIGIT_BITS | value
    return Threshold(prefix, _last_row(parent, order, vocabulary, prefix, rows_left, tokens_left))


def _budget(amount: Amount, units: int) -> tuple[int, int]:
    """How many units, and how many tokens, may be taken."""
    boundless = 2**62
    if amount.tokens is not None:
        return boundless, amount.tokens
    return amount.rows if amount.rows is not None else math.ceil(round((amount.rate or 0) * units, 6)), boundless


@dataclass(frozen=True)
class DigitTask:
    """Counts rows and tokens of one piece by the next digit of their key."""

    order: Order
    vocabulary: Vocabulary | None
    digit: int
    prefix: int

    def __call__(self, piece: Piece) -> NDArray[np.int64]:
        """[65,536, 2]: rows, and tokens, under each value of the digit."""
        total = np.zeros((2**DIGIT_BITS, 2), np.int64)
        shift = np.uint64(64 - DIGIT_BITS * (self.digit + 1))
        for _, first_row, batch in piece.batches():
            keys, lengths = self.order.keys(batch, first_row, self.vocabulary), sequences_of(batch).lengths
            if self.digit:
                inside = keys >> (shift + np.uint64(DIGIT_BITS)) == np.uint64(self.prefix)
                keys, lengths = keys[inside], lengths[inside]
            digits = (keys >> shift & np.uint64(2**DIGIT_BITS - 1)).astype(np.int64)
            total[:, 0] += np.bincount(digits, minlength=2**DIGIT_BITS)
            np.add.at(total[:, 1], digits, lengths)
        return total


def _last_row(parent: Dataset, order: Order, vocabulary: Vocabulary | None, key: int, rows: int, tokens: int) -> int:
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
    """The rows of the documents that are taken: each document has the key of its first row.

    Holds 32 bytes a document.
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
    """Each document's first row, key, and tokens."""
    vocabulary = vocabulary_in(parent.path)
    starts: list[NDArray[np.int64]] = []
    keys: list[NDArray[np.uint64]] = []
    tokens: list[NDArray[np.int64]] = []
    row, last = 0, None
    for batch in parent.batches():
        runs = pc.run_end_encode(batch["document"])
        begins = np.concatenate([[0], runs.run_ends.to_numpy()[:-1]]).astype(np.int64)
        block, all_keys = sequences_of(batch), order.keys(batch, row, vocabulary)
        sizes = np.add.reduceat(block.lengths, begins)
        new = 0
        if runs.values[0].as_py() == last:  # the document goes on from the block before
            tokens[-1][-1] += sizes[0]
            new = 1
        if len(begins) > new:
            starts.append(begins[new:] + row)
            keys.append(all_keys[begins[new:]])
            tokens.append(sizes[new:])
        row, last = row + batch.num_rows, runs.values[-1].as_py()
    return np.concatenate(starts), np.concatenate(keys), np.concatenate(tokens)
