"""Pseudo-log-likelihood: every token of a sentence masked in turn, with the rest of its word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trainer.errors import ProbeError
from trainer.evaluation.probes.words import words_of
from trainer.models import as_text
from trainer.plugin import Blanked

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class Tokenized:
    """A sentence as tokens that know their words."""

    ids: NDArray[np.int64]
    """[tokens], without special tokens."""
    words: NDArray[np.int64]
    """[tokens], the number of each token's word."""


def tokenized(tokenizer: PreTrainedTokenizerBase, sentences: Sequence[str], *, longest: int | None) -> list[Tokenized]:
    """Sentences as tokens with their words.

    Args:
        tokenizer: of the model.
        sentences: as plain text.
        longest: the most tokens that the model takes, special ones included.

    Raises:
        ProbeError: a sentence has no tokens, or more than the model reads.
    """
    if not sentences:
        return []
    encoding = as_text(tokenizer, list(sentences), add_special_tokens=False, verbose=False)
    made = []
    for number, sentence in enumerate(sentences):
        ids = np.asarray(encoding["input_ids"][number], np.int64)
        if not len(ids):
            raise ProbeError(f"the sentence {sentence!r} has no tokens; a sentence to be scored has at least one word")
        if longest is not None and len(ids) > longest:
            raise ProbeError(
                f"the sentence that begins {sentence[:40]!r} has {len(ids):,} tokens, and the model reads {longest:,}; "
                "leave it out, or probe a model with more positions"
            )
        pieces = tokenizer.convert_ids_to_tokens(ids.tolist())
        made.append(Tokenized(ids, words_of(encoding.word_ids(number), pieces)))
    return made


def masked_in_turn(sentence: Tokenized, *, mask_id: int) -> Iterator[Blanked]:
    """The sentence once for each token, with that token and the later ones of its word masked.

    Args:
        sentence: its tokens and their words.
        mask_id: the id of the mask token.
    """
    places = np.arange(len(sentence.ids))
    for place in places:
        hidden = (places >= place) & (sentence.words == sentence.words[place])
        yield Blanked(np.where(hidden, mask_id, sentence.ids), np.array([place]))
