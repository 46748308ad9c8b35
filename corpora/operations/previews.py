"""Preview a transform: the first rows of a dataset before and after, without building anything."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpora.execution import silent
from corpora.operations.rewriting import readable
from corpora.operations.selection import SEED
from corpora.operations.transformation import RewriteTask, check_chain, rewrite_task
from corpora.operations.version_writer import Work
from corpora.plugin import Score, Transform, registry
from corpora.store import Dataset, Store

ROW = "+row"
"""A column that previews add; the name of a score cannot contain a +."""


def preview(
    dataset: Dataset | str,
    component: Transform | str,
    *,
    then: Sequence[Transform | str] = (),
    rows: int = 20,
    seed: int = SEED,
    store: Store | None = None,
) -> list[tuple[str, str]]:
    """The first rows of a dataset before and after a rewriting transform, as text; nothing is built.

    Rows that were merged or dropped are shown together with the row before them, separated by ¶. If rows were
    reordered or repeated, each result is shown with the row that it comes from.

    Args:
        dataset: open, or given by reference.
        component: a transform or its short form, such as `keyboard-typos:rate=0.1`.
        then: further transforms, applied to the result in order.
        rows: the maximum number of pairs.
        seed: the seed of all randomness, as in `transform`, which gives the same rows.
        store: where the dataset is looked up; by default the store at `$CORPORA_HOME`.

    Returns:
        (before, after) pairs; computed scores are appended to the second text.

    Raises:
        OptionError: one of the transforms is a selection, which does not rewrite rows.
    """
    work = Work.here(store, "serial", silent)
    parent = work.open(dataset)
    chain = tuple(registry.make("transforms", c) if isinstance(c, str) else c for c in (component, *then))
    check_chain(parent, chain)
    task = rewrite_task(Path(), parent, chain, seed, work)
    batch = next(parent.batches(), None)
    if batch is None:
        return []
    numbered = batch.append_column(ROW, pa.array(np.arange(batch.num_rows)))
    made = task.rewritten(numbered, 0, 0)  # columns follow their rows, so this one tells where each comes from
    starts, stops = _runs(made[ROW].to_numpy(), batch.num_rows)
    before = (
        readable(batch.slice(start, stop - start), task.vocabulary) for start, stop in zip(starts, stops, strict=True)
    )
    after = _scored(made.slice(0, rows), task)
    return [(" ¶ ".join(texts), text) for texts, text in zip(before, after, strict=False)]


def _runs(origin: NDArray[np.int64], rows: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each rewritten row, the first of its original rows, and the row after the last of them."""
    if (np.diff(origin) > 0).all():
        borders = np.concatenate([[0], origin[1:], [rows]])
        return borders[:-1], borders[1:]
    return origin, origin + 1


def _scored(batch: pa.RecordBatch, task: RewriteTask) -> list[str]:
    """Rows as text, followed by the scores that the chain computed."""
    names = [component.name for component in task.chain if isinstance(component, Score)]
    columns = [[f" [{name} {score:.4g}]" for score in batch[name].to_pylist()] for name in names]
    return ["".join(parts) for parts in zip(readable(batch, task.vocabulary), *columns, strict=True)]
