"""Find many literals in a text at once, in a time that hardly depends on how many there are."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

GRAM = 4
"""Bytes that are compared first, to rule out most positions cheaply."""
CHUNK = 1 << 16
BY_FREQUENCY = b" etaoinshrdlcumwfgypbvkjxqz"
COMMON_PAIRS = frozenset(
    b"th he in er an re nd on en at ou ed ha to or it is hi es ng ve ro wi ll ri no me li ne go oo od fi rs st gi iv "
    b"rd rk wo rt ar ee ti ho io te co om al le ea se as de us".split()
)
PAIR_PENALTY = 12
MULTIPLIER = np.uint32(0x9E3779B1)


class Literals:
    """A set of literals, each indexed by its four rarest bytes.

    One lookup per position of the text finds all of them, instead of one per position and literal. Literals shorter
    than four bytes are searched for one by one.

    Args:
        literals: UTF-8; duplicates count once.
    """

    def __init__(self, literals: Iterable[bytes]) -> None:
        self._short: list[bytes] = []
        self._grams: dict[int, list[tuple[bytes, int]]] = {}
        self._table = np.zeros(1 << 16, dtype=bool)
        for literal in dict.fromkeys(literals):
            if len(literal) < GRAM:
                self._short.append(literal)
                continue
            at = _rarest(literal)
            code = int.from_bytes(literal[at : at + GRAM], "little")
            self._grams.setdefault(code, []).append((literal, at))
            self._table[_slots(np.array([code], "<u4"))] = True

    def places(self, text: bytes) -> dict[bytes, list[int]]:
        """The byte offsets at which each literal occurs, in no particular order; absent literals are left out.

        Args:
            text: UTF-8 if the literals are.
        """
        found: dict[bytes, list[int]] = {}
        for shift in range(GRAM):
            codes = np.frombuffer(text[shift : shift + (len(text) - shift) // GRAM * GRAM], "<u4")
            for begin in range(0, len(codes), CHUNK):
                part = codes[begin : begin + CHUNK]
                hits = np.flatnonzero(self._table.take(_slots(part), mode="clip"))
                for code, hit in zip(part[hits].tolist(), hits.tolist(), strict=True):
                    place = (begin + hit) * GRAM + shift
                    for literal, at in self._grams.get(code, ()):
                        if place >= at and text.startswith(literal, place - at):
                            found.setdefault(literal, []).append(place - at)
        for literal in self._short:
            if starts := list(_starts(text, literal)):
                found[literal] = starts
        return found


def _rarest(literal: bytes) -> int:
    """The offset of the four bytes of a literal that are rarest in English text."""
    return max(range(len(literal) - GRAM + 1), key=lambda at: _rarity(literal[at : at + GRAM]))


def _rarity(gram: bytes) -> int:
    ranks = sum(BY_FREQUENCY.find(byte) % (len(BY_FREQUENCY) + 1) for byte in gram)
    common = gram.count(b" ") + sum(gram[at : at + 2] in COMMON_PAIRS for at in range(GRAM - 1))
    return ranks - PAIR_PENALTY * common


def _slots(codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The index of each code in the table: [codes]."""
    return (codes * MULTIPLIER) >> np.uint32(16)


def _starts(text: bytes, literal: bytes) -> Iterable[int]:
    at = text.find(literal) if literal[:1] in text else -1  # searching for one byte is much faster than for two
    while at >= 0:
        yield at
        at = text.find(literal, at + 1)
