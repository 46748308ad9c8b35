"""Compare datasets side by side: tables for the terminal, and one self-contained page with figures and rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from corpora.execution import Executor, Progress, make_executor, silent
from corpora.inspect.bookcorpus import bookcorpus_table
from corpora.inspect.lineage import draw, lineage
from corpora.inspect.report_figures import pictures, save_all
from corpora.inspect.row_pairs import compare
from corpora.operations import open_dataset
from corpora.store import Counting, Dataset, Store, default_store, storage_errors, write_text
from corpora.store.pages import render, report_tables

__all__ = ["report", "report_tables"]


def report(
    datasets: Sequence[Dataset | str],
    out: Path,
    *,
    figures: Path | None = None,
    executor: Executor | str = "serial",
    store: Store | None = None,
    progress: Progress = silent,
) -> Path:
    """Write one self-contained HTML page that compares datasets.

    Missing statistics are counted now and kept in the store, outside the versions.

    Args:
        datasets: open, or given by reference; one that is given twice is shown once.
        out: the path of the page.
        figures: a folder for the page's figures as PNG and PDF, for papers.

    Returns:
        The path of the page.

    Raises:
        DatasetNotFound: a dataset is not in the store.
        StorageError: the disk is full or read-only.
    """
    found = store or default_store()
    opened = list(
        {
            d.reference: d for d in (d if isinstance(d, Dataset) else open_dataset(d, store=found) for d in datasets)
        }.values()
    )
    counting = Counting(found, make_executor(executor), progress)
    drawn = list(pictures(opened, counting))
    tables = [table for table in [*report_tables(opened), bookcorpus_table(opened, counting)] if table is not None]
    page = render(
        "report.html.j2",
        title=_title(opened),
        datasets=opened,
        tables=tables,
        pictures=drawn,
        lineage=draw(lineage(opened, found)),
        comparisons=[each for d in opened if not d.manifest.private and (each := compare(d, found)) is not None],
        written=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC by transferset {version('transferset')}",
    )
    with storage_errors(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        write_text(out, page)
    if figures is not None:
        save_all(drawn, figures)
    return out


def _title(datasets: Sequence[Dataset]) -> str:
    names = list(dict.fromkeys(dataset.name for dataset in datasets))
    return ", ".join(names) if len(names) <= 3 else f"{', '.join(names[:2])} and {len(names) - 2} other datasets"
