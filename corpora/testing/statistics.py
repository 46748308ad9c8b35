"""Check that a statistic meets its contract: the counts of parts merge into those of the whole."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import numpy as np

from corpora.plugin import Counts, Sequences, Statistic
from corpora.testing import inputs
from corpora.testing.chance import check_order, check_repeats
from corpora.testing.checking import ContractBroken, called, check_component, require, searched, strategies

PLAIN = "biufSU"
"""The kinds of dtype that can be stored without pickling."""


def check_statistic(given: type[Statistic] | Statistic) -> None:
    """Check that a statistic meets its contract.

    Counts are named arrays that can be stored; the counts of parts, merged in order, have the same summary as those of
    the whole, wherever it is split; summaries are JSON values; nothing depends on earlier calls or on the process.

    Args:
        given: a statistic, or a class whose options all have defaults.

    Raises:
        ContractBroken: it does not meet the contract.
    """
    component = check_component(given, Statistic)
    require(
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
    """A block's counts as lists, which can be compared; a function, so that a worker can import it."""
    return _lists(_count(component, block, 0))


def _checked(component: Statistic, make: Callable[..., Sequences]) -> Callable[..., None]:
    def _check(rows: list[object], cut: int, before: int) -> None:
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
        require(
            _alike(said, expected),
            component,
            f"the counts of two parts give {said}, those of the whole {expected}; merge must add them up, and count "
            "must depend only on its rows",
        )
        nothing = _count(component, make([]), 0)
        for pair in ((nothing, whole), (whole, nothing)):
            said = _summary(component, called(component, "merge", component.merge, *pair))
            require(
                _alike(said, expected), component, f"merged with the counts of no rows, it gives {said}, not {expected}"
            )

    return _check


def _count(component: Statistic, block: Sequences, first_row: int) -> Counts:
    return component.count(block, inputs.context_for(block, first_row=first_row))


def _check_counts(component: Statistic, counts: Counts) -> None:
    for name, array in counts.items():
        require(
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
        message = f"{component.name}: summarise returned a value that is not JSON ({error}); return {allowed}"
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
