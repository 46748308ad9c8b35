"""Check that the same input gives the same result, in any process, with `rng` as the only source of randomness."""

from __future__ import annotations

import pickle
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias, TypeVar

import numpy as np

from corpora.plugin import Component
from corpora.testing.checking import called, in_another_process, require

Made = TypeVar("Made", bound=Component)
Input = TypeVar("Input")
Compute: TypeAlias = Callable[[Made, Input], object]
"""Takes a component and an input, and returns a result that can be compared with `==`."""


def check_repeats(component: Made, what: str, compute: Compute[Made, Input], given: Input) -> None:
    """Check that computing a result again gives the same.

    The second time, a pickled copy computes it, as in a worker, the global random generators have another state, and
    the clock shows another day.

    Args:
        component: whose method is checked.
        what: the name of the method, for the message.
        compute: calls the method.
        given: the input.

    Raises:
        ContractBroken: the method raised, gave another result, or drew from a global generator.
    """
    first = called(component, what, compute, component, given)
    copy = pickle.loads(pickle.dumps(component))
    with _another_day():
        before = _state()
        second = called(component, what, compute, copy, given)
        untouched = _state() == before
    require(untouched, component, f"{what} draws from the global random or numpy.random; take all randomness from rng")
    require(
        first == second,
        component,
        f"{what} gave two results for the same input and the same rng; take all randomness from rng, "
        "and do not depend on the clock or on earlier calls",
    )


def check_order(component: Made, what: str, compute: Compute[Made, Input], inputs: list[Input]) -> None:
    """Check that results depend neither on earlier calls nor on the process.

    Args:
        component: whose method is checked.
        what: the name of the method, for the message.
        compute: calls the method; importable by name, because a worker process runs it too.
        inputs: computed in this order, in reverse, and in another process.

    Raises:
        ContractBroken: they do.
    """
    forwards = [called(component, what, compute, component, given) for given in inputs]
    backwards = [called(component, what, compute, component, given) for given in reversed(inputs)]
    require(forwards == backwards[::-1], component, f"{what} depends on earlier calls; a component must keep no state")
    there = in_another_process(component, _all, what, compute, inputs)
    require(
        forwards == there,
        component,
        f"{what} gave a different result in a worker process; sort sets if their order matters, and do not use hash()",
    )


def _all(component: Made, what: str, compute: Compute[Made, Input], inputs: list[Input]) -> list[object]:
    return [called(component, what, compute, component, given) for given in inputs]


def _state() -> object:
    state: Any = np.random.get_state()
    return random.getstate(), state[1].tobytes(), state[2:]


@contextmanager
def _another_day() -> Iterator[None]:
    """Change the state of the global generators, and set the clock one day ahead, during the block."""
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
