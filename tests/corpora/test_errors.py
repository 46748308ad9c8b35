"""What all errors share: short lists of names."""

from __future__ import annotations

import pytest

from corpora.errors import unknown_name


@pytest.mark.parametrize(
    ("count", "end"), [(0, "there are none"), (1, "there is n000"), (30, "n029"), (2031, "n029 and 2,001 more")]
)
def test_an_error_lists_at_most_thirty_names(count: int, end: str) -> None:
    assert str(unknown_name("dataset", "zzzz", [f"n{number:03}" for number in range(count)])).endswith(end)
