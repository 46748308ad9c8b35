"""Concatenate datasets; their files are linked rather than copied if the file system allows it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from corpora.errors import OptionError
from corpora.execution import Executor, Progress, silent
from corpora.operations.version_writer import Rows, Work, described_files, take_files
from corpora.store import TOKENIZER_FILE, Dataset, Manifest, Plan, Store, link_or_copy, vocabulary_in


def concat(
    datasets: Sequence[Dataset | str],
    *,
    name: str,
    executor: Executor | str = "serial",
    store: Store | None = None,
    progress: Progress = silent,
) -> Dataset:
    """Concatenate datasets: all of their rows, in the given order.

    Args:
        datasets: two or more, each open or given by reference (NAME, NAME@TAG, `parquet:DIR`).
        name: of the new dataset.

    Returns:
        The new version, or the existing one for the same datasets.

    Raises:
        OptionError: there are fewer than two datasets, or their kinds, tokenizers or score columns differ.
    """
    work = Work.here(store, executor, progress)
    parents = tuple(work.open(dataset) for dataset in datasets)
    check_alike(parents, "concat")
    plan = Plan(
        action="concat",
        parents=tuple(parent.fingerprint for parent in parents),
        recipe={"concat": [parent.name for parent in parents]},
    )

    def write(staging: Path) -> Manifest:
        """Link the parents' files; the standard statistics are counted again, over all rows."""
        files = take_files(staging, parents[0].schema, [path for parent in parents for path in parent.files])
        side_files(staging, parents)
        rows = Rows(parents[0].schema, (), parents=parents, accounting={"rows": [parent.rows for parent in parents]})
        return described_files(
            staging, name, plan, rows, work,
            kind=parents[0].kind, files=files,
            values=sum((p.tokens if p.kind == "tokens" else p.manifest.text_bytes) or 0 for p in parents),
            documents=sum(parent.documents for parent in parents),
        )  # fmt: skip

    return work.add(name, plan, write)


def check_alike(parents: tuple[Dataset, ...], action: str) -> None:
    """Check that datasets can be joined into one.

    Args:
        parents: the datasets; the others must match the first.
        action: how error messages refer to the action, such as `concat`.

    Raises:
        OptionError: there are fewer than two datasets, or their kinds, tokenizers or score columns differ.
    """
    if len(parents) < 2:
        raise OptionError(f"{action} takes at least two datasets")
    for parent in parents[1:]:
        parent.need(parents[0].kind, f"{action} (the first dataset decides)")
        ours, theirs = vocabulary_in(parents[0].path), vocabulary_in(parent.path)
        if ours != theirs:
            raise OptionError(f"{parents[0].reference} and {parent.reference} have different tokenizers")
        has = [", ".join(p.schema.names) for p in (parents[0], parent)]
        if has[0] != has[1]:
            raise OptionError(
                f"{parents[0].reference} has the columns {has[0]} and {parent.reference} has {has[1]}; "
                f"give all of them the same scores before {action}, or none"
            )


def side_files(staging: Path, parents: tuple[Dataset, ...]) -> None:
    """Write the parents' tokenizer and their combined document list into a staging folder.

    Args:
        staging: the folder of the unfinished version.
        parents: they have the same tokenizer; a document that several have is listed once.
    """
    if parents[0].tokenizer_file:
        (staging / TOKENIZER_FILE).unlink(missing_ok=True)
        link_or_copy(parents[0].tokenizer_file, staging / TOKENIZER_FILE)
    tables = [pq.read_table(path) for parent in parents if (path := parent.path / "documents.parquet").exists()]
    if tables:
        pq.write_table(_distinct(pa.concat_tables(tables)), staging / "documents.parquet", compression="zstd")


def _distinct(documents: pa.Table) -> pa.Table:
    """Documents without duplicates, that is, with the same id and the same content."""
    numbered = documents.append_column("row", pa.array(range(documents.num_rows), pa.int64()))
    firsts = numbered.group_by(["id", "sha256"]).aggregate([("row", "min")])["row_min"]
    return documents.take(firsts.sort())
