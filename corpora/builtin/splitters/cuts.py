"""Cut a paragraph at given places, so that nothing but white space is lost."""

from collections.abc import Iterable


def cut(paragraph: str, starts: Iterable[int]) -> list[str]:
    """The pieces of a paragraph without the white space around them, none empty.

    Args:
        starts: where each piece after the first begins, in characters, ascending.
    """
    pieces, begin = [], 0
    for start in starts:
        if piece := paragraph[begin:start].strip():
            pieces.append(piece)
        begin = start
    if piece := paragraph[begin:].strip():
        pieces.append(piece)
    return pieces
