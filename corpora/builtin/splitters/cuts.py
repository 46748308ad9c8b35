"""Split a paragraph at given positions; only white space is lost."""

from collections.abc import Iterable


def cut(paragraph: str, starts: Iterable[int]) -> list[str]:
    """The non-empty pieces of a paragraph, stripped of surrounding white space.

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
