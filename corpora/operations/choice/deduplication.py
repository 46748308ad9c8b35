"""Keep the first copy of each row or document: exact, in bounded memory, with the same result for any executor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from corpora.errors import OptionError
from corpora.execution import Executor, Progress, reported, silent
from corpora.operations.choice.copies import Copies, CopiesTask, Repeated, most_common, partition_bits, spill
from corpora.operations.choice.digests import digests, ignored_differences
from corpora.operations.choice.documents import RowsOfCopies, spill_documents
from corpora.operations.choice.removals import Removal, write_removals
from corpora.operations.rewriting import readable
from corpora.operations.thresholds import By, check_by
from corpora.operations.version_writer import Rows, Work, counted_part, write_version, written_parts
from corpora.store import Dataset, Manifest, Piece, Plan, Store, vocabulary_in, write_bytes

VERSION = 2
"""Increased whenever the same options keep different rows."""


def distinct(
    dataset: Dataset | str,
    *,
    by: By = "row",
    normalise: str | Iterable[str] = (),
    name: str | None = None,
    executor: Executor | str = "serial",
    store: Store | None = None,
    progress: Progress = silent,
) -> Dataset:
    """Keep the first copy of each row or document, in the dataset's order.

    Documents are copies if all of their rows are, in the same order. The accounting has `copies`, the number of rows
    or documents that were removed, and `repeated`, how many of the remaining ones had copies. `removed.jsonl` lists
    the hundred with the most copies.

    Args:
        dataset: open, or given by reference.
        by: whether to compare single rows or whole documents.
        normalise: differences to ignore, any of `case`, `punctuation` and `space`; for sentence datasets only. The
            rows that stay are unchanged.
        name: of the new dataset.

    Raises:
        OptionError: `by` or a normalisation is unknown, a normalisation is given for a token dataset, or there are no
            rows.
    """
    work = Work.here(store, executor, progress)
    parent = work.open(dataset)
    check_by(by)
    ignored = ignored_differences(normalise, parent)
    if not parent.rows:
        raise OptionError(f"{parent.reference} has no rows, so there is nothing to keep")
    plan = Plan(
        action="distinct",
        components=({"kind": "operations", "name": "distinct", "version": VERSION},),
        settings={"by": by, "normalise": list(ignored)},
        parents=(parent.fingerprint,),
        recipe={"distinct": parent.name, "by": by} | ({"normalise": list(ignored)} if ignored else {}),
    )
    name = name or "-".join([parent.name, "distinct", *["documents"] * (by == "document")])
    return work.add(name, plan, lambda staging: _write(staging, name, plan, parent, work))


def _write(staging: Path, name: str, plan: Plan, parent: Dataset, work: Work) -> Manifest:
    folder, by = staging / "parts", plan.settings["by"]
    folder.mkdir(exist_ok=True)
    task = DigestTask(folder, by, tuple(plan.settings["normalise"]))
    pieces = parent.pieces()
    files = tuple(reported(work.executor.map(task, pieces), work.progress, "digest", len(pieces)))
    documents, units = None, parent.rows
    if by == "document":
        files, documents = spill_documents(folder, parent, files)
        units = len(documents.rows)
    bits = partition_bits(units)
    partitions = work.executor.map(CopiesTask(folder, bits, files), list(range(1 << bits)))
    found = list(reported(partitions, work.progress, "compare", 1 << bits))
    gone = RowsOfCopies(Copies(tuple(path for path, *_ in found)), documents)
    write_removals(staging, _commonest(parent, gone, most_common(often for *_, often in found)))
    accounting: dict[str, int] = {"rows": parent.rows, f"{by}s": units}
    accounting |= {"copies": sum(path.stat().st_size // 8 for path, *_ in found)}
    accounting |= {"repeated": sum(repeated for _, repeated, _ in found)}
    batches = written_parts(work, KeepTask(folder, parent.schema, gone), pieces, "keep", {})
    rows = Rows(parent.schema, batches, parents=(parent,), accounting=accounting)
    return write_version(staging, name, plan, rows, work)


@dataclass(frozen=True)
class DigestTask:
    """Writes the digests of a piece's rows: sorted and with row numbers, or in row order if documents are compared."""

    folder: Path
    by: By
    normalise: tuple[str, ...]

    def __call__(self, piece: Piece) -> Path:
        """Write the piece's file unless an earlier attempt did, and return its path."""
        path = self.folder / f"digests-{piece.block_number:07d}"
        if not path.exists():
            blocks = [digests(batch, self.normalise) for _, _, batch in piece.batches()]
            found = np.concatenate([np.empty((0, 2), np.uint64), *blocks])
            if self.by == "row":
                spill(path, found, piece.first_row)
            else:
                write_bytes(path, found.astype("<u8").tobytes())
        return path


@dataclass(frozen=True)
class KeepTask:
    """Writes the remaining rows of one piece."""

    folder: Path
    schema: pa.Schema
    gone: RowsOfCopies

    def __call__(self, piece: Piece) -> tuple[Path, dict[str, int]]:
        """Write the piece's rows unless an earlier attempt did, and return the path and the counts."""
        path = self.folder / f"rows-{piece.block_number:07d}.arrow"
        return counted_part(path, self.schema, self._batches(piece), {})

    def _batches(self, piece: Piece) -> Iterator[pa.RecordBatch]:
        for _, first_row, batch in piece.batches():
            yield batch.filter(pa.array(~self.gone.mask(first_row, batch.num_rows)))


def _commonest(parent: Dataset, gone: RowsOfCopies, often: list[Repeated]) -> Iterator[Removal]:
    """The records of the rows with the most copies; a document is represented by its first row."""
    rows = {gone.first_row(unit): count for count, unit in often}
    texts: dict[int, tuple[str, str]] = {}
    vocabulary, first = vocabulary_in(parent.path), 0
    for batch in parent.batches():
        inside = [row for row in rows if first <= row < first + batch.num_rows]
        chosen = batch.take(pa.array([row - first for row in inside], pa.int64()))
        pairs = zip(chosen.column("document").to_pylist(), readable(chosen, vocabulary), strict=True)
        texts |= dict(zip(inside, pairs, strict=True))
        first += batch.num_rows
    for row, count in rows.items():
        document, text = texts[row]
        copies = "copy" if count == 1 else "copies"
        yield Removal(document, f"row {row:,}", f"{count:,} {copies} of it removed", text)
