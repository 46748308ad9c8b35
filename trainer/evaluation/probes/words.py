"""Where words begin, in WordPiece, byte-level BPE and SentencePiece vocabularies."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

SPACES = ("▁", "Ġ")
"""Prefixes of pieces that follow a space: SentencePiece's mark, and the space of byte-level BPE."""


def words_of(word_ids: Sequence[int | None], pieces: Sequence[str]) -> NDArray[np.int64]:
    """The index of each token's word, from 0.

    A word is what the tokenizer's pre-tokenizer cuts out, but never extends over a space: some SentencePiece
    tokenizers do not cut at spaces before they look for pieces.

    Args:
        word_ids: from a fast tokenizer, without special tokens.
        pieces: the tokens as text.

    Returns:
        [tokens], int64.
    """
    begins = [
        number == 0 or word_ids[number] != word_ids[number - 1] or pieces[number].startswith(SPACES)
        for number in range(len(pieces))
    ]
    return np.cumsum(begins, dtype=np.int64) - 1


SPACE = "space"


class WordStarts:
    """Finds where words begin from token ids alone, as far as the pieces show it.

    WordPiece marks the pieces that continue a word (`##ing`). Byte-level BPE and SentencePiece mark the space before
    a word; byte-level BPE also cuts between letters, digits and other characters, as GPT-2's pattern does.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        pieces = tokenizer.convert_ids_to_tokens(list(range(1 + max(tokenizer.get_vocab().values()))))
        pieces = [piece or "" for piece in pieces]
        model = json.loads(tokenizer.backend_tokenizer.to_str())["model"]
        prefix = model.get("continuing_subword_prefix") if model["type"] == "WordPiece" else None
        self._byte_level = prefix is None and any(piece.startswith("Ġ") for piece in pieces)
        self._begins = np.array(
            [not piece.startswith(prefix) if prefix else piece.startswith(SPACES) for piece in pieces], np.bool_
        )
        self._first = np.array([_character_class(piece[:1]) for piece in pieces])
        self._last = np.array([SPACE if piece == "Ġ" else _character_class(piece[-1:]) for piece in pieces])

    def __call__(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """[tokens]: whether each token begins a word. The first one always does."""
        begins = self._begins[ids].copy()
        if self._byte_level:
            before = self._last[ids[:-1]]  # a lone space belongs to the word after it
            begins[1:] |= (self._first[ids[1:]] != before) & (before != SPACE)
        begins[:1] = True
        return begins


def _character_class(character: str) -> str:
    # Bytes beyond ASCII appear as letters, symbols or control pictures; almost all of them are parts of letters.
    if character.isdigit():
        return "digit"
    return "letter" if character.isalpha() or ord(character or " ") > 127 else "other"
