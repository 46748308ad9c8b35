"""Cut a paragraph at given places, so that nothing but white space is lost."""

from collections.abc import Iterable
from itertools import pairwise


def cut(paragraph: str, starts: Iterable[int]) -> list[str]:
    """The pieces of a paragraph without the white space around them, none empty.

    Args:
        starts: where each piece after the first begins, in characters, ascending.
    """
    edges = [0, *starts, len(paragraph)]
    return [piece for a, b in pairwise(edges) if (piece := paragraph[a:b].strip())]
