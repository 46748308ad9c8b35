"""Running hostile work in a child that may die."""

import operator
import os
import time

import pytest

from corpora import ChildDied, Guard, LimitExceeded


@pytest.fixture
def guard():
    guard = Guard(seconds=2.0, memory_bytes=1 << 30)
    yield guard
    guard.close()


def test_results_and_errors_come_back(guard):
    assert guard.call(operator.mul, 21, 2) == 42
    with pytest.raises(ValueError, match="as it should"):
        guard.call(int, "as it should fail")


@pytest.mark.parametrize(
    ("victim", "error"),
    [((os._exit, 11), ChildDied), ((time.sleep, 60), LimitExceeded), ((bytearray, 3 << 30), LimitExceeded)],
)
def test_a_victim_costs_one_call_and_the_next_one_works(guard, victim, error):
    with pytest.raises(error):
        guard.call(*victim)
    assert guard.call(operator.mul, 4, 2) == 8
