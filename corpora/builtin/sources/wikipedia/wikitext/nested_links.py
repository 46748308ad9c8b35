"""Lines with nested or damaged links, which go to mwparserfromhell: it knows more than the linear passes."""

from __future__ import annotations

LINE_CHARACTERS = 5000
OPENINGS = 64
"""Lines with more brackets and braces than this are not tried: unclosed ones make the parser quadratic."""


def worth_parsing(line: str) -> bool:
    """Whether a line is small enough for a parser that is quadratic on hostile input."""
    return len(line) <= LINE_CHARACTERS and line.count("[") + line.count("{") + line.count("<") <= OPENINGS


def parsed(line: str) -> str:
    """The text that mwparserfromhell makes of a line; later passes decode its entities."""
    import mwparserfromhell

    return str(mwparserfromhell.parse(line).strip_code(normalize=False, collapse=False))
