"""Read the lines of an open text file, with a limit on their length."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from corpora.builtin.sources.texts.rows import DamagedRow

MAX_LINE_CHARACTERS = 64 << 20
STEP_CHARACTERS = 1 << 20


def bounded_lines(file: TextIO) -> Iterator[str | DamagedRow]:
    """The lines of a file, which is closed at the end; a line too long for memory becomes a `DamagedRow`."""
    with file:
        while line := file.readline(MAX_LINE_CHARACTERS + 1):
            if len(line) <= MAX_LINE_CHARACTERS or line.endswith("\n"):
                yield line
                continue
            size = len(line)
            while (rest := file.readline(STEP_CHARACTERS)) and not rest.endswith("\n"):
                size += len(rest)
            size += len(rest)
            most = MAX_LINE_CHARACTERS / 1e6
            yield DamagedRow("line too long", f"{size / 1e6:,.0f} M characters; at most {most:.0f} M")
