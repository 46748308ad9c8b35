"""Parse lines with nested or damaged links with mwparserfromhell, which handles more than the linear passes."""

from __future__ import annotations

LINE_CHARACTERS = 5000
OPENINGS = 64
"""Lines with more brackets and braces than this are not parsed, because unclosed ones take quadratic time."""


def worth_parsing(line: str) -> bool:
    """Whether a line is small enough for a parser that is quadratic on hostile input."""
    return len(line) <= LINE_CHARACTERS and line.count("[") + line.count("{") + line.count("<") <= OPENINGS


def parsed(line: str) -> str:
    """A line's text according to mwparserfromhell; later passes decode its entities."""
    import mwparserfromhell

    return str(mwparserfromhell.parse(line).strip_code(normalize=False, collapse=False))
