"""Cache token ids by word: a WordPiece tokenizer runs once per distinct word of a corpus, not once per occurrence."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np

from corpora.plugin import Array, Sequences
from corpora.store import Vocabulary

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MOST_WORDS = 1 << 19
"""The maximum number of words in the cache, about 80 MB; when it is full, the cache starts over."""
MEAN_WORD_LENGTH = 16
"""Texts with longer words on average, in characters, are not split: URLs, and scripts without spaces."""


class WordCache:
    """Encodes like a tokenizer, but faster in cases where the result is provably the same.

    BERT's normalizer works on characters with their combining marks, its pre-tokenizer splits at white space, and
    WordPiece encodes one word at a time. Therefore the ids of a text are the concatenated ids of its parts between
    ASCII spaces, whatever characters these contain. There are two exceptions, in which whole texts are encoded: texts
    that contain an added token such as [MASK], and tokenizers of any other kind.

    Args:
        tokenizer: any tokenizer, without truncation and padding.
        ask: encodes a list of texts; by default with the tokenizer, without special tokens.
        most_words: the number of words after which the cache starts over.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        ask: Callable[[Sequence[str]], list[list[int]]] | None = None,
        *,
        most_words: int = MOST_WORDS,
    ) -> None:
        self._asked = ask or (
            lambda texts: [each.ids for each in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]
        )
        self._added = _added_tokens(tokenizer)
        self._most_words = most_words
        self._numbers: dict[str, int] = {}
        self._values: Array = np.empty(0, np.uint32)
        self._offsets: Array = np.zeros(1, np.int64)
        self.whole_texts = 0
        """How many texts were encoded whole."""

    def encode(self, texts: Sequence[str]) -> Sequences:
        """The ids of each text, without special tokens: [texts], uint32."""
        if self._added is None:
            self.whole_texts += len(texts)
            return self._ask(texts)
        whole = [row for row, text in enumerate(texts) if self._goes_whole(text)]
        if not whole:
            return self._by_words(texts)
        self.whole_texts += len(whole)
        asked = set(whole)
        rest = self._by_words([text for row, text in enumerate(texts) if row not in asked])
        order = np.argsort(np.array(whole + [row for row in range(len(texts)) if row not in asked], np.int64))
        given = self._ask([texts[row] for row in whole])
        values = np.concatenate([given.values, rest.values])
        offsets = np.concatenate([given.offsets, rest.offsets[1:] + given.offsets[-1]])
        return _taken(values, offsets, order)

    def _goes_whole(self, text: str) -> bool:
        if len(text) > MEAN_WORD_LENGTH * (text.count(" ") + 1):
            return True
        return ("[" in text or "<" in text) and any(token in text for token in self._added or ())

    def _by_words(self, texts: Sequence[str]) -> Sequences:
        words = " ".join(texts).split(" ") if texts else []
        self._learn(words)
        numbers = np.fromiter(map(self._numbers.__getitem__, words), np.int64, len(words))
        ids = _taken(self._values, self._offsets, numbers)
        words_in = np.fromiter((text.count(" ") + 1 for text in texts), np.int64, len(texts))
        return Sequences(ids.values, ids.offsets[_running(words_in)])

    def _learn(self, words: Sequence[str]) -> None:
        """Encode the words that are not yet in the cache."""
        if len(self._numbers) > self._most_words:
            self._forget()
        new = list(set(words).difference(self._numbers))
        if new:
            answer = self._ask(new)
            self._numbers.update(zip(new, range(len(self._numbers), len(self._numbers) + len(new)), strict=True))
            self._offsets = np.concatenate([self._offsets, answer.offsets[1:] + self._offsets[-1]])
            self._values = np.concatenate([self._values, answer.values])

    def _forget(self) -> None:
        self._numbers = {}
        self._values, self._offsets = np.empty(0, np.uint32), np.zeros(1, np.int64)

    def _ask(self, texts: Sequence[str]) -> Sequences:
        rows = self._asked(texts)
        offsets = _running(np.fromiter(map(len, rows), np.int64, len(rows)))
        return Sequences(np.fromiter((i for row in rows for i in row), np.uint32, int(offsets[-1])), offsets)


@lru_cache(maxsize=1)
def word_cache(vocabulary: Vocabulary, *, keep_special: bool) -> WordCache:
    """This process's cache for a vocabulary, kept between the pieces of a dataset.

    Args:
        vocabulary: the tokenizer; only the cache of the last one is kept.
        keep_special: as in `Vocabulary.encode`.
    """
    return WordCache(vocabulary.tokenizer, partial(vocabulary.encode, keep_special=keep_special))


def _running(lengths: Array) -> Array:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])


def _taken(values: Array, offsets: Array, rows: Array) -> Sequences:
    """Rows of a ragged array, in the given order."""
    lengths = (offsets[1:] - offsets[:-1])[rows]
    ends = _running(lengths)
    return Sequences(values[np.repeat(offsets[:-1][rows] - ends[:-1], lengths) + np.arange(ends[-1])], ends)


def _added_tokens(tokenizer: Tokenizer) -> tuple[str, ...] | None:
    """The added tokens of a tokenizer whose texts can be split at spaces; None if they cannot."""
    parts = json.loads(tokenizer.to_str())
    kinds = [(parts[name] or {}).get("type") for name in ("model", "normalizer", "pre_tokenizer")]
    added = parts["added_tokens"]
    exact = all(
        not token["normalized"] and token["content"].startswith(("[", "<")) and " " not in token["content"]
        for token in added
    )
    plain = parts["truncation"] is None and parts["padding"] is None
    if kinds != ["WordPiece", "BertNormalizer", "BertPreTokenizer"] or not exact or not plain:
        return None
    return tuple(token["content"] for token in added)
