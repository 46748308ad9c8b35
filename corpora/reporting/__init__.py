"""Compare datasets side by side: the study's Tables 4, 5 and 8, and one self-contained page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from corpora.dataset import Dataset
from corpora.describing import show
from corpora.durable import storage_errors, write_text
from corpora.progress import Progress, silent
from corpora.store import Store, default_store

QUOTED_TABLE_4 = [
    ["TBC (Zhu et al., 2015), quoted", "4.7 GB", 74_004_228, 984_846_357, 13.3, 11],
    ["TBC replica (van de Graaf, 2021), quoted", "5.1 GB", 65_400_000, 897_100_000, 13.7, 11],
]
"""The study's Table 4, with the exact counts of the original where they are known."""
QUOTED_TABLE_8 = [
    ["D_Corpus, quoted", "20.0 GB", 109_300_000, 4_000_000_000],
    ["D_T 10 %, quoted", "2.0 GB", 10_900_000, 402_600_000],
    ["D_T 1 %, quoted", "204.8 MB", 1_100_000, 40_300_000],
    ["D_T 0.1 %, quoted", "20.6 MB", 109_400, 4_000_000],
    ["D_T Rand., quoted", "2.0 GB", 10_900_000, 402_600_000],
    ["D_T Gen., quoted", "2.0 GB", 10_900_000, 402_600_000],
]
"""The study's Tables 5 and 8."""


@dataclass(frozen=True)
class Table:
    """One table of a report."""

    title: str
    headers: list[str]
    rows: list[list[Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {"title": self.title, "headers": self.headers, "rows": self.rows}


def report(
    datasets: Sequence[Dataset | str], out: Path, *, store: Store | None = None, progress: Progress = silent
) -> Path:
    """Write one self-contained HTML page that compares datasets.

    Raises:
        DatasetNotFound: one of them is not in the store.
    """
    found = store or default_store()
    opened = [d if isinstance(d, Dataset) else found.open(d) for d in datasets]
    write_report(opened, out, store=found, progress=progress)
    return out


def report_tables(datasets: Sequence[Dataset]) -> list[Table]:
    """The lines of the study's Tables 4 (sentence datasets), 5 and 8 (token datasets), and where documents went."""
    tables = []
    sentences = [d for d in datasets if d.kind == "sentences"]
    tokens = [d for d in datasets if d.kind == "tokens"]
    if sentences:
        headers = ["dataset", "size", "sentences", "words", "mean w.p.s.", "median w.p.s."]
        tables.append(Table("Sentence datasets (Table 4)", headers, [_table_4(d) for d in sentences] + QUOTED_TABLE_4))
    if tokens:
        headers = ["dataset", "size", "sequences", "tokens"]
        tables.append(Table("Token datasets (Tables 5 and 8)", headers, [_table_8(d) for d in tokens] + QUOTED_TABLE_8))
    waterfalls = [d for d in sentences if "found" in d.manifest.accounting]
    if waterfalls:
        tables.append(Table("Where documents went", ["dataset", "what", "documents"], _waterfall(waterfalls)))
    return tables


def _table_4(dataset: Dataset) -> list[Any]:
    figures = show(dataset)["statistics"]
    keys = ("sentences", "words", "mean_words_per_sentence", "median_words_per_sentence")
    return [dataset.reference, human_bytes(dataset.manifest.text_bytes or 0), *(figures[key] for key in keys)]


def _table_8(dataset: Dataset) -> list[Any]:
    rows_bytes = sum(entry["size_bytes"] for name, entry in dataset.manifest.files.items() if name.startswith("data-"))
    return [dataset.reference, human_bytes(rows_bytes), dataset.rows, dataset.tokens]


def _waterfall(datasets: Sequence[Dataset]) -> list[list[Any]]:
    rows: list[list[Any]] = []
    for dataset in datasets:
        counts = dataset.manifest.accounting
        rows.append([dataset.reference, "found", counts["found"]])
        rows += [[dataset.reference, reason, n] for reason, n in (counts["rejected"] | counts["failures"]).items()]
        rows.append([dataset.reference, "written", counts["written"]])
    return rows


def human_bytes(size: float) -> str:
    """A size as the study prints it: 204.8 MB, decimal units."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    raise AssertionError("unreachable")


def write_report(datasets: Sequence[Dataset], out: Path, *, store: Store, progress: Progress = silent) -> None:
    """Write the page."""
    body = "".join(_html(table) for table in report_tables(datasets))
    page = PAGE.format(title=escape(", ".join(d.name for d in datasets)), body=body)
    with storage_errors(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        write_text(out, page)


def _html(table: Table) -> str:
    head = "".join(f"<th scope=col>{escape(header)}</th>" for header in table.headers)
    rows = "".join("<tr>" + "".join(_cell(value) for value in row) + "</tr>" for row in table.rows)
    return f"<h2>{escape(table.title)}</h2><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"<td class=n>{value:,.1f}</td>"
    return f"<td class=n>{value:,}</td>" if isinstance(value, int) else f"<td>{escape(str(value))}</td>"


PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #222 }}
table {{ border-collapse: collapse; margin: 1rem 0 }}
th, td {{ padding: .3rem .8rem; border-bottom: 1px solid #ddd; text-align: left }}
td.n {{ text-align: right; font-variant-numeric: tabular-nums }}
</style></head><body><h1>{title}</h1>{body}</body></html>
"""
