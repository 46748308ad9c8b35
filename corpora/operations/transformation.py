"""Transform a dataset: rewrite or score its rows block by block, or select some of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
from numpy.random import Generator

from corpora.errors import CorporaError, OptionError, PluginError
from corpora.execution import Executor, Progress, reported, silent
from corpora.operations.choice.others import other_datasets, recorded, statistics_for
from corpora.operations.rewriting import rewrite_text, rewrite_tokens, with_score
from corpora.operations.selection import SEED, select
from corpora.operations.thresholds import Amount, By
from corpora.operations.version_writer import (
    Rows,
    Work,
    counted_part,
    described_files,
    link_side_files,
    take_files,
    write_version,
    written_parts,
)
from corpora.plugin import (
    Context,
    Counts,
    Score,
    Selection,
    TextTransform,
    TokenTransform,
    Transform,
    block_generator,
    plugin_code,
    registry,
)
from corpora.store import (
    Dataset,
    Manifest,
    Piece,
    Plan,
    Store,
    Vocabulary,
    context_of,
    described,
    len_values,
    pieces_of,
    read_stream,
    scores_schema,
    tight,
    vocabulary_in,
)


def transform(
    dataset: Dataset | str,
    component: Transform | str,
    *,
    then: Sequence[Transform | str] = (),
    rate: float | None = None,
    rows: int | None = None,
    tokens: int | None = None,
    by: By = "row",
    seed: int = SEED,
    name: str | None = None,
    executor: Executor | str = "serial",
    store: Store | None = None,
    progress: Progress = silent,
) -> Dataset:
    """Make a transfer dataset: rewrite or score a dataset's rows with a transform, or select some of them.

    Args:
        dataset: open, or given by reference (NAME, NAME@TAG, `parquet:DIR`).
        component: a transform or its short form, such as `shuffle` or `keyboard-typos:rate=0.1`.
        then: further rewriting transforms, applied to the result in order.
        rate: for a selection, the share of rows to take, above 0 and at most 1.
        rows: for a selection, the number of rows to take, instead of `rate`.
        tokens: for a selection, the number of tokens to take, instead of `rate`.
        by: whether a selection takes single rows or whole documents.
        seed: the seed of all randomness. Samples of one dataset with the same seed are nested.
        name: of the new dataset; by default made from the names of the dataset and the transform.
        executor: an executor or its short form, such as `processes:workers=2`; it does not affect the result.

    Returns:
        The new version, or the existing one for the same arguments.

    Raises:
        OptionError: an amount is given for a rewriting transform or missing for a selection, or the dataset is of the
            wrong kind.
        PluginError: a transform returned something that its kind does not allow.
    """
    work = Work.here(store, executor, progress)
    parent = work.open(dataset)
    chain = tuple(registry.make("transforms", c) if isinstance(c, str) else c for c in (component, *then))
    amount = Amount.of(rate=rate, rows=rows, tokens=tokens)
    if isinstance(chain[0], Selection):
        if len(chain) > 1:
            raise OptionError("--then works only with rewriting transforms; select first, then transform the selection")
        return select(parent, chain[0], amount=amount, by=by, seed=seed, name=name, work=work)
    if amount is not None:
        raise OptionError(f"{chain[0].name} rewrites every row; --rate, --rows and --tokens are for selections")
    return _rewrite(parent, chain, seed=seed, name=name, work=work)


def check_chain(parent: Dataset, chain: Sequence[Transform]) -> None:
    """Check that a chain of transforms can rewrite a dataset.

    Args:
        parent: the dataset that the first transform reads.
        chain: in the order in which they are applied.

    Raises:
        OptionError: the chain contains a selection, a transform for the other kind of dataset, or a score that the
            dataset already has.
    """
    columns = list(parent.schema.names)
    for component in chain:
        if isinstance(component, Selection):
            raise OptionError(f"{component.name} selects rows; only rewriting transforms are allowed here")
        if isinstance(component, TokenTransform):
            parent.need("tokens", component.name)
        if isinstance(component, Score):
            if component.of != "both":
                parent.need(component.of, component.name)
            if component.name in columns:
                raise OptionError(f"{parent.reference} already has a column {component.name}")
            columns.append(component.name)


def _rewrite(parent: Dataset, chain: tuple[Transform, ...], *, seed: int, name: str | None, work: Work) -> Dataset:
    check_chain(parent, chain)
    settings, named = recorded(chain, other_datasets(parent, chain, work))
    table: dict[str, Any] = {"transform": chain[0].name, "from": parent.name, **chain[0].options(), **named}
    table |= {"then": [component.short() for component in chain[1:]], "seed": seed}
    plan = Plan(
        action="transform",
        components=tuple(described(component) for component in chain),
        settings={"seed": seed, **settings},
        parents=(parent.fingerprint,),
        recipe={key: value for key, value in table.items() if value not in (None, [])},
    )
    name = name or "-".join([parent.name, *(PAST.get(component.name, component.name) for component in chain)])

    def write(staging: Path) -> Manifest:
        """Rewrite file by file if no transform can change the sizes of blocks, otherwise piece by piece."""
        (staging / "parts").mkdir(exist_ok=True)
        task = rewrite_task(staging / "parts", parent, chain, seed, work)
        if all(isinstance(component, TokenTransform | Score) for component in chain):
            return _by_file(staging, name, plan, parent, task, work)
        accounting: dict[str, Any] = {"rows": parent.rows}
        batches = written_parts(work, task, parent.pieces(), "transform", accounting)
        return write_version(staging, name, plan, Rows(task.schema, batches, (parent,), accounting), work)

    return work.add(name, plan, write)


def _by_file(staging: Path, name: str, plan: Plan, parent: Dataset, task: RewriteTask, work: Work) -> Manifest:
    """Rewrite file by file. If no block lost or gained rows, the written parts become the data files unchanged."""
    pieces = pieces_of(parent.files, target_bytes=ONE_A_FILE)
    parts = list(reported(work.executor.map(task, pieces), work.progress, "transform", len(pieces)))
    counts: dict[str, Any] = {"rows": parent.rows}
    counts |= {key: sum(tally[key] for _, tally in parts) for key in ("written", "values", "resized_blocks")}
    if parts and not counts["resized_blocks"]:
        link_side_files(staging, (parent,))
        files = take_files(staging, task.schema, [path for path, _ in parts])
        rows = Rows(task.schema, (), (parent,), counts)
        sizes: dict[str, Any] = {"values": counts["values"], "documents": parent.documents}
        return described_files(staging, name, plan, rows, work, kind=parent.kind, files=files, **sizes)
    batches = (batch for path, _ in parts for batch in read_stream(path))
    return write_version(staging, name, plan, Rows(task.schema, batches, (parent,), counts), work)


ONE_A_FILE = 1 << 62
"""Larger than any file, so that each file becomes one piece."""


def rewrite_task(folder: Path, parent: Dataset, chain: tuple[Transform, ...], seed: int, work: Work) -> RewriteTask:
    """The task that applies a chain to a dataset's pieces; statistics that the chain needs are counted if missing.

    Args:
        folder: where the task writes its parts.
        parent: the dataset.
        chain: transforms that `check_chain` accepts.
        seed: the seed of all randomness.
        work: where and how to count.
    """
    counts = statistics_for(parent, chain, work)
    vocabulary = vocabulary_in(parent.path)
    scores = scores_schema(component.name for component in chain if isinstance(component, Score))
    schema = pa.schema([*parent.schema, *scores])
    return RewriteTask(folder, chain, parent.fingerprint, seed, vocabulary, schema, counts)


PAST = {"generate": "generated", "lowercase": "lowercased", "merge": "merged"}
"""Suffixes of default names, for transforms whose own name would read badly."""


CHECKED_ROWS = 1000
"""How many rows of the first block are rewritten twice, to detect a transform that is not deterministic."""
METHODS: tuple[tuple[type[Transform], str], ...] = (
    (TokenTransform, "apply"),
    (TextTransform, "rewrite"),
    (Score, "score"),
)


@dataclass(frozen=True)
class RewriteTask:
    """Applies a chain of transforms to one piece of a dataset."""

    folder: Path
    chain: tuple[Transform, ...]
    parent: str
    seed: int
    vocabulary: Vocabulary | None
    schema: pa.Schema
    """The schema of the rows that the task writes."""
    statistics: dict[str, Counts] = field(default_factory=dict)

    def __call__(self, piece: Piece) -> tuple[Path, dict[str, int]]:
        """Write the piece's new rows unless an earlier attempt did; the path, and counts of rows and values."""
        path = self.folder / f"rows-{piece.block_number:07d}.arrow"
        tally = {"written": 0, "values": 0, "resized_blocks": 0}
        return counted_part(path, self.schema, self._batches(piece, tally), tally)

    def _batches(self, piece: Piece, tally: dict[str, int]) -> Iterator[pa.RecordBatch]:
        for number, first_row, batch in piece.batches():
            if number == 0:
                self._check_repeats(batch.slice(0, CHECKED_ROWS))
            rewritten = self.rewritten(batch, number, first_row)
            tally["written"] += rewritten.num_rows
            tally["values"] += len_values(rewritten.column(0))
            tally["resized_blocks"] += rewritten.num_rows != batch.num_rows
            yield tight(rewritten)

    def rewritten(self, batch: pa.RecordBatch, number: int, first_row: int) -> pa.RecordBatch:
        """Apply the whole chain to one block.

        Args:
            batch: the block.
            number: its index in the dataset, part of the key of its random generator.
            first_row: the index of its first row in the dataset.
        """
        for place in range(len(self.chain)):
            batch = self._step(batch, place, number, first_row)
        return batch

    def _check_repeats(self, batch: pa.RecordBatch) -> None:
        """Check that the first rows give the same result twice, to detect transforms that are not reproducible.

        Raises:
            PluginError: the results differ.
        """
        for place, component in enumerate(self.chain):
            first = self._step(batch, place, 0, 0)
            if str(first.to_pylist()) != str(self._step(batch, place, 0, 0).to_pylist()):
                raise PluginError(
                    f"{component.name} gave two results for the same rows and the same rng; take all randomness from "
                    "rng, not from random, numpy.random or the clock, and keep no state; nothing was written"
                )
            batch = first

    def _step(self, batch: pa.RecordBatch, place: int, number: int, first_row: int) -> pa.RecordBatch:
        """Apply one transform of the chain to one block."""
        component = self.chain[place]
        rng = block_generator(
            self.seed,
            name=component.name,
            version=component.version,
            parent=self.parent,
            place=place,
            block=number,
        )
        context = context_of(batch, first_row, self.vocabulary, self.statistics)
        try:
            with plugin_code(component, _method_of(component), lambda: f"block {number}, first row {first_row:,}"):
                return self._applied(batch, component, context, rng)
        except CorporaError as error:
            if str(error).startswith(f"{component.name}: "):
                raise
            raise PluginError(f"{component.name}, block {number}: {error}") from error

    def _applied(self, batch: pa.RecordBatch, component: Transform, context: Context, rng: Generator) -> pa.RecordBatch:
        if isinstance(component, TokenTransform):
            return rewrite_tokens(batch, component, context, rng)
        if isinstance(component, TextTransform):
            return rewrite_text(batch, component, rng, self.vocabulary, first_row=context.first_row)
        if isinstance(component, Score):
            return with_score(batch, component, context)
        raise PluginError("it is neither a TextTransform, a TokenTransform, a Score nor a Selection")


def _method_of(component: Transform) -> str:
    return next((method for kind, method in METHODS if isinstance(component, kind)), "transform")
