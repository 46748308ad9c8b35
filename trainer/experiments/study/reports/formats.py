"""Tables of a report, and their formats: Markdown, CSV and LaTeX; the template writes HTML."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

NUMBER = re.compile(r"[+-]?\d")
MOST_SHOWN = 40
"""Tables with more rows are folded in the page and in Markdown."""


@dataclass(frozen=True)
class Row:
    """One line of a table."""

    cells: tuple[str, ...]
    quoted: bool = False
    """Whether the figures are quoted from a publication; they are always marked."""


@dataclass
class ReportTable:
    """A table with its notes."""

    name: str
    """For file names: `scores`."""
    title: str
    header: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, *cells: str, quoted: bool = False) -> None:
        """Add a row."""
        self.rows.append(Row(cells, quoted))

    @property
    def folded(self) -> bool:
        """Whether the rows are shown only on request, because there are many."""
        return len(self.rows) > MOST_SHOWN

    def is_text(self, column: int) -> bool:
        """Whether a column has text: none of its cells begins with a number."""
        return not any(NUMBER.match(row.cells[column]) for row in self.rows)


def to_markdown(table: ReportTable) -> str:
    """The table as Markdown; quoted rows are in italics, and a long table is folded."""
    lines = [_piped(table.header), _piped(["---"] * len(table.header))]
    for row in table.rows:
        cells = [f"*{cell}*" if row.quoted and cell else cell for cell in row.cells]
        lines.append(_piped(cells))
    if table.folded:
        lines = ["<details>", f"<summary>{len(table.rows):,} rows</summary>", "", *lines, "", "</details>"]
    return "\n".join([f"### {table.title}", "", *lines, "", *table.notes, ""])


def to_csv(table: ReportTable) -> str:
    """The table as CSV, with a last column `measured` or `quoted`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*table.header, "origin"])
    for row in table.rows:
        writer.writerow([*row.cells, "quoted" if row.quoted else "measured"])
    return text.getvalue()


LATEX = str.maketrans({c: "\\" + c for c in "&%$#_{}"} | {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}"})


def to_latex(table: ReportTable) -> str:
    """The table as a LaTeX `table` for the booktabs package; quoted rows are in italics."""
    body = []
    for row in table.rows:
        cells = [cell.translate(LATEX) for cell in row.cells]
        body.append(" & ".join(rf"\textit{{{cell}}}" if row.quoted and cell else cell for cell in cells) + r" \\")
    return "\n".join([
        r"\begin{table}", r"\centering", rf"\caption{{{table.title.translate(LATEX)}}}",
        rf"\begin{{tabular}}{{l{'r' * (len(table.header) - 1)}}}", r"\toprule",
        " & ".join(cell.translate(LATEX) for cell in table.header) + r" \\", r"\midrule", *body,
        r"\bottomrule", r"\end{tabular}", r"\end{table}", "",
    ])  # fmt: skip


def _piped(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
