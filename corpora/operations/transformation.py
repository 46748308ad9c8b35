"""Make one dataset from another: rewrite its rows, block by block, or select some of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
from numpy.random import Generator

from corpora.errors import CorporaError, OptionError, PluginError
from corpora.execution import Executor, Progress, silent, told
from corpora.operations.choice.others import others_of, recorded, statistics_for
from corpora.operations.rewriting import rewrite_text, rewrite_tokens, with_score
from corpora.operations.selection import SEED, select
from corpora.operations.thresholds import Amount, By
from corpora.operations.version_writer import (
    Rows,
    Work,
    counted_part,
    described_files,
    hand_on,
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
        component: a transform or its short form, `shuffle` or `keyboard-typos:rate=0.1`.
        then: further transforms, applied to the result one after the other; no selections.
        rate: for a selection, the share of rows to take (above 0, up to 1); or give `rows` or `tokens`.
        by: whether a selection takes single rows or whole documents.
        seed: of all chance. The same seed gives nested samples of one dataset.

    Raises:
        OptionError: an amount where none is taken or the other way round, or a dataset of the wrong kind.
        PluginError: a transform returned what its kind forbids.
    """
    work = Work.here(store, executor, progress)
    parent = work.open(dataset)
    chain = tuple(registry.make("transforms", c) if isinstance(c, str) else c for c in (component, *then))
    amount = Amount.of(rate=rate, rows=rows, tokens=tokens)
    if isinstance(chain[0], Selection):
        if len(chain) > 1:
            raise OptionError("--then follows rewriting transforms only; select first, then transform the selection")
        return select(parent, chain[0], amount=amount, by=by, seed=seed, name=name, work=work)
    if amount is not None:
        raise OptionError(f"{chain[0].name} rewrites every row; --rate, --rows and --tokens belong to selections")
    return _rewrite(parent, chain, seed=seed, name=name, work=work)


def check_chain(parent: Dataset, chain: Sequence[Transform]) -> None:
    """See that a chain of transforms can rewrite a dataset.

    Raises:
        OptionError: a selection among them, one that reads datasets of the other kind, or a score that is there.
    """
    columns = list(parent.schema.names)
    for component in chain:
        if isinstance(component, Selection):
            raise OptionError(f"{component.name} selects rows; only rewriting transforms fit here")
        if isinstance(component, TokenTransform):
            parent.need("tokens", component.name)
        if isinstance(component, Score):
            if component.of != "both":
                parent.need(component.of, component.name)
            if component.name in columns:
                raise OptionError(f"{parent.reference} has a column {component.name} already; score it before that")
            columns.append(component.name)


def _rewrite(parent: Dataset, chain: tuple[Transform, ...], *, seed: int, name: str | None, work: Work) -> Dataset:
    check_chain(parent, chain)
    settings, named = recorded(chain, others_of(parent, chain, work))
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
        (staging / "parts").mkdir(exist_ok=True)
        task = rewrite_task(staging / "parts", parent, chain, seed, work)
        if all(isinstance(component, TokenTransform | Score) for component in chain):
            return _by_file(staging, name, plan, parent, task, work)
        accounting: dict[str, Any] = {"rows": parent.rows}
        batches = written_parts(work, task, parent.pieces(), "transform", accounting)
        return write_version(staging, name, plan, Rows(task.schema, batches, (parent,), accounting), work)

    return work.add(name, plan, write)


def _by_file(staging: Path, name: str, plan: Plan, parent: Dataset, task: RewriteTask, work: Work) -> Manifest:
    """Rewrite file by file. Where no block lost or gained rows, what was written are the data files already."""
    pieces = pieces_of(parent.files, target_bytes=ONE_A_FILE)
    parts = list(told(work.executor.map(task, pieces), work.progress, "transform", len(pieces)))
    counts: dict[str, Any] = {"rows": parent.rows}
    counts |= {key: sum(tally[key] for _, tally in parts) for key in ("written", "values", "resized_blocks")}
    if parts and not counts["resized_blocks"]:
        hand_on(staging, (parent,))
        files = take_files(staging, task.schema, [path for path, _ in parts])
        rows = Rows(task.schema, (), (parent,), counts)
        sizes: dict[str, Any] = {"values": counts["values"], "documents": parent.documents}
        return described_files(staging, name, plan, rows, work, kind=parent.kind, files=files, **sizes)
    batches = (batch for path, _ in parts for batch in read_stream(path))
    return write_version(staging, name, plan, Rows(task.schema, batches, (parent,), counts), work)


ONE_A_FILE = 1 << 62
"""More bytes than a file has: a piece for each."""


def rewrite_task(folder: Path, parent: Dataset, chain: tuple[Transform, ...], seed: int, work: Work) -> RewriteTask:
    """What applies a chain to a dataset, with the statistics that it needs, counted now where they are not there."""
    counts = statistics_for(parent, chain, work)
    vocabulary = vocabulary_in(parent.path)
    scores = scores_schema(component.name for component in chain if isinstance(component, Score))
    schema = pa.schema([*parent.schema, *scores])
    return RewriteTask(folder, chain, parent.fingerprint, seed, vocabulary, schema, counts)


PAST = {"generate": "generated", "lowercase": "lowercased", "merge": "merged"}
"""How results are named, where the transform's own name does not serve."""


CHECKED_ROWS = 1000
"""How many rows of the first block are rewritten twice, to find a transform that does not repeat itself."""
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
    """Of the rows that it writes."""
    statistics: dict[str, Counts] = field(default_factory=dict)

    def __call__(self, piece: Piece) -> tuple[Path, dict[str, int]]:
        """Write the piece's new rows, and count what was dropped."""
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
        """One block after the whole chain."""
        for place in range(len(self.chain)):
            batch = self._step(batch, place, number, first_row)
        return batch

    def _check_repeats(self, batch: pa.RecordBatch) -> None:
        """See that the first rows come out the same twice, before a whole dataset is made that nobody can make again.

        Raises:
            PluginError: they do not.
        """
        for place, component in enumerate(self.chain):
            first = self._step(batch, place, 0, 0)
            if str(first.to_pylist()) != str(self._step(batch, place, 0, 0).to_pylist()):
                raise PluginError(
                    f"{component.name} gave two results for the same rows and the same rng; take all chance from rng, "
                    "not from random, numpy.random or the clock, and keep no state; nothing was written"
                )
            batch = first

    def _step(self, batch: pa.RecordBatch, place: int, number: int, first_row: int) -> pa.RecordBatch:
        """One block after one transform of the chain."""
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
