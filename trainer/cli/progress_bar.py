"""A progress bar with the time left, for fine-tuning."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def shown_progress() -> Iterator[Callable[[str, int, int], None]]:
    """Show a progress bar on standard error.

    Yields:
        A function that updates the bar; it takes the name of the work, how much is done, and the total.
    """
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=Console(stderr=True), transient=True,
    )  # fmt: skip
    with bar:
        line = bar.add_task("reading", total=None)

        def shown(what: str, done: int, total: int) -> None:
            bar.update(line, description=what, completed=done, total=total)

        yield shown
