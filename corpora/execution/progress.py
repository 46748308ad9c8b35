"""How actions report progress without printing: a callback, which the command line draws as a bar."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

Progress = Callable[[str, float, float | None, str], None]
"""Called as progress(stage, done, total, detail); the total is None if it is unknown."""


def silent(stage: str, done: float, total: float | None, detail: str) -> None:
    """The progress that reports nothing."""


def reported(items: Iterable[T], progress: Progress, stage: str, total: int) -> Iterator[T]:
    """Yield the items, and report after each one how many are done.

    Args:
        items: passed through.
        progress: called before the first item and after each one.
        stage: the name of the stage, such as `tokenize`.
        total: the number of items.
    """
    progress(stage, 0, total, "")
    for done, item in enumerate(items, 1):
        yield item
        progress(stage, done, total, "")
