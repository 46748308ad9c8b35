"""Count statistics over a dataset block by block, in parallel, and merge the counts in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from corpora.errors import OptionError, StorageError
from corpora.execution import Executor, Progress, reported, silent
from corpora.plugin import (
    Context,
    Counts,
    Json,
    Sequences,
    Statistic,
    is_builtin,
    must_return,
    registry,
    source_sha256,
)
from corpora.store.blocks import Piece, numbers_of, pieces_of, scores_in, sequences_of
from corpora.store.dataset import Dataset, read_counts, summary_json, write_counts
from corpora.store.disk.atomic import storage_errors, write_text
from corpora.store.store import Store
from corpora.store.vocabulary import Vocabulary, vocabulary_in

STANDARD = {"sentences": ("sizes", "lengths"), "tokens": ("sizes", "lengths", "tokens")}
"""Counted for every new version, and `scores` too if it has any; the manifest has the summaries."""


@dataclass(frozen=True)
class CountTask:
    """Counts several statistics over one piece of a dataset."""

    statistics: tuple[Statistic, ...]
    vocabulary: Vocabulary | None

    def __call__(self, piece: Piece) -> list[Counts]:
        """The counts for the piece, one entry per statistic."""
        totals: list[Counts] = [{} for _ in self.statistics]
        for _, first_row, batch in piece.batches():
            block, context = sequences_of(batch), context_of(batch, first_row, self.vocabulary)
            totals = [
                statistic.merge(total, statistic.count(block, context)) if total else statistic.count(block, context)
                for statistic, total in zip(self.statistics, totals, strict=True)
            ]
        return totals


class Documents(Sequence[str]):
    """The document ids of a block's rows, converted from Arrow only on access."""

    def __init__(self, column: pa.Array) -> None:
        self.column = column

    def __len__(self) -> int:
        return len(self.column)

    def __getitem__(self, row: object) -> Any:
        return self.column[row].as_py()


def context_of(
    batch: pa.RecordBatch, first_row: int, vocabulary: Vocabulary | None, statistics: Mapping[str, Counts] | None = None
) -> Context:
    """The context of one block.

    Args:
        batch: the block.
        first_row: the index of its first row in the dataset.
        vocabulary: of a token dataset; None for a sentence dataset.
        statistics: the counts that the component needs, by the statistic's name.
    """
    more: dict[str, Any] = {"documents": Documents(batch.column("document")), "first_row": first_row}
    more |= {"statistics": statistics or {}, "columns": numbers_of(batch)}
    return vocabulary.context(**more) if vocabulary else Context(**more)


def count(
    files: Iterable[Path],
    statistics: Sequence[Statistic],
    vocabulary: Vocabulary | None,
    executor: Executor,
    progress: Progress = silent,
) -> list[Counts]:
    """Count statistics over dataset files; the result is the same with any executor.

    Args:
        files: data files of one dataset, in order.
        statistics: what to count, all in one pass.
        vocabulary: of a token dataset; None for a sentence dataset.
        executor: runs the work, piece by piece.
        progress: is called after each piece.

    Returns:
        One entry per statistic.

    Raises:
        PluginError: a statistic returned something other than a dict of arrays.
    """
    pieces = pieces_of(files)
    nothing = Sequences(np.empty(0, np.uint16), np.zeros(1, np.int64))
    context = vocabulary.context() if vocabulary else Context()
    totals: list[Counts] = [statistic.count(nothing, context) for statistic in statistics]
    for statistic, total in zip(statistics, totals, strict=True):
        must_return(isinstance(total, Mapping), statistic, "count", total, "a dict of arrays")
    for parts in reported(
        executor.map(CountTask(tuple(statistics), vocabulary), pieces), progress, "count", len(pieces)
    ):
        totals = [s.merge(t, p) for s, t, p in zip(statistics, totals, parts, strict=True)]
    return totals


