"""Split a paragraph at given positions; only white space is lost."""

from collections.abc import Iterable, Iterator
from itertools import pairwise


def cut(paragraph: str, starts: Iterable[int]) -> list[str]:
    """The non-empty pieces of a paragraph, stripped of surrounding white space.

    Args:
        paragraph: to split.
        starts: the index of the first character of each piece except the first, in ascending order.
    """
    return [paragraph[begin:end] for begin, end in spans(paragraph, starts)]


def spans(paragraph: str, starts: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Where the pieces that `cut` gives begin and end.

    Args:
        paragraph: to split.
        starts: as for `cut`.
    """
    for begin, end in pairwise([0, *starts, len(paragraph)]):
        piece = paragraph[begin:end].lstrip()
        if length := len(piece.rstrip()):
            yield end - len(piece), end - len(piece) + length
