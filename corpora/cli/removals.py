"""What `distinct` and `without` removed, in a few lines for people."""

from __future__ import annotations

from itertools import islice
from textwrap import shorten
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corpora.store import Dataset

SHOWN = 3
WIDTH = 60


def removal_lines(dataset: Dataset) -> list[str]:
    """How much was removed, with the commonest of it."""
    counts = dataset.manifest.accounting
    if "copies" not in counts:
        return []
    unit = "documents" if "documents" in counts else "rows"
    share = f"{counts['copies'] / max(counts[unit], 1):.1%}"
    most = ""
    if counts["copies"]:
        removed = list(islice(dataset.side_records("removed"), SHOWN))
        named = ", ".join(f"{each['rule'].partition(' of it')[0]} of {_short(each['text'])}" for each in removed)
        most = f"; most often: {named}; see corpora show {dataset.reference} --removed"
    return [f"{counts['copies']:,} of {counts[unit]:,} {unit} removed as copies of earlier ones ({share}){most}"]


def _short(text: str) -> str:
    return repr(shorten(text, WIDTH, placeholder=" …"))
