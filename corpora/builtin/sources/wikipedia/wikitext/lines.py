"""Change only the lines of a text in which a pattern occurs."""

from __future__ import annotations

import re
from collections.abc import Callable


def with_changed_lines(text: str, pattern: re.Pattern[str], change: Callable[[str], str]) -> str:
    """The text with every line in which a pattern occurs replaced by what a function makes of it.

    Args:
        text: lines separated by line breaks.
        pattern: its matches contain no line break.
        change: gets the line without its line break.
    """
    pieces: list[str] = []
    at = 0
    while match := pattern.search(text, at):
        start = text.rfind("\n", at, match.start()) + 1 or at
        stop = text.find("\n", match.end())
        stop = len(text) if stop < 0 else stop
        pieces += (text[at:start], change(text[start:stop]))
        at = stop
    pieces.append(text[at:])
    return "".join(pieces)
