"""The differences between two rows, piece by piece: unchanged, moved, removed or added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

State = Literal["same", "moved", "gone", "new"]


@dataclass(frozen=True)
class Part:
    """Consecutive pieces of a row in the same state."""

    text: str
    state: State
    space: bool
    """Whether there is white space before it."""


@dataclass(frozen=True)
class TextPiece:
    """One piece of a row as readable text: a word, or the text of a token."""

    text: str
    glued: bool = False
    """True if there is no white space between it and the piece before."""


def differences(before: Sequence[TextPiece], after: Sequence[TextPiece]) -> tuple[list[Part], list[Part]]:
    """Both rows divided into parts. Of the pieces outside the common subsequence, those on both sides count as moved.

    Args:
        before: the pieces of the original row.
        after: the pieces of the row made from it.

    Returns:
        The parts of each row; `gone` occurs only in the first, `new` only in the second.
    """
    matcher = SequenceMatcher(None, [p.text for p in before], [p.text for p in after], autojunk=False)
    runs = matcher.get_matching_blocks()
    kept = {run.a + i for run in runs for i in range(run.size)}
    held = {run.b + i for run in runs for i in range(run.size)}
    left = Counter(piece.text for i, piece in enumerate(before) if i not in kept)
    right = Counter(piece.text for i, piece in enumerate(after) if i not in held)
    common = left & right
    return _parts(before, kept, common, "gone"), _parts(after, held, common, "new")


LETTERS = 480
"""The maximum number of characters shown of a row."""


def beginning(parts: Sequence[Part]) -> list[Part]:
    """The first parts of a row, up to `LETTERS` characters; a part that is cut ends in an ellipsis.

    Args:
        parts: of a whole row.
    """
    shown: list[Part] = []
    room = LETTERS
    for part in parts:
        if len(part.text) > room:
            return [*shown, Part(part.text[:room] + " …", part.state, part.space)]
        shown.append(part)
        room -= len(part.text)
    return shown


def unchanged(pieces: Sequence[TextPiece]) -> list[Part]:
    """A row as parts, with all pieces unchanged."""
    return _parts(pieces, set(range(len(pieces))), Counter(), "gone")


def _parts(pieces: Sequence[TextPiece], stayed: set[int], moved: Counter[str], otherwise: State) -> list[Part]:
    left = Counter(moved)
    states: list[State] = []
    for number, piece in enumerate(pieces):
        if number in stayed:
            states.append("same")
        elif left[piece.text]:
            left[piece.text] -= 1
            states.append("moved")
        else:
            states.append(otherwise)
    runs = groupby(zip(pieces, states, strict=True), key=lambda pair: pair[1])
    return [_part([piece for piece, _ in run], state) for state, run in runs]


def _part(pieces: Sequence[TextPiece], state: State) -> Part:
    text = "".join(piece.text if piece.glued else f" {piece.text}" for piece in pieces)
    return Part(text.removeprefix(" "), state, not pieces[0].glued)
