"""Same input, same result: in this process, in another one, and with chance from nowhere but the `rng` given."""

from __future__ import annotations

import pickle
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias, TypeVar

import numpy as np

from corpora.plugin import Component
from corpora.testing.checking import called, elsewhere, need

Made = TypeVar("Made", bound=Component)
Input = TypeVar("Input")
Compute: TypeAlias = Callable[[Made, Input], object]
"""Takes a component and an input, and returns a result that `==` compares."""


def check_repeats(component: Made, what: str, compute: Compute[Made, Input], given: Input) -> None:
    """Check that a result is the same when it is computed again.

    The second time, global generators have another state and the clock shows another day; a pickled copy computes
    it, as in a worker.

    Args:
        what: the method, for the message.

    Raises:
        ContractBroken: it raised, gave something else, or drew from a global generator.
    """
    first = called(component, what, compute, component, given)
    copy = pickle.loads(pickle.dumps(component))
    with _another_day():
        before = _state()
        second = called(component, what, compute, copy, given)
        untouched = _state() == before
    need(untouched, component, f"{what} draws from the global random or numpy.random; take all chance from rng")
    need(
        first == second,
        component,
        f"{what} gave two results for the same input and the same rng; take all chance from rng, "
        "and let nothing depend on the clock or on earlier calls",
    )


def check_order(component: Made, what: str, compute: Compute[Made, Input], inputs: list[Input]) -> None:
    """Check that results do not depend on what was computed before, nor on the process.

    Raises:
        ContractBroken: they do.
    """
    forwards = [called(component, what, compute, component, given) for given in inputs]
    backwards = [called(component, what, compute, component, given) for given in reversed(inputs)]
    need(forwards == backwards[::-1], component, f"{what} depends on earlier calls; a component keeps no state")
    there = elsewhere(component, _all, what, compute, inputs)
    need(
        forwards == there,
        component,
        f"{what} gave another result in a worker process; sort sets before their order matters, and do not use hash()",
    )


def _all(component: Made, what: str, compute: Compute[Made, Input], inputs: list[Input]) -> list[object]:
    return [called(component, what, compute, component, given) for given in inputs]


def _state() -> object:
    state: Any = np.random.get_state()
    return random.getstate(), state[1].tobytes(), state[2:]


@contextmanager
def _another_day() -> Iterator[None]:
    """Other states of the global generators and a clock one day ahead; all restored afterwards."""
    states, clocks = (random.getstate(), np.random.get_state()), (time.time, time.time_ns)
    random.seed(20_000)
    np.random.seed(20_000)
    time.time, time.time_ns = lambda: clocks[0]() + 90_061, lambda: clocks[1]() + 90_061 * 10**9
    try:
        yield
    finally:
        time.time, time.time_ns = clocks
        random.setstate(states[0])
        np.random.set_state(states[1])
