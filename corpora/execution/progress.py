"""How actions report progress without printing: a callback, which the command line draws as a bar."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

Progress = Callable[[str, float, float | None, str], None]
"""Called as progress(stage, done, total, detail); a total of None is unknown."""


def silent(stage: str, done: float, total: float | None, detail: str) -> None:
    """Report nothing."""


def told(items: Iterable[T], progress: Progress, stage: str, total: int) -> Iterator[T]:
    """Yield the items, and report after each how many are done."""
    progress(stage, 0, total, "")
    for done, item in enumerate(items, 1):
        yield item
        progress(stage, done, total, "")
