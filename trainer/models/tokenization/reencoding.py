"""Convert token ids of a WordPiece vocabulary to a subset of its pieces."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corpora import Sequences
from trainer.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece

WORDS_KEPT = 1 << 18
"""Number of recent words whose spelling is cached."""
REASONS = {
    "BPE": "dropping a piece would change the merges that spell other words",
    "Unigram": "it chooses among all spellings of a word by their probabilities, which a smaller set would change",
}


def wordpiece_of(tokenizer: Tokenizer) -> Mapping[str, object]:
    """The settings of a tokenizer's WordPiece model, without its vocabulary.

    Raises:
        ModelError: the tokenizer has another kind of model, whose vocabulary cannot be reduced.
    """
    model = json.loads(tokenizer.to_str())["model"]
    if model["type"] != "WordPiece":
        reason = REASONS.get(model["type"], "only WordPiece spells a word from its pieces alone")
        raise ModelError(
            f"vocabulary: the teacher's tokenizer is {model['type']}, but only a WordPiece vocabulary can be made "
            f"smaller; {reason}; leave out vocabulary"
        )
    return {name: value for name, value in model.items() if name not in ("type", "vocab")}


class Reencoder:
    """Converts sequences of ids to a vocabulary with fewer pieces.

    A word is a piece that begins one and the pieces that continue it. If all its pieces are kept, a word is unchanged.
    Other words are spelled as by the WordPiece tokenizer with the kept pieces. If a text was cut inside a word or its
    tokens were rearranged, the pieces are not those of a word in the text; each dropped piece is then spelled
    separately. Special tokens and unknown words are unchanged.

    Args:
        tokenizer: with the whole vocabulary.
        kept: [pieces], ids of the kept pieces, ascending; a piece's new id is its index in this array.
    """

    def __init__(self, tokenizer: Tokenizer, kept: NDArray[np.int64]) -> None:
        settings = wordpiece_of(tokenizer)
        self._prefix = str(settings["continuing_subword_prefix"])
        ids = tokenizer.get_vocab(with_added_tokens=True)
        self._pieces = {number: piece for piece, number in ids.items()}
        self._new = np.full(max(ids.values()) + 1, -1, np.int64)
        self._new[kept] = np.arange(len(kept))
        self._begins = np.ones(len(self._new), bool)
        self._begins[[number for number, piece in self._pieces.items() if self._continues(piece)]] = False
        self._whole = tokenizer.model
        self._words, self._rests = self._models(settings, kept)
        self._spell_cached = lru_cache(WORDS_KEPT)(self._spell)

    def __call__(self, rows: Sequences) -> Sequences:
        """The rows in new ids; rows may become longer.

        Args:
            rows: ids of the whole vocabulary.
        """
        rows = rows.tight()
        values = np.asarray(rows.values, np.int64)
        new = self._new[values]
        if not len(values) or not (new < 0).any():
            return Sequences(new, rows.offsets)
        begins = self._begins[values]
        begins[rows.offsets[:-1][rows.lengths > 0]] = True
        starts = np.append(np.flatnonzero(begins), len(values))
        word = np.cumsum(begins) - 1
        changed = np.unique(word[new < 0])
        spelled = [self._spell_cached(values[starts[number] : starts[number + 1]].tobytes()) for number in changed]
        return _with_words(new, rows.offsets, starts, word, changed, spelled)

    def _spell(self, word: bytes) -> NDArray[np.int64]:
        ids = np.frombuffer(word, np.int64)
        pieces = [self._pieces[int(number)] for number in ids]
        text = pieces[0] + "".join(piece.removeprefix(self._prefix) for piece in pieces[1:])
        if not self._continues(pieces[0]) and [token.id for token in self._whole.tokenize(text)] == ids.tolist():
            return _ids_of(self._words, text)
        parts = []
        for number, piece in zip(ids, pieces, strict=True):
            if self._new[number] >= 0:
                parts.append(self._new[[number]])
            elif self._continues(piece):
                parts.append(_ids_of(self._rests, piece.removeprefix(self._prefix)))
            else:
                parts.append(_ids_of(self._words, piece))
        return np.concatenate(parts)

    def _continues(self, piece: str) -> bool:
        return bool(self._prefix) and piece.startswith(self._prefix) and len(piece) > len(self._prefix)

    def _models(self, settings: Mapping[str, object], kept: Collection[int]) -> tuple[WordPiece, WordPiece]:
        """The models that spell words, and continuations of words, with the kept pieces."""
        from tokenizers.models import WordPiece

        unknown, most = str(settings["unk_token"]), int(str(settings["max_input_chars_per_word"]))
        pieces = {self._pieces[int(number)]: place for place, number in enumerate(kept)}
        rests = {piece.removeprefix(self._prefix): n for piece, n in pieces.items() if self._continues(piece)}
        about = {"unk_token": unknown, "max_input_chars_per_word": most}
        words = WordPiece(pieces, continuing_subword_prefix=self._prefix, **about)
        return words, WordPiece({**rests, unknown: pieces[unknown]}, continuing_subword_prefix="", **about)


def _ids_of(model: WordPiece, text: str) -> NDArray[np.int64]:
    return np.array([token.id for token in model.tokenize(text)], np.int64)


def _with_words(
    values: NDArray[np.int64],
    offsets: NDArray[np.integer],
    starts: NDArray[np.int64],
    word: NDArray[np.int64],
    changed: NDArray[np.int64],
    spelled: list[NDArray[np.int64]],
) -> Sequences:
    """Ragged rows with some words replaced.

    Args:
        values: [tokens], the new ids, correct outside the changed words.
        offsets: [rows + 1], of the rows.
        starts: [words + 1], where each word begins, and the number of tokens.
        word: [tokens], the index of each token's word.
        changed: [changed words], their indices, ascending.
        spelled: the new ids of each changed word.
    """
    sizes = np.diff(starts)
    sizes[changed] = [len(ids) for ids in spelled]
    begins = np.concatenate([[0], np.cumsum(sizes)])
    made = np.empty(int(begins[-1]), np.int64)
    same = ~np.isin(word, changed)
    made[(begins[:-1][word] + np.arange(len(values)) - starts[:-1][word])[same]] = values[same]
    places = np.repeat(begins[changed], sizes[changed])
    within = np.concatenate([np.arange(len(ids)) for ids in spelled])
    made[places + within] = np.concatenate(spelled)
    first_word = np.append(word, len(sizes))[offsets]
    return Sequences(made, begins[first_word])
