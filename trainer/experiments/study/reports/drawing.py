"""The style of the report's figures, and their conversion to SVG in the page's light or dark colours."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING

from trainer.experiments.study.reports.formats import ReportTable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, FAINT, LINE, QUOTED = "#1b1f24", "#5a6470", "#d5dae0", "#8a5a00"
SERIES = ("#1f5fa8", "#2e7d4f", "#7a3e9d", "#a83232", "#00798c", "#6b5b00")
NAMES = {INK: "ink", FAINT: "faint", LINE: "line", QUOTED: "quoted"} | {
    color: f"series-{number}" for number, color in enumerate(SERIES, start=1)
}
"""The page's style sheet has a light and a dark value for each of these colours."""
WIDE, NARROW = 9.6, 4.3
"""In inches: for a screen, and for a phone or one column of a paper."""


@dataclass(frozen=True)
class Picture:
    """A figure with its data."""

    name: str
    """For file names and anchors."""
    title: str
    caption: str
    draw: Callable[[bool], Figure]
    """Draws the figure; True for the narrow layout, with panels below each other."""
    data: ReportTable
    """Every value in the figure."""

    @cached_property
    def svg(self) -> str:
        """The wide layout as a separate file, on white; always the same bytes."""
        return _svg(self, narrow=False).replace("<svg ", '<svg style="background: #ffffff" ', 1)


def canvas(
    width: float, height: float, panels: int, *, narrow: bool, columns: int | None = None
) -> tuple[Figure, list[Axes]]:
    """A figure with its panels in rows, or below each other if narrow; to be called inside `styled`.

    Args:
        width, height: of one panel's row, in inches.
        panels: the number of panels.
        narrow: whether to place them below each other.
        columns: panels in a row; None places all of them in one.
    """
    from matplotlib.figure import Figure

    columns = 1 if narrow else min(columns or panels, panels)
    rows = -(-panels // columns)
    figure = Figure(figsize=(width, height * rows), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False)
    made = [axis for line in axes for axis in line]
    for unused in made[panels:]:
        unused.remove()
    return figure, made[:panels]


@contextmanager
def styled(salt: str) -> Iterator[None]:
    """The style of all figures.

    Args:
        salt: makes the ids inside an SVG reproducible.
    """
    import matplotlib as mpl

    with mpl.rc_context({
        "font.size": 9.0, "font.family": "sans-serif", "text.color": INK, "axes.edgecolor": FAINT,
        "axes.labelcolor": FAINT, "xtick.color": FAINT, "ytick.color": FAINT, "xtick.labelcolor": INK,
        "ytick.labelcolor": INK, "axes.titlesize": 10.0, "axes.titlecolor": INK, "axes.spines.top": False,
        "axes.spines.right": False, "axes.axisbelow": True, "grid.color": LINE, "grid.linewidth": 0.6,
        "legend.frameon": False, "legend.fontsize": 8.5, "svg.fonttype": "none", "svg.hashsalt": salt,
    }):  # fmt: skip
        yield


def _svg(picture: Picture, *, narrow: bool) -> str:
    text = io.StringIO()
    with styled(picture.name):
        picture.draw(narrow).savefig(text, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return text.getvalue()


def to_element(picture: Picture, *, narrow: bool) -> str:
    """A picture as an `<svg>` element in the page's colours, with a title for screen readers.

    Args:
        picture: the figure.
        narrow: whether to use the narrow layout.
    """
    svg, name = picture.svg if not narrow else _svg(picture, narrow=True), f"{picture.name}{'-narrow' * narrow}"
    svg = svg[svg.index("<svg") :].replace(' style="background: #ffffff"', "", 1)
    # Ids are unique only within a file: two figures on one page would share them.
    svg = re.sub(r'(id="|href="#|url\(#)', rf"\g<1>{name}-", svg)
    for color, variable in NAMES.items():
        svg = svg.replace(color, f"var(--{variable})")
    return svg.replace("<svg ", f'<svg role="img" aria-labelledby="{name}-title" ', 1).replace(
        ">", f'><title id="{name}-title">{escape(picture.title)}</title>', 1
    )


def to_pdf(picture: Picture) -> bytes:
    """A picture as PDF, for papers; always the same bytes."""
    data = io.BytesIO()
    with styled(picture.name):
        picture.draw(False).savefig(data, format="pdf", metadata={"CreationDate": None})
    return data.getvalue()
