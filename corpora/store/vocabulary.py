"""A tokenizer's vocabulary: its pieces and special tokens, and the ids of texts with or without control tokens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpora.plugin import Context
from corpora.store.dataset import TOKENIZER_FILE

if TYPE_CHECKING:
    from tokenizers import Tokenizer

CONTROL_PIECES = ("[PAD]", "[CLS]", "[SEP]", "[MASK]", "<s>", "</s>", "<pad>", "<mask>")
"""Control tokens of BERT and RoBERTa; other special tokens are taken from the tokenizer."""


@dataclass(frozen=True)
class Vocabulary:
    """A tokenizer and its pieces, in the form that components need."""

    tokenizer_json: str

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The `tokenizers` object, created on first use."""
        from tokenizers import Tokenizer

        return Tokenizer.from_str(self.tokenizer_json)

    @cached_property
    def pieces(self) -> tuple[str, ...]:
        """The pieces, indexed by id; an unused id has the empty string."""
        by_id = {number: piece for piece, number in self.tokenizer.get_vocab(with_added_tokens=True).items()}
        return tuple(by_id.get(number, "") for number in range(max(by_id, default=-1) + 1))

    @cached_property
    def special_ids(self) -> frozenset[int]:
        """The ids of [PAD], [UNK], [CLS], [SEP], [MASK] and other special tokens."""
        added = self.tokenizer.get_added_tokens_decoder()
        named = (self.tokenizer.token_to_id(piece) for piece in ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"))
        return frozenset(n for n, token in added.items() if token.special) | {n for n in named if n is not None}

    @cached_property
    def unknown_id(self) -> int | None:
        """The id of [UNK], if there is one."""
        known = (self.tokenizer.token_to_id(piece) for piece in ("[UNK]", "<unk>"))
        return next((number for number in known if number is not None), None)

    @cached_property
    def control_tokens(self) -> dict[int, str]:
        """Tokens that are not text but have a meaning for the model, by id: [CLS], <mask>, … but not [UNK]."""
        added = {number: token.content for number, token in self.tokenizer.get_added_tokens_decoder().items()}
        named = {self.tokenizer.token_to_id(piece): piece for piece in CONTROL_PIECES}
        known = {number: added.get(number) or self.pieces[number] for number in self.special_ids} | named
        return {number: piece for number, piece in known.items() if number not in (None, self.unknown_id) and piece}

    @cached_property
    def _control_literal(self) -> re.Pattern[str]:
        literals = sorted(self.control_tokens.values(), key=lambda literal: (-len(literal), literal))
        return re.compile("|".join(map(re.escape, literals)) or r"(?!)")

    def encode(self, texts: Sequence[str], *, keep_special: bool = False) -> list[list[int]]:
        """The ids of each text, without [CLS] and [SEP] around them.

        Args:
            texts: in any number.
            keep_special: whether a literal `[MASK]` or `<s>` in a text becomes the control token, as in `tokenizers`.
                If not, it is encoded as ordinary text, and no control id occurs in the result.
        """
        self.tokenizer.encode_special_tokens = not keep_special  # each time: a pickled tokenizer loses it
        rows = [encoding.ids for encoding in self.tokenizer.encode_batch_fast(texts, add_special_tokens=False)]
        if keep_special:
            return rows
        control = self.control_tokens.keys()
        return [ids if control.isdisjoint(ids) else self._as_text(text) for text, ids in zip(texts, rows, strict=True)]

    def _as_text(self, text: str) -> list[int]:
        """The ids of a text with literals that are pieces of the model too, which `encode_special_tokens` leaves whole.

        A space is inserted into each literal, if necessary in the normalized text, where a full-width <s> is ASCII.
        """
        normalizer, control = self.tokenizer.normalizer, self.control_tokens.keys()
        for written in (text, normalizer.normalize_str(text) if normalizer else text):
            broken = self._control_literal.sub(lambda found: f"{found[0][0]} {found[0][1:]}", written)
            ids: list[int] = self.tokenizer.encode(broken, add_special_tokens=False).ids
            if control.isdisjoint(ids):
                return ids
        unknown = [] if self.unknown_id is None else [self.unknown_id]
        return [each for number in ids for each in (unknown if number in control else [number])]

    def encode_again(self, texts: Sequence[str], read: Sequence[str], ids: Sequence[Sequence[int]]) -> list[list[int]]:
        """The ids of rewritten rows. A literal becomes its control token, unless it was ordinary text in the original.

        Args:
            texts: [rows], the rewritten texts.
            read: [rows], the texts before they were rewritten.
            ids: [rows], the ids that `read` was decoded from.
        """
        control, literal = self.control_tokens.keys(), self._control_literal
        rows = self.encode(texts, keep_special=True)
        for number, text in enumerate(read):
            if literal.search(text) and control.isdisjoint(ids[number]):
                rows[number] = self.encode([texts[number]])[0]
        return rows

    def context(self, **more: Any) -> Context:
        """The context that components receive.

        Args:
            more: other fields of `Context`, which describe the block.
        """
        return Context(vocabulary=self.pieces, special_ids=self.special_ids, unknown_id=self.unknown_id, **more)


def vocabulary_in(folder: Path) -> Vocabulary | None:
    """The vocabulary stored in a version's folder; None for sentence datasets."""
    path = folder / TOKENIZER_FILE
    return Vocabulary(path.read_text(encoding="utf-8")) if path.exists() else None
