"""The page of one version, `report.html`: figures, lengths, example rows, and how it was made."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from corpora.plugin import Array
from corpora.store import Dataset, Manifest, write_text
from corpora.store.pages.page import render
from corpora.store.pages.row_differences import LETTERS, beginning, unchanged
from corpora.store.pages.rows import reader_of, spread_rows
from corpora.store.pages.tables import how, report_tables

FILE = "report.html"
ROWS = 8
WIDTH, HEIGHT, LEFT, BELOW = 640, 190, 44, 34
BARS = 96
"""The maximum number of bars in the histogram."""

READ = 16 * LETTERS
"""The number of a row's values that are read to show its beginning; a row can have millions."""


def write_page(folder: Path, manifest: Manifest) -> None:
    """Write a version's `report.html` from its data files and stored statistics; nothing is counted here.

    Args:
        folder: of the version, or its staging folder.
        manifest: its `files` list the data files; hashes are not needed.
    """
    dataset = Dataset(folder, manifest)
    read, unit = reader_of(dataset), "words" if manifest.tokens is None else "tokens"
    page = render(
        "version.html.j2",
        title=manifest.name,
        dataset=dataset,
        by=how(manifest.plan["recipe"]),
        tables=report_tables([dataset]),
        histogram=histogram(dataset.statistics("lengths")["rows"], unit),
        rows=[
            (row.number + 1, row.document, beginning(unchanged(read(row.head(READ)))))
            for row in ([] if manifest.private else spread_rows(dataset, ROWS))
        ],
    )
    write_text(folder / FILE, page)


def histogram(rows: Array, unit: str) -> str:
    """A histogram of row lengths as an SVG element, up to the 99th percentile; empty if there are no rows.

    Args:
        rows: [longest + 1], the number of rows of each length.
        unit: of the lengths, `words` or `tokens`, for the axis.
    """
    total = int(rows.sum())
    if not total:
        return ""
    longest = int(np.searchsorted(np.cumsum(rows), 0.99 * total))
    width = longest // BARS + 1
    padded = np.zeros((longest // width + 1) * width)
    padded[: longest + 1] = rows[: longest + 1]
    shares = padded.reshape(-1, width).sum(axis=1) / total
    step, top = (WIDTH - LEFT) / len(shares), float(shares.max())
    bars = "".join(_bar(i, share / top, step) for i, share in enumerate(shares.tolist()) if share)
    ticks = "".join(_tick(i, i * width, step) for i in range(0, len(shares), max(1, len(shares) // 8)))
    most = f'<text x="{LEFT - 6}" y="12" text-anchor="end">{top:.1%}</text>'
    label = f'<text x="{(LEFT + WIDTH) / 2}" y="{HEIGHT - 2}" text-anchor="middle">{unit} per row</text>'
    told = f"Lengths of rows in {unit}; 99 % have at most {longest}."
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{told}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" font-size="11" fill="#5a6675"><g fill="#0072b2">{bars}</g>{ticks}{most}{label}'
        f'<path d="M{LEFT} 0V{HEIGHT - BELOW}H{WIDTH}" fill="none" stroke="#8a97a6"/></svg>'
    )


def _bar(place: int, part: float, step: float) -> str:
    size = part * (HEIGHT - BELOW - 4)
    left, top = LEFT + place * step, HEIGHT - BELOW - size
    return f'<rect x="{left:.1f}" y="{top:.1f}" width="{step * 0.86:.1f}" height="{size:.1f}"/>'


def _tick(place: int, length: int, step: float) -> str:
    left = LEFT + (place + 0.43) * step
    return f'<text x="{left:.1f}" y="{HEIGHT - BELOW + 14}" text-anchor="middle">{length}</text>'
