"""Split a paragraph at given positions without losing anything but white space."""

from collections.abc import Iterable


def cut(paragraph: str, starts: Iterable[int]) -> list[str]:
    """The pieces of a paragraph without the white space around them, none empty.

    Args:
        paragraph: to split.
        starts: the index of the first character of each piece except the first, in ascending order.
    """
    pieces, begin = [], 0
    for start in starts:
        if piece := paragraph[begin:start].strip():
            pieces.append(piece)
        begin = start
    if piece := paragraph[begin:].strip():
        pieces.append(piece)
    return pieces
