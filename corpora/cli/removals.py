"""Summarise what `distinct` and `without` removed, in a few lines for people."""

from __future__ import annotations

from itertools import islice
from textwrap import shorten
from typing import TYPE_CHECKING

from corpora.errors import counted

if TYPE_CHECKING:
    from corpora.store import Dataset

SHOWN = 3
WIDTH = 60


def removal_lines(dataset: Dataset) -> list[str]:
    """How much was removed from a dataset, with the most common removals; empty if nothing could be."""
    counts = dataset.manifest.accounting
    if "rows_shared" in counts:
        return _shared(dataset)
    if "copies" not in counts:
        return []
    unit = "documents" if "documents" in counts else "rows"
    share = f"{counts['copies'] / max(counts[unit], 1):.1%}"
    most = ""
    if counts["copies"]:
        removed = list(islice(dataset.side_records("removed"), SHOWN))
        named = ", ".join(
            f"{str(each['rule']).partition(' of it')[0]} of {_short(str(each['text']))}" for each in removed
        )
        most = f"; most often: {named}; see corpora show {dataset.reference} --removed"
    return [f"{counts['copies']:,} of {counts[unit]:,} {unit} removed as copies of earlier ones ({share}){most}"]


def _shared(dataset: Dataset) -> list[str]:
    """What the parent shared with evaluation data, and what was removed because of it."""
    counts = dataset.manifest.accounting
    rows = counts["rows"]
    share = f"{counts['rows_shared'] / max(rows, 1):.1%}"
    named = [f"{name} ({number:,})" for name, number in counts["evaluation"].items()]
    more = [f"{len(named) - SHOWN} more"] if len(named) > SHOWN else []
    line = f"{counted(counts['rows_shared'], 'row')} of {rows:,} ({share}) shared n-grams (n={counts['ngram']}) with "
    line += ", ".join([*named[:SHOWN], *more])
    unseen = _unseen(dataset)
    if not counts["rows_shared"]:
        return [line, *unseen]
    by = dataset.manifest.plan["settings"]["by"]
    gone = counted(counts["spans"], "span") + " cut" if by == "span" else _gone(rows - dataset.rows, by)
    return [f"{line}: {gone}; see corpora show {dataset.reference} --removed", *unseen]


def _unseen(dataset: Dataset) -> list[str]:
    """How many evaluation texts are too short to be found."""
    counts = dataset.manifest.accounting
    texts, short = (sum(counts.get(key, {}).values()) for key in ("texts", "short"))
    if not short:
        return []
    is_text = dataset.kind == "sentences"
    unit, reason = ("words", " (text without spaces is one word)") if is_text else ("tokens", "")
    advice = "a smaller --ngram" + (" or a token dataset" if is_text else "")
    return [
        f"{short:,} of {counted(texts, 'evaluation text')} ({short / texts:.1%}) cannot be found, with fewer than "
        f"{counts['ngram']} {unit}{reason}; {advice} covers more"
    ]


def _gone(rows: int, by: str) -> str:
    return counted(rows, "row") + " removed" + (", whole documents" if by == "document" else "")


def _short(text: str) -> str:
    return repr(shorten(text, WIDTH, placeholder=" …"))
