"""The picture of a response surface: a ternary plot for three parts, the effect of each share otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trainer.experiments.search.proposal import Surface, lattice
from trainer.experiments.search.results import SearchResult
from trainer.experiments.search.surfaces import Floats
from trainer.experiments.study import FAINT, INK, NARROW, SERIES, WIDE, Picture, ReportTable, canvas

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CORNERS = np.asarray([[0.5, np.sqrt(0.75)], [0.0, 0.0], [1.0, 0.0]])
"""[3, 2], the corners of the three parts: top, left, right."""
LEVELS = 9


def surface_picture(result: SearchResult, surface: Surface, sign: float) -> Picture:
    """The fitted surface of the target with the proxies, natural proportions and the proposal.

    Args:
        result: of the search.
        surface: of the target.
        sign: 1 or -1, converts a loss to the target's value.
    """
    if len(result.parts) == 3:
        what = "Lines join mixes with the same predicted value; each dot is a proxy, darker where it is better."
        return Picture(
            "surface", f"{result.target} by the shares of the parts", f"{what} {_key(result)}",
            lambda narrow: _ternary(result, surface, sign, narrow), _data(result, surface, sign),
        )  # fmt: skip
    what = "One line per part: its share varies while the others keep their natural proportions. Each dot is a proxy."
    return Picture(
        "surface", f"{result.target} by the share of each part", f"{what} {_key(result)}",
        lambda narrow: _effects(result, surface, sign, narrow), _data(result, surface, sign),
    )  # fmt: skip


def _key(result: SearchResult) -> str:
    better = "Higher" if result.unit == "percent" else "Lower"
    return f"{better} is better. Star: the proposal; square: natural proportions."


def _data(result: SearchResult, surface: Surface, sign: float) -> ReportTable:
    table = ReportTable("surface", "The surface at the proxies", ("mix", *result.parts, "measured", "predicted"))
    for proxy, fitted in zip(result.proxies, surface.fitted, strict=True):
        shares = (f"{share:.3f}" for share in proxy.shares)
        table.add(proxy.label, *shares, f"{proxy.values[result.target]:.6f}", f"{sign * fitted:.6f}")
    shares = (f"{share:.3f}" for share in result.proposal.shares.values())
    table.add("proposal", *shares, "", f"{result.proposal.value:.6f}")
    return table


def _ternary(result: SearchResult, surface: Surface, sign: float, narrow: bool) -> Figure:
    figure, (axes,) = canvas(NARROW if narrow else 6.4, 4.2 if narrow else 5.2, 1, narrow=narrow)
    axes.axis("off")
    axes.set_aspect("equal")
    axes.plot(*np.vstack([CORNERS, CORNERS[:1]]).T, color=FAINT, linewidth=1)
    mixes = lattice(3)
    if not surface.says_nothing:
        values, places = sign * surface.predict(mixes), mixes @ CORNERS
        lines = axes.tricontour(places[:, 0], places[:, 1], values, levels=LEVELS, colors=SERIES[0], linewidths=0.9)
        axes.clabel(lines, fontsize=7, fmt="%.3g", colors=INK)
    _proxies(axes, surface, np.asarray([proxy.shares for proxy in result.proxies]) @ CORNERS)
    _marks(axes, np.asarray([result.natural, list(result.proposal.shares.values())]) @ CORNERS)
    for (x, y), part, away in zip(CORNERS, result.parts, (1, -1, -1), strict=True):
        axes.text(x, y + 0.06 * away, f"only {part}", ha="center", va="center")
    axes.set_xlim(-0.2, 1.2)
    return figure


def _proxies(axes: Axes, surface: Surface, places: Floats) -> None:
    """A dot for each proxy; better ones are more opaque."""
    ranks = np.argsort(np.argsort(surface.values))
    for place, rank in zip(places, ranks, strict=True):
        opacity = 1 - 0.8 * rank / max(len(ranks) - 1, 1)
        axes.plot(*place, "o", color=SERIES[1], alpha=opacity, markersize=6, markeredgewidth=0)


def _marks(axes: Axes, places: Floats) -> None:
    axes.plot(*places[0], "s", color=INK, markerfacecolor="none", markersize=11, markeredgewidth=1.3)
    axes.plot(*places[1], "*", color=SERIES[3], markersize=15, markeredgewidth=0)


def _effects(result: SearchResult, surface: Surface, sign: float, narrow: bool) -> Figure:
    columns = len(result.parts)
    width = NARROW if narrow else min(2.4 * columns + 0.6, WIDE + 2)
    figure, every = canvas(width, 2.6, columns, narrow=narrow)
    grid, natural = np.linspace(0, 1, 101), np.asarray(result.natural)
    proposed = np.asarray(list(result.proposal.shares.values()))
    for part, axes in enumerate(every):
        others = np.delete(natural, part)
        others = others / others.sum() if others.sum() else np.full(columns - 1, 1 / (columns - 1))
        mixes = np.insert(np.outer(1 - grid, others), part, grid, axis=1)
        axes.plot(grid, sign * surface.predict(mixes), color=SERIES[0], linewidth=1.4)
        measured = sign * surface.values
        axes.plot(surface.shares[:, part], measured, "o", color=SERIES[1], markersize=4, alpha=0.6, markeredgewidth=0)
        heights = sign * surface.predict(np.vstack([natural, proposed]))
        _marks(axes, np.column_stack([[natural[part], proposed[part]], heights]))
        axes.set_title(result.parts[part], loc="left")
        axes.set_xlabel("share")
        axes.grid(axis="y")
    every[0].set_ylabel(f"{result.target}, {result.unit}")
    return figure
