"""Show rows before and after: what a transform did, which rows a selection took, how sentences were tokenized."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from corpora.errors import DatasetNotFound
from corpora.store import Dataset, Store, vocabulary_in
from corpora.store.pages import (
    Part,
    Row,
    TextPiece,
    beginning,
    differences,
    how,
    places_of,
    reader_of,
    rows_numbered,
    spread_rows,
    unchanged,
)

PAIRS = 6
WINDOW = 600
"""How many of the parent's rows are searched for the version's first rows, if some were dropped or merged."""
REACH = 12
"""The maximum number of rows dropped before a matching row, and the number of the version's rows that are tried."""
BREAK = TextPiece("¶")
"""The separator between rows that were merged into one."""
LIKENESS = 0.5
"""The smallest share of pieces that a row must have in common with the rows it is matched with."""


Kind = Literal["rewritten", "selected", "tokenized"]


@dataclass(frozen=True)
class Side:
    """One side of a pair: a row, or several that became one."""

    numbers: tuple[int, ...]
    """Row numbers in the dataset, counted from 1."""
    parts: list[Part]
    taken: bool = False
    """For a neighbouring row, whether the selection took it too."""


@dataclass(frozen=True)
class Pair:
    """A row before and after; for a selection, a selected row with its neighbours."""

    before: Side
    after: Side
    above: Side | None = None
    below: Side | None = None


@dataclass(frozen=True)
class Comparison:
    """A version compared with its parent."""

    anchor: str
    parent: str
    child: str
    by: str
    kind: Kind
    pairs: list[Pair] = field(default_factory=list)
    note: str = ""


def compare(child: Dataset, store: Store, *, pairs: int = PAIRS) -> Comparison | None:
    """Rows of a version next to those of its parent.

    Args:
        child: the version.
        store: where the parent is looked up; if it was removed, the result has a note and no pairs.
        pairs: the maximum number of pairs.

    Returns:
        None if rows cannot be compared one by one: after a build, a concatenation, or tokenization of other units
        than sentences.
    """
    kind, plan = _kind(child), child.manifest.plan
    if kind is None:
        return None
    parent_name, by = child.manifest.parents[0], how(plan["recipe"])
    found: list[Pair] = []
    try:
        parent = store.find(parent_name)
        found = FINDERS[kind](parent, child, pairs)
        note = "" if found else "No rows of the two could be matched."
    except DatasetNotFound:
        note = f"{parent_name} is no longer in the store, so its rows cannot be shown."
    return Comparison(f"rows-{child.path.name}", parent_name, child.name, by, kind, found, note)


def _kind(child: Dataset) -> Kind | None:
    action, settings = child.manifest.plan["action"], child.manifest.plan["settings"]
    if action == "tokenize" and settings["unit"] == "sentence":
        return "tokenized"
    if action == "without":
        return "rewritten" if settings["by"] == "span" else "selected"
    if action in ("split", "distinct") or (action == "transform" and "by" in settings):
        return "selected"
    return "rewritten" if action == "transform" else None


def _rewritten(parent: Dataset, child: Dataset, pairs: int) -> list[Pair]:
    read, read_made = reader_of(parent), reader_of(child)
    if parent.rows == child.rows:
        rows = spread_rows(parent, pairs)
        made = rows_numbered(child, [row.number for row in rows])
        return [_pair([row], read(row), made[row.number], read_made(made[row.number])) for row in rows]
    before = [(row, read(row)) for row in rows_numbered(parent, range(WINDOW)).values()]
    after = [(row, read_made(row)) for row in rows_numbered(child, range(REACH)).values()]
    found = [
        _pair([row for row, _ in run], [piece for _, pieces in run for piece in (BREAK, *pieces)][1:], row, pieces)
        for run, (row, pieces) in _matched(before, after)
    ]
    return found[:: max(1, len(found) // pairs)][:pairs]


Read = tuple[Row, list[TextPiece]]


def _matched(before: Sequence[Read], after: Sequence[Read]) -> Iterator[tuple[Sequence[Read], Read]]:
    """Each row with the range of original rows that it resembles most, in order; rows without one are left out."""
    start = 0
    for row, pieces in after:
        counts = Counter(piece.text for piece in pieces)
        runs = [_longest(before, i, row.document, counts) for i in range(start, min(start + REACH, len(before)))]
        likeness, first, stop = max(runs, default=(0.0, 0, 0), key=lambda run: run[0])
        if likeness >= LIKENESS:
            start = stop
            yield before[first:stop], (row, pieces)


def _longest(before: Sequence[Read], first: int, document: str, pieces: Counter[str]) -> tuple[float, int, int]:
    """The range of rows from `first` on that resembles the pieces most, extended while each row adds similarity."""
    seen: Counter[str] = Counter()
    best = (0.0, first, first)
    for place in range(first, len(before)):
        row, more = before[place]
        seen.update(piece.text for piece in more)
        likeness = (pieces & seen).total() / max(pieces.total(), seen.total(), 1)
        if row.document != document or likeness <= best[0]:
            break
        best = (likeness, first, place + 1)
    return best


def _pair(rows: Sequence[Row], before: Sequence[TextPiece], row: Row, after: Sequence[TextPiece]) -> Pair:
    old, new = differences(before, after)
    return Pair(Side(tuple(r.number + 1 for r in rows), beginning(old)), Side((row.number + 1,), beginning(new)))


def _selected(parent: Dataset, child: Dataset, pairs: int) -> list[Pair]:
    rows = spread_rows(child, pairs)
    found = list(zip(rows, places_of(parent, rows), strict=False))
    read, near = reader_of(parent), rows_numbered(parent, [place + step for _, place in found for step in (-1, 1)])
    taken = rows_numbered(child, [row.number + step for row in rows for step in (-1, 1)])

    def _neighbour(row: Row, place: int, step: int) -> Side | None:
        beside, made = near.get(place + step), taken.get(row.number + step)
        if beside is None:
            return None
        return Side((beside.number + 1,), beginning(unchanged(read(beside))), made is not None and beside.is_like(made))

    return [
        Pair(
            Side((place + 1,), beginning(unchanged(read(row)))),
            Side((row.number + 1,), []),
            _neighbour(row, place, -1),
            _neighbour(row, place, 1),
        )
        for row, place in found
    ]


def _tokenized(parent: Dataset, child: Dataset, pairs: int) -> list[Pair]:
    """Sentences next to their pieces, spelled as in the vocabulary."""
    vocabulary = vocabulary_in(child.path)
    if vocabulary is None:
        return []
    found = []
    for row in spread_rows(parent, pairs):
        (ids,) = vocabulary.encode([row.values.tobytes().decode(errors="replace")])
        for place in places_of(child, [Row(row.number, row.document, np.array(ids))]):
            before, after = (
                unchanged(reader_of(parent)(row)),
                unchanged([TextPiece(piece) for piece in (vocabulary.pieces[number] for number in ids)]),
            )
            found.append(Pair(Side((row.number + 1,), beginning(before)), Side((place + 1,), beginning(after))))
    return found


FINDERS: dict[Kind, Callable[[Dataset, Dataset, int], list[Pair]]] = {
    "rewritten": _rewritten,
    "selected": _selected,
    "tokenized": _tokenized,
}
