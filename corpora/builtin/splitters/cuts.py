"""Cut a paragraph at given places, so that nothing but white space can be lost."""

from collections.abc import Iterable
from itertools import pairwise


def cut(paragraph: str, starts: Iterable[int]) -> list[str]:
    """The pieces of a paragraph, without the white space around them, none empty.

    Args:
        starts: where each piece after the first begins, ascending, in characters.
    """
    edges = [0, *starts, len(paragraph)]
    return [piece for a, b in pairwise(edges) if (piece := paragraph[a:b].strip())]
