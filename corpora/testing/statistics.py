"""Check that a statistic keeps its contract: counts that merge, over any cut, into the counts of the whole."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import numpy as np

from corpora.plugin import Counts, Sequences, Statistic
from corpora.testing import inputs
from corpora.testing.chance import check_order, check_repeats
from corpora.testing.checking import ContractBroken, called, check_component, need, searched, strategies

PLAIN = "biufSU"
"""Kinds of arrays that a file holds without pickling."""


def check_statistic(given: type[Statistic] | Statistic) -> None:
    """Check that a statistic keeps its contract.

    Counts are named arrays that a file can hold; those of parts, merged in order, say what those of the
    whole say, wherever it is cut; summaries are JSON values; nothing depends on earlier calls or on the process.

    Raises:
        ContractBroken: it does not.
    """
    component = check_component(given, Statistic)
    need(
        component.of in ("sentences", "tokens", "both"),
        component,
        f"of is {component.of!r}; it must be sentences, tokens or both",
    )
    st = strategies()
    if component.of in ("tokens", "both"):
        searched(_checked(component, inputs.id_block), inputs.id_rows(), st.integers(0, 9), st.integers(0, 3))
        blocks = [inputs.id_block(inputs.ROWS[start:]) for start in range(3)]
        check_order(component, "count", figures, blocks)
    if component.of in ("sentences", "both"):
        rows = st.lists(inputs.sentences(), max_size=6)
        searched(_checked(component, inputs.text_block), rows, st.integers(0, 6), st.integers(0, 3))
        texts = [inputs.text_block(list(inputs.SENTENCES[start:])) for start in range(3)]
        check_order(component, "count", figures, texts)


def figures(component: Statistic, block: Sequences) -> object:
    """A block's counts, as lists."""
    return _lists(_count(component, block, 0))


def _checked(component: Statistic, make: Callable[..., Sequences]) -> Callable[..., None]:
    def check(rows: list[object], cut: int, before: int) -> None:
        block = make(rows, before=before)
        whole = called(component, "count", _count, component, block, 0)
        _check_counts(component, whole)
        check_repeats(component, "count", figures, block)
        cut = min(cut, len(block))
        one, other = inputs.part(block, 0, cut), inputs.part(block, cut, len(block))
        counts = called(component, "count", _count, component, one, 0), _count(component, other, cut)
        merged = called(component, "merge", component.merge, *counts)
        _check_counts(component, merged)
        said, expected = _summary(component, merged), _summary(component, whole)
        need(
            _alike(said, expected),
            component,
            f"the counts of two parts say {said}, those of the whole {expected}; merge must add up, and count must "
            "look at nothing but its rows",
        )
        nothing = _count(component, make([]), 0)
        for pair in ((nothing, whole), (whole, nothing)):
            said = _summary(component, called(component, "merge", component.merge, *pair))
            need(_alike(said, expected), component, f"merged with the counts of no rows it says {said}, not {expected}")

    return check


def _count(component: Statistic, block: Sequences, first_row: int) -> Counts:
    return component.count(block, inputs.context_for(block, first_row=first_row))


def _check_counts(component: Statistic, counts: Counts) -> None:
    for name, array in counts.items():
        need(
            isinstance(array, np.ndarray) and array.dtype.kind in PLAIN,
            component,
            f"counts[{name!r}] is {getattr(array, 'dtype', type(array).__name__)}; it must be an array of numbers, "
            "booleans or fixed-width text",
        )


def _summary(component: Statistic, counts: Counts) -> object:
    summary = called(component, "summarise", component.summarise, counts)
    try:
        return json.loads(json.dumps(summary, allow_nan=False))
    except (TypeError, ValueError) as error:
        allowed = "int, float, str, list, dict or None"
        message = f"{component.name}: summarise gave what JSON cannot hold ({error}); give {allowed}"
        raise ContractBroken(message) from error


def _lists(counts: Counts) -> object:
    return {name: np.asarray(array).tolist() for name, array in sorted(counts.items())}


def _alike(one: object, other: object) -> bool:
    """Whether two JSON values are equal, floats up to rounding."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_alike, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return bool(one == other)
