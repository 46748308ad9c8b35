"""The figures of a report, and the counts that they need."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from corpora.inspect.plots import growth_figure, lengths_figure, rank_frequency_figure, save, svg
from corpora.store import Counting, Dataset, storage_errors
from corpora.store.pages import labels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

UNITS = {"tokens": "token", "sentences": "word"}


@dataclass(frozen=True)
class Picture:
    """A figure with its name and what it shows."""

    name: str
    caption: str
    figure: Figure

    @property
    def svg(self) -> str:
        """The figure as an SVG element for a page."""
        return svg(self.figure, description=self.caption)


def pictures(datasets: Sequence[Dataset], counting: Counting) -> Iterator[Picture]:
    """The figures of a report: lengths, rank and frequency, vocabulary growth; token and sentence datasets separately.

    Args:
        datasets: those without rows are left out.
        counting: counts missing statistics.
    """
    named = dict(zip(labels(datasets), datasets, strict=True))
    for name, caption, draw in DRAWINGS:
        for kind, unit in UNITS.items():
            group = {label: d for label, d in named.items() if d.kind == kind and d.rows}
            if group:
                yield Picture(f"{name}-{unit}s", caption.format(unit=unit), draw(group, unit, counting))


def save_all(drawn: Sequence[Picture], folder: Path) -> list[Path]:
    """Write figures as PNG and PDF.

    Args:
        drawn: as `pictures` yields them.
        folder: created if it does not exist; existing files with the same names are replaced.

    Returns:
        The paths of the files.
    """
    paths = [folder / f"{picture.name}.{ending}" for picture in drawn for ending in ("png", "pdf")]
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for picture in drawn:
            for ending in ("png", "pdf"):
                save(picture.figure, folder / f"{picture.name}.{ending}")
    return paths


def _lengths(group: Mapping[str, Dataset], unit: str, counting: Counting) -> Figure:
    histograms = {name: counting.of(d, "lengths")[1]["rows"] for name, d in group.items()}
    return lengths_figure(histograms, unit=f"{unit}s")


def _ranks(group: Mapping[str, Dataset], unit: str, counting: Counting) -> Figure:
    if unit == "word":
        counts = {name: counting.of(d, "words")[1]["top_counts"] for name, d in group.items()}
    else:
        counts = {name: counting.of(d, "tokens")[1]["counts"] for name, d in group.items()}
    return rank_frequency_figure(counts, unit=unit)


def _growth(group: Mapping[str, Dataset], unit: str, counting: Counting) -> Figure:
    statistic = "words" if unit == "word" else "growth"
    return growth_figure({name: counting.summary(d, statistic)["growth"] for name, d in group.items()}, unit=unit)


DRAWINGS: tuple[tuple[str, str, Callable[[Mapping[str, Dataset], str, Counting], Figure]], ...] = (
    ("lengths", "The lengths of rows in {unit}s, up to the 99.5th percentile.", _lengths),
    ("ranks", "The frequency of each {unit} by its rank.", _ranks),
    ("growth", "The number of distinct {unit}s by the number of {unit}s read.", _growth),
)
"""The name, the caption and the drawing function of each figure."""
