"""A progress bar with the time left, for fine-tuning and probes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from corpora.cli.console import bars


@contextmanager
def shown_progress() -> Iterator[Callable[[str, int, int], None]]:
    """Show a progress bar on standard error, or a line every half minute if that is not a terminal.

    Yields:
        A function that updates the bar; it takes the name of the work, how much is done, and the total.
    """
    if not sys.stderr.isatty():
        with bars() as lines:
            yield lambda what, done, total: lines(what, done, total, "")
        return
    bar = Progress(
        TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=Console(stderr=True), transient=True,
    )  # fmt: skip
    with bar:
        line = bar.add_task("reading", total=None)

        def shown(what: str, done: int, total: int) -> None:
            bar.update(line, description=what, completed=done, total=total)

        yield shown
