"""Take an exact number of rows in a selection's order, in bounded memory; and split a dataset by document."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpora.errors import OptionError, counted
from corpora.execution import Executor, Progress, silent
from corpora.operations.choice.others import other_datasets, recorded, statistics_for
from corpora.operations.document_selection import BY_ID, document_owners, document_ranges
from corpora.operations.thresholds import Amount, Between, By, Order, Ranges, Threshold, check_by, threshold
from corpora.operations.version_writer import Rows, Work, write_version, written_parts
from corpora.plugin import Context, Selection, Sequences, seed_of
from corpora.store import (
    Dataset,
    Manifest,
    Piece,
    Plan,
    Store,
    Vocabulary,
    described,
    vocabulary_in,
    write_stream,
)

SEED = 42
"""The study's seed."""


def select(
    parent: Dataset, selection: Selection, *, amount: Amount | None, by: By, seed: int, name: str | None, work: Work
) -> Dataset:
    """Take the rows that come first in a selection's order; the result keeps the dataset's order.

    Sizes are exact, and smaller samples are subsets of larger ones. A rate r takes ceil(r * rows) rows (or documents),
    a number of rows takes exactly that many (or as many whole documents as fit), and a number of tokens takes as many
    of the first rows as fit. A selection with bounds takes all rows between them.

    Args:
        parent: the dataset.
        selection: gives every row its position in the order.
        amount: how much to take; None for a selection with bounds.
        by: whether to take single rows or whole documents.
        seed: of the selection's randomness.
        name: of the new dataset; by default the parent's name with the selection and the amount.
        work: where and how to run.

    Returns:
        The new version, or the existing one for the same arguments.

    Raises:
        OptionError: the amount is missing or exceeds the dataset, an amount or `by="document"` is given together
            with bounds, or the selection orders single rows only.
    """
    _check_amount(parent, selection, amount, by)
    taken = dataclasses.asdict(amount or Amount())
    settings, named = recorded([selection], other_datasets(parent, [selection], work))
    table: dict[str, Any] = {"transform": selection.name, "from": parent.name, **selection.options(), **named}
    table |= {**taken, "by": by, "seed": seed}
    plan = Plan(
        action="transform",
        components=(described(selection),),
        settings={"seed": seed, "by": by, **taken, **settings, **_document_scores(parent, by)},
        parents=(parent.fingerprint,),
        recipe={key: value for key, value in table.items() if value is not None},
    )
    name = name or "-".join([parent.name, *_label(selection, amount, by)])
    mixed = seed_of(seed, selection.name, selection.version, parent.fingerprint)

    def write(staging: Path) -> Manifest:
        """Count the statistics that the selection needs, then find and write the rows."""
        order = Order(selection, mixed, by, statistics_for(parent, [selection], work))
        return _write(staging, name, plan, parent, order, amount, work)

    return work.add(name, plan, write)


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
    """Split a dataset by document into a training part and a held-out part.

    Args:
        dataset: open, or given by reference.
        held_out: the share of documents to hold out, above 0 and below 1.
        seed: decides which documents are held out.
        names: of the two results; by default NAME-train and NAME-held-out.

    Returns:
        The training part and the held-out part, which share no document.

    Raises:
        OptionError: the share is out of range, or leaves one part empty.
    """
    work = Work.here(store, executor, progress)
    parent = work.open(dataset)
    if not 0 < held_out < 1:
        raise OptionError(f"--held-out is {held_out:g}; it must be above 0 and below 1")
    if math.ceil(held_out * parent.documents) >= parent.documents:
        raise OptionError(
            f"{parent.reference} has {counted(parent.documents, 'document')}; --held-out {held_out:g} would take all "
            "of them"
        )
    order = Order(_ByDocument(), seed_of(seed, "split", parent.fingerprint), "document")
    chosen = names or (f"{parent.name}-train", f"{parent.name}-held-out")
    made = []
    for side, name in zip(("train", "held-out"), chosen, strict=True):
        plan = Plan(
            action="split",
            settings={"seed": seed, "held_out": held_out, "side": side, **BY_ID},
            parents=(parent.fingerprint,),
            recipe={"split": parent.name, "held-out": held_out, "side": side, "seed": seed},
        )
        made.append(work.add(name, plan, _writer_of_side(name, plan, parent, order, held_out, side, work)))
    return made[0], made[1]


def _writer_of_side(
    name: str, plan: Plan, parent: Dataset, order: Order, rate: float, side: str, work: Work
) -> Callable[[Path], Manifest]:
    def write(staging: Path) -> Manifest:
        """Write the documents that come first in the order, or for the training part all others."""
        made = _write(staging, name, plan, parent, order, Amount(rate=rate), work, complement=side == "train")
        if not made.rows:
            documents = counted(len(np.unique(document_owners(parent))), "different document")
            raise OptionError(f"{parent.reference} has {documents}; --held-out {rate:g} would take all of them")
        return made

    return write


