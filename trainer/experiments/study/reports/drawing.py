"""How the report's figures look, and how they become SVG that follows the page's light or dark colours."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING

from trainer.experiments.study.reports.formats import Sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, FAINT, LINE, QUOTED = "#1b1f24", "#5a6470", "#d5dae0", "#8a5a00"
SERIES = ("#1f5fa8", "#2e7d4f", "#7a3e9d", "#a83232", "#00798c", "#6b5b00")
NAMES = {INK: "ink", FAINT: "faint", LINE: "line", QUOTED: "quoted"} | {
    color: f"series-{number}" for number, color in enumerate(SERIES, start=1)
}
"""The page's style sheet gives each of these colours a value for light and one for dark."""
WIDE, NARROW = 9.6, 4.3
"""Inches: for a screen, and for a telephone or one column of a paper."""


@dataclass(frozen=True)
class Picture:
    """A figure with its data."""

    name: str
    """For file names and anchors."""
    title: str
    caption: str
    draw: Callable[[bool], Figure]
    """Draws it; True for the narrow layout, with panels below each other."""
    data: Sheet
    """Every value that is drawn."""

    @cached_property
    def svg(self) -> str:
        """The wide layout as a file of its own, on white; the same bytes each time."""
        return _svg(self, narrow=False).replace("<svg ", '<svg style="background: #ffffff" ', 1)


def canvas(width: float, height: float, panels: int, *, narrow: bool) -> tuple[Figure, list[Axes]]:
    """A figure with its panels in a row, or below each other if narrow. Call it inside `styled`.

    Args:
        width, height: of one panel's row, in inches.
        panels: how many.
        narrow: whether they stand below each other.
    """
    from matplotlib.figure import Figure

    rows, columns = (panels, 1) if narrow else (1, panels)
    figure = Figure(figsize=(width, height * rows), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False)
    return figure, [axis for line in axes for axis in line]


@contextmanager
def styled(salt: str) -> Iterator[None]:
    """The look of all figures; `salt` makes the ids inside an SVG the same each time."""
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
    """A picture as an `<svg>` element of a page, in the page's colours, with a title for those who do not see it."""
    svg, name = picture.svg if not narrow else _svg(picture, narrow=True), f"{picture.name}{'-narrow' * narrow}"
    svg = svg[svg.index("<svg") :].replace(' style="background: #ffffff"', "", 1)
    # Ids are unique in a file only: two figures in one page would share them.
    svg = re.sub(r'(id="|href="#|url\(#)', rf"\g<1>{name}-", svg)
    for color, variable in NAMES.items():
        svg = svg.replace(color, f"var(--{variable})")
    return svg.replace("<svg ", f'<svg role="img" aria-labelledby="{name}-title" ', 1).replace(
        ">", f'><title id="{name}-title">{escape(picture.title)}</title>', 1
    )


def to_pdf(picture: Picture) -> bytes:
    """A picture as PDF, for papers; the same bytes each time."""
    data = io.BytesIO()
    with styled(picture.name):
        picture.draw(False).savefig(data, format="pdf", metadata={"CreationDate": None})
    return data.getvalue()
