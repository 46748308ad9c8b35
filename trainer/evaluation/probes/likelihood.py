"""Pseudo-log-likelihood: mask each token of a sentence in turn, with the rest of its word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trainer.errors import ProbeError
from trainer.evaluation.probes.words import words_of
from trainer.models import as_text
from trainer.plugin import MaskedSequence

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class Tokenized:
    """A sentence as tokens with their words."""

    ids: NDArray[np.int64]
    """[tokens], without special tokens."""
    words: NDArray[np.int64]
    """[tokens], the index of each token's word."""


def tokenized(tokenizer: PreTrainedTokenizerBase, sentences: Sequence[str], *, longest: int | None) -> list[Tokenized]:
    """Sentences as tokens with their words.

    Args:
        tokenizer: the model's.
        sentences: as plain text.
        longest: the model's maximum tokens, special ones not included; None for no limit.

    Raises:
        ProbeError: a sentence has no tokens, or too many for the model.
    """
    if not sentences:
        return []
    encoding = as_text(tokenizer, list(sentences), add_special_tokens=False, verbose=False)
    made = []
    for number, sentence in enumerate(sentences):
        ids = np.asarray(encoding["input_ids"][number], np.int64)
        if not len(ids):
            raise ProbeError(f"the sentence {sentence!r} has no tokens; a sentence to score needs at least one word")
        if longest is not None and len(ids) > longest:
            raise ProbeError(
                f"the sentence that begins with {sentence[:40]!r} has {len(ids):,} tokens, but the model reads at "
                f"most {longest:,}; leave it out, or probe a model with more positions"
            )
        pieces = tokenizer.convert_ids_to_tokens(ids.tolist())
        made.append(Tokenized(ids, words_of(encoding.word_ids(number), pieces)))
    return made


def masked_in_turn(sentence: Tokenized, *, mask_id: int) -> Iterator[MaskedSequence]:
    """The sentence once for each token, with that token and the later tokens of its word masked.

    Args:
        sentence: its tokens and their words.
        mask_id: the id of the mask token.
    """
    places = np.arange(len(sentence.ids))
    for place in places:
        hidden = (places >= place) & (sentence.words == sentence.words[place])
        yield MaskedSequence(np.where(hidden, mask_id, sentence.ids), np.array([place]))
