"""Find numbered notes at the end of a plain text, to which marks in the text refer."""

from __future__ import annotations

import re

HEADING = re.compile(r"\n(?<=\n\n)[ \t]*(?:(?:END|FOOT)?NOTES|(?:End|Foot)?[Nn]otes)[.:]?[ \t]*\n(?=[ \t]*\n)")
PARAGRAPH_BREAK = re.compile(r"\n[ \t]*\n\s*")
NUMBERED = re.compile(r"(?:\[(\d{1,3})\]|\((\d{1,3})\)|(\d{1,3})[.)])[ \t]+\S")
MARK = re.compile(r"(?<=[\w.,;:!?\"'”’)_])(?:\[(\d{1,3})\]|\((\d{1,3})\)|\{(\d{1,3})\})")
MIN_NOTES = 3
MAX_RATE = 0.4
"""Notes are at most this share of a text."""
REFERRED_RATE = 0.8
NUMBERED_RATE = 0.5
"""At least this share of the paragraphs begins with a number; the others continue a note."""


def without_endnotes(text: str) -> tuple[str, list[str]]:
    """A text without the notes at its end and their marks, and the heading and paragraphs of the notes; none if unsure.

    There must be a heading such as NOTES on a line of its own, notes numbered from 1 up to the end of the text, and
    marks in the text before it with nearly all of their numbers.

    Args:
        text: with `\\n` as its line break.
    """
    heading = HEADING.search(text, int(len(text) * (1 - MAX_RATE)))
    if heading is None:
        return text, []
    body = text[: heading.start() + 1]
    paragraphs = [part for part in PARAGRAPH_BREAK.split(text[len(body) :]) if part.strip()]
    numbers = [number for part in paragraphs[1:] if (number := _number(NUMBERED.match(part)))]
    if len(numbers) < max(MIN_NOTES, NUMBERED_RATE * (len(paragraphs) - 1)) or not NUMBERED.match(paragraphs[1]):
        return text, []
    marks = {_number(match) for match in MARK.finditer(body)} & {*numbers}
    if numbers != [*range(1, len(numbers) + 1)] or len(marks) < REFERRED_RATE * len(numbers):
        return text, []
    return MARK.sub(lambda match: "" if _number(match) in marks else match[0], body), paragraphs


def _number(match: re.Match[str] | None) -> int:
    """The number in a mark or at the beginning of a note; 0 if there is none."""
    return int(match[1] or match[2] or match[3]) if match else 0
