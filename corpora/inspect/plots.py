"""Plots that compare datasets, for pages and papers: lengths, rank and frequency, vocabulary growth.

The colours are those of Okabe and Ito, which colour-blind people can tell apart; line styles differ too, for print.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corpora.errors import OptionError
from corpora.plugin import Array, Json

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
STYLES = ("-", "--", "-.", ":")
FORMATS = ("svg", "png", "pdf")
NAMED = re.compile(r' id="[\w.]+?_\d+"')
"""Ids that matplotlib gives its elements; nothing refers to them, and figures on the same page would share them."""
POINTS = 240
"""The maximum number of points per line, which keeps a figure below about ten kilobytes."""
STYLE: Any = {
    "font.family": "sans-serif", "font.size": 10, "axes.titlesize": 11, "axes.titlelocation": "left",
    "axes.titleweight": "bold", "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": "#555555",
    "axes.labelcolor": "#333333", "xtick.color": "#555555", "ytick.color": "#555555", "axes.grid": True,
    "grid.color": "#e5e5e5", "grid.linewidth": 0.6, "axes.axisbelow": True, "lines.linewidth": 1.8,
    "legend.frameon": False, "svg.fonttype": "none", "figure.constrained_layout.use": True,
}  # fmt: skip


def lengths_figure(histograms: Mapping[str, Array], *, unit: str = "tokens") -> Figure:
    """How long the rows are: the share of rows with each length, up to the longest dataset's 99.5th percentile.

    Args:
        histograms: [longest + 1] by dataset name, the number of rows of each length.
        unit: of the lengths, for the axis.
    """
    figure, axes = _empty("Lengths", f"{unit} per row", "share of rows, %")
    longest = max((_quantile(rows, 0.995) for rows in histograms.values()), default=0)
    width = max(1, -(-(longest + 1) // POINTS))
    for look, (name, rows) in zip(_looks(), histograms.items(), strict=False):
        if total := int(rows.sum()):
            padded = np.zeros(-(-(longest + 1) // width) * width)
            padded[: min(len(rows), len(padded))] = rows[: len(padded)]
            shares = padded.reshape(-1, width).mean(axis=1) * 100 / total
            axes.step(np.arange(len(shares)) * width, shares, where="mid", label=name, **look)
    axes.set_ylim(bottom=0)
    return _labelled(figure, axes)


def rank_frequency_figure(counts: Mapping[str, Array], *, unit: str = "token") -> Figure:
    """The frequency of types by rank (Zipf's plot), on logarithmic scales.

    Args:
        counts: [types] by dataset name, the count of each type, in any order.
        unit: what is counted, in the singular, for the axis.
    """
    figure, axes = _empty("Rank and frequency", "rank", f"share of all {unit}s")
    for look, (name, occurrences) in zip(_looks(), counts.items(), strict=False):
        ranked = np.sort(occurrences[occurrences > 0])[::-1]
        if len(ranked):
            ranks = np.unique(np.geomspace(1, len(ranked), POINTS).round().astype(int))
            axes.plot(ranks, ranked[ranks - 1] / ranked.sum(), label=name, **look)
    return _logarithmic(figure, axes)


def growth_figure(curves: Mapping[str, Sequence[Sequence[int]]], *, unit: str = "token") -> Figure:
    """How many types occur in the first tokens (Heaps' plot), on logarithmic scales.

    Args:
        curves: by dataset name, (tokens read, types seen) pairs.
        unit: what is counted, in the singular, for the axis.
    """
    figure, axes = _empty("Vocabulary growth", f"{unit}s read", "types seen")
    for look, (name, curve) in zip(_looks(), curves.items(), strict=False):
        points = [pair for pair in curve if min(pair) > 0]
        if points:
            read, seen = zip(*points, strict=True)
            axes.plot(read, seen, label=name, **look)
    return _logarithmic(figure, axes)


def svg(figure: Figure, *, description: str) -> str:
    """The figure as an SVG element for a page; the same figure always gives the same text.

    Args:
        figure: the figure.
        description: what it shows, for screen readers; also the seed of the element's ids.
    """
    import matplotlib as mpl

    text = io.StringIO()
    with mpl.rc_context(STYLE | {"svg.hashsalt": description}):
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    element = text.getvalue()
    element = NAMED.sub("", element[element.index("<svg") :])
    return element.replace("<svg", f'<svg role="img" aria-label="{_escaped(description)}"', 1)


def save(figure: Figure, path: Path) -> None:
    """Write a figure to a file.

    Args:
        figure: the figure.
        path: its suffix determines the format: .svg, .png (300 dpi) or .pdf.

    Raises:
        OptionError: the suffix is another one.
    """
    import matplotlib as mpl

    kind = path.suffix.removeprefix(".").lower()
    if kind not in FORMATS:
        raise OptionError(
            f"{path} has the suffix {path.suffix or '(none)'}; figures can be saved as .{', .'.join(FORMATS)}"
        )
    dates: dict[str, Json] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}
    with mpl.rc_context(STYLE | {"svg.hashsalt": path.stem}):
        figure.savefig(path, format=kind, dpi=300, metadata=dates[kind])


def _empty(title: str, x: str, y: str) -> tuple[Figure, Axes]:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(6.4, 3.8))
        axes = figure.add_subplot(title=title, xlabel=x, ylabel=y)
    return figure, axes


def _looks() -> Iterator[dict[str, Any]]:
    """A colour and line style for each line, distinct for the first 28; wide lines are drawn below narrow ones."""
    for style in STYLES:
        for number, colour in enumerate(COLOURS):
            turn = (STYLES.index(style) + number) % len(STYLES)
            yield {"color": colour, "linestyle": STYLES[turn], "linewidth": max(1.2, 2.8 - 0.3 * number)}


def _logarithmic(figure: Figure, axes: Axes) -> Figure:
    axes.set_xscale("log")
    axes.set_yscale("log")
    return _labelled(figure, axes)


def _labelled(figure: Figure, axes: Axes) -> Figure:
    if axes.get_lines():
        axes.legend(frameon=False)
    else:
        axes.text(0.5, 0.5, "nothing to show", transform=axes.transAxes, ha="center", color="#555555")
    return figure


def _quantile(rows: Array, share: float) -> int:
    """The smallest length that this share of the rows does not exceed."""
    ends = np.cumsum(rows)
    return int(np.searchsorted(ends, share * ends[-1])) if len(ends) and ends[-1] else 0


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