def count_standard(
    folder: Path, files: Sequence[Path], schema: pa.Schema, executor: Executor, progress: Progress
) -> dict[str, dict[str, Json]]:
    """Count the standard statistics of a new version, and write them under `statistics/`.

    Args:
        folder: the staging folder of the version, with its tokenizer if it has one.
        files: its data files, in order.
        schema: of the data files.
        executor: runs the counting.
        progress: is called as it advances.

    Returns:
        The summary of each statistic, by its name.
    """
    names = STANDARD["sentences" if "text" in schema.names else "tokens"] + ("scores",) * bool(scores_in(schema))
    statistics = [registry.make("statistics", name) for name in names]
    totals = count(files, statistics, vocabulary_in(folder), executor, progress)
    return write_statistics(folder, statistics, totals)


def write_statistics(
    folder: Path, statistics: Sequence[Statistic], totals: Sequence[Counts]
) -> dict[str, dict[str, Json]]:
    """Write counts and their summaries under `statistics/`.

    Args:
        folder: the staging folder of the version.
        statistics: what was counted.
        totals: the counts of each statistic, in the same order.

    Returns:
        The summary of each statistic, by its name.
    """
    target = folder / "statistics"
    target.mkdir(exist_ok=True)
    summaries: dict[str, dict[str, Json]] = {}
    for statistic, total in zip(statistics, totals, strict=True):
        write_counts(target / f"{statistic.name}.npz", total)
        summaries[statistic.name] = statistic.summarise(total)
    write_text(target / "summary.json", summary_json(summaries))
    return summaries


def counts_of(
    store: Store, dataset: Dataset, name: str, executor: Executor, progress: Progress = silent
) -> tuple[Statistic, Counts]:
    """A statistic of a finished version: read from the version or from the store, or else counted and stored.

    Args:
        store: keeps the counts that are not part of the version.
        dataset: the version.
        name: of the statistic, or its short form with options.
        executor: runs the counting.
        progress: is called as it advances.

    Raises:
        UnknownName: no plugin offers the statistic.
        OptionError: it does not read datasets of this kind.
        StorageError: the counts cannot be stored.
    """
    statistic: Statistic = registry.make("statistics", name)
    if statistic.of not in ("both", dataset.kind):
        raise OptionError(
            f"the statistic {name} reads datasets of {statistic.of}; {dataset.reference} contains {dataset.kind}"
        )
    inside = dataset.path / "statistics" / f"{name}.npz"
    cls = type(statistic)
    # The file name includes a hash of a plugin's code, because counts made by older code are stale.
    code = "" if is_builtin(cls) else f"-{source_sha256(cls)[:12]}"
    kept = store.statistics_folder(dataset) / f"{statistic.short().replace('/', '_')}-{statistic.version}{code}.npz"
    for path in (inside, kept):
        if path.exists():
            return statistic, read_counts(path)
    [total] = count(dataset.files, [statistic], vocabulary_in(dataset.path), executor, progress)
    with storage_errors(store.home):
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_counts(kept, total)
    return statistic, total


def counts_needed(store: Store, dataset: Dataset, needs: Iterable[str], executor: Executor) -> dict[str, Counts]:
    """The counts of a dataset that components need, by the statistic's name.

    Args:
        store: where missing counts are kept.
        dataset: the version.
        needs: names of statistics; duplicates count once.
        executor: runs the counting.
    """
    return {name: counts_of(store, dataset, name, executor)[1] for name in sorted(set(needs))}


@dataclass(frozen=True)
class Counting:
    """Gets counts from the version or the store, or counts now; also works with a read-only store."""

    store: Store
    executor: Executor
    progress: Progress = silent

    def of(self, dataset: Dataset, name: str) -> tuple[Statistic, Counts]:
        """A statistic and its counts; as `counts_of`, but if the store is read-only, new counts are not stored."""
        try:
            return counts_of(self.store, dataset, name, self.executor, self.progress)
        except StorageError:
            statistic: Statistic = registry.make("statistics", name)
            vocabulary = vocabulary_in(dataset.path)
            [total] = count(dataset.files, [statistic], vocabulary, self.executor, self.progress)
            return statistic, total

    def summary(self, dataset: Dataset, name: str) -> dict[str, Any]:
        """The summary of a statistic for a dataset; `name` is as in `counts_of`."""
        statistic, counts = self.of(dataset, name)
        return statistic.summarise(counts)