def mix64(numbers: NDArray[np.uint64], seed: int) -> NDArray[np.uint64]:
    """Pseudorandom keys from numbers and a seed: a bijection for each seed (the finaliser of SplitMix64).

    Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators".

    Args:
        numbers: such as row indices, in any shape.
        seed: any integer, of which the lowest 64 bits are used.

    Returns:
        Keys of the same shape; different numbers never have the same key.
    """
    with np.errstate(over="ignore"):
        z = numbers + np.uint64(seed & (2**64 - 1)) + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


@dataclass(frozen=True)
class _ByDocument(Selection):
    """The order in which a split takes documents: pseudorandom, by the index of their first row."""

    name = "split"

    def order(self, block: Sequences, context: Context, seed: int) -> NDArray[np.uint64]:
        """[rows], uint64: a key for each row, from its index in the dataset.

        Args:
            block: of any dataset; only its number of rows matters.
            context: gives the number of the first row.
            seed: another seed gives another order of all documents.
        """
        return mix64(np.arange(context.first_row, context.first_row + len(block), dtype=np.uint64), seed)


def _document_scores(parent: Dataset, by: By) -> dict[str, str]:
    """The plan's settings for how the rows of a document, and their scores, are combined; empty for single rows."""
    numbers = any(pa.types.is_floating(column.type) or pa.types.is_integer(column.type) for column in parent.schema)
    return ({"scores": "mean"} if numbers else {}) | BY_ID if by == "document" else {}


def _label(selection: Selection, amount: Amount | None, by: By) -> list[str]:
    """The end of the result's default name: 10pct for a sample, by-length-10pct for others, 10pct-documents."""
    words = [] if selection.name == "sample" else [selection.name]
    words += [] if amount is None else [amount.label()]
    return words + ["documents"] * (by == "document")


def _check_amount(parent: Dataset, selection: Selection, amount: Amount | None, by: By) -> None:
    check_by(by)
    if by == "document" and not selection.of_documents:
        raise OptionError(f"{selection.name} orders single rows; it cannot take whole documents (--by document)")
    if selection.bounds() is not None:
        if amount is not None or by == "document":
            given = "an amount" if amount is not None else "--by document"
            raise OptionError(f"{selection.name} has bounds and {given}; bounds take every row between them")
        return
    if amount is None:
        or_bounds = "" if type(selection).bounds is Selection.bounds else ", or bounds"
        raise OptionError(f"{selection.name} needs --rate, --rows or --tokens{or_bounds}")
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
    amount: Amount | None,
    work: Work,
    *,
    complement: bool = False,
) -> Manifest:
    (staging / "parts").mkdir(exist_ok=True)
    vocabulary = vocabulary_in(parent.path)
    taken = _taken(parent, order, amount, work)
    task = TakeTask(staging / "parts", order, vocabulary, taken, parent.schema, complement)
    accounting = {"rows": parent.rows}
    batches = written_parts(work, task, parent.pieces(), "select", accounting)
    return write_version(
        staging, name, plan, Rows(parent.schema, batches, parents=(parent,), accounting=accounting), work
    )


def _taken(parent: Dataset, order: Order, amount: Amount | None, work: Work) -> Threshold | Between | Ranges:
    """The rule that decides which rows are taken."""
    if amount is None:
        return Between(*(order.selection.bounds() or (0, 0)))
    return document_ranges(parent, order, amount) if order.by == "document" else threshold(parent, order, amount, work)


@dataclass(frozen=True)
class TakeTask:
    """Writes the selected rows of one piece, or the others if `complement` is set."""

    folder: Path
    order: Order
    vocabulary: Vocabulary | None
    taken: Threshold | Between | Ranges
    schema: pa.Schema
    complement: bool

    def __call__(self, piece: Piece) -> tuple[Path, dict[str, int]]:
        """Write the piece's rows unless an earlier attempt did, and return the path (and no counts)."""
        path = self.folder / f"rows-{piece.block_number:07d}.arrow"
        if not path.exists():
            write_stream(path, self.schema, self._batches(piece))
        return path, {}

    def _batches(self, piece: Piece) -> Iterator[pa.RecordBatch]:
        for _, first_row, batch in piece.batches():
            by_range = isinstance(self.taken, Ranges)
            rows = batch.num_rows
            keys = np.empty(rows, np.uint64) if by_range else self.order.keys(batch, first_row, self.vocabulary)
            yield batch.filter(pa.array(self.taken.mask(keys, first_row) ^ self.complement))
