"""A student's smaller vocabulary: pieces of its teacher's, their tokenizer, and a teacher reduced to them."""

from __future__ import annotations

import copy
import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from numpy.typing import NDArray

from corpora import OptionError, Sequences, sha256_of
from trainer.errors import ModelError
from trainer.models.families import family_of
from trainer.models.quiet import quiet_transformers
from trainer.models.tokenization.reencoding import Reencoder, wordpiece_of
from trainer.runtime import storing, write_whole

if TYPE_CHECKING:
    from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

PIECES = "vocab.txt"
PLACEHOLDER = re.compile(r"\[\w+\]")
"""Pieces such as [unused7], which do not occur in any text."""


@dataclass(frozen=True)
class SmallerVocabulary:
    """Part of a WordPiece vocabulary.

    The ids of the whole vocabulary are the teacher's, those of the part are the student's.
    """

    whole: PreTrainedTokenizerBase
    """The teacher's tokenizer."""
    kept: NDArray[np.int64]
    """[pieces], the teacher's ids, ascending; a piece's student id is its index."""

    def __len__(self) -> int:
        return len(self.kept)

    @cached_property
    def pieces(self) -> list[str]:
        """[pieces], in the order of the student's ids."""
        return [str(piece) for piece in self.whole.convert_ids_to_tokens(self.kept.tolist())]

    @property
    def sha256(self) -> str:
        """The sha256 of the kept pieces, in order."""
        return sha256_of(self.pieces)

    @cached_property
    def tokenizer(self) -> PreTrainedTokenizerBase:
        """The student's tokenizer, with the teacher's class and settings and the kept pieces."""
        return _tokenizer_of(self.whole, self.pieces)

    def write(self, folder: Path) -> None:
        """Write the student's tokenizer into a folder.

        Raises:
            StorageError: it cannot be written.
        """
        self.write_pieces(folder)
        with storing(folder), quiet_transformers():
            self.tokenizer.save_pretrained(folder)

    def write_pieces(self, folder: Path) -> None:
        """Write `vocab.txt`, one piece per line, into a folder if the teacher's folder has one.

        Raises:
            StorageError: it cannot be written.
        """
        if (Path(self.whole.name_or_path) / PIECES).is_file():
            with storing(folder):
                folder.mkdir(parents=True, exist_ok=True)
            write_whole(folder / PIECES, "".join(f"{piece}\n" for piece in self.pieces))

    @cached_property
    def _reencoder(self) -> Reencoder:
        return Reencoder(self.whole.backend_tokenizer, self.kept)

    def reencoded(self, rows: Sequences) -> Sequences:
        """Convert rows from the teacher's ids to the student's; see `Reencoder`.

        Args:
            rows: in the teacher's ids.
        """
        return self._reencoder(rows)

    def teacher(self, model: PreTrainedModel) -> PreTrainedModel:
        """A copy of a teacher reduced to the kept pieces: its embeddings, decoder and configuration.

        Args:
            model: the teacher, which is not changed.

        Raises:
            ModelError: the family's positions depend on the padding id, which would change.
        """
        family, config = family_of(model), _config_of(model.config, self.kept)
        if family.first_position(config) != family.first_position(model.config):
            raise ModelError(
                f"vocabulary: a {family.name} model counts positions from the padding id, which a smaller vocabulary "
                "would change; leave out vocabulary"
            )
        with torch.random.fork_rng(devices=[]):
            cut: PreTrainedModel = type(model)(config).to(model.dtype)  # type: ignore[arg-type]
        own, kept = dict(cut.named_parameters()), torch.from_numpy(self.kept)
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                value = parameter.cpu()
                own[name].copy_(value if value.shape == own[name].shape else value[kept])
        cut.train(model.training)
        return cut


def smaller_vocabulary(tokenizer: PreTrainedTokenizerBase, counts: NDArray[np.int64], size: int) -> SmallerVocabulary:
    """The most frequent pieces of a dataset, with all special tokens and all single characters.

    Args:
        tokenizer: the teacher's.
        counts: [largest id + 1], how often each piece occurs. Among equally frequent pieces, the first is kept, and
            placeholders such as [unused7] come last.
        size: how many pieces to keep, special tokens and characters included.

    Raises:
        ModelError: the tokenizer is not WordPiece.
        OptionError: the tokenizer has fewer pieces, or more special tokens and characters.
    """
    prefix = str(wordpiece_of(tokenizer.backend_tokenizer)["continuing_subword_prefix"])
    vocabulary = tokenizer.get_vocab()
    if size > len(vocabulary):
        raise OptionError(
            f"vocabulary is {size:,}, but the teacher's has only {len(vocabulary):,} pieces; use fewer, or leave it out"
        )
    special = {*tokenizer.all_special_tokens, *tokenizer.get_added_vocab()}
    needed = [piece in special or len(piece.removeprefix(prefix) or piece) == 1 for piece in vocabulary]
    least = sum(needed)
    if size < least:
        raise OptionError(
            f"vocabulary is {size:,}; {len(special):,} special tokens and {least - len(special):,} single characters "
            f"(as first and as later pieces of words) are always kept; use at least {least:,}"
        )
    ids = np.fromiter(vocabulary.values(), np.int64, len(vocabulary))
    found = np.zeros(max(int(ids.max()) + 1, len(counts)), np.int64)
    found[: len(counts)] = counts
    last = np.array([PLACEHOLDER.fullmatch(piece) is not None for piece in vocabulary])
    order = np.lexsort(np.stack([ids, last, -found[ids], ~np.array(needed)]))
    return SmallerVocabulary(tokenizer, np.sort(ids[order[:size]]))


def shared_vocabulary(student: PreTrainedTokenizerBase, teacher: PreTrainedTokenizerBase) -> SmallerVocabulary | None:
    """The part of a teacher's vocabulary that a student has; None if the student's is not part of it.

    Args:
        student: the tokenizer whose pieces are kept.
        teacher: the tokenizer whose ids the dataset has.
    """
    ours, theirs = student.get_vocab(), teacher.get_vocab()
    if len(ours) >= len(theirs) or not ours.keys() <= theirs.keys():
        return None
    kept = np.array([theirs[piece] for piece in sorted(ours, key=ours.__getitem__)], np.int64)
    if (np.diff(kept) <= 0).any() or sorted(ours.values()) != list(range(len(ours))):
        return None
    try:
        wordpiece_of(teacher.backend_tokenizer)
    except ModelError:
        return None
    made = SmallerVocabulary(teacher, kept)
    return made if _rules(made.tokenizer) == _rules(student) else None


def _rules(tokenizer: PreTrainedTokenizerBase) -> list[object]:
    """The rules that split a text into pieces, and the special tokens."""
    content = json.loads(tokenizer.backend_tokenizer.to_str())
    return [*(content[part] for part in ("normalizer", "pre_tokenizer", "model")), sorted(tokenizer.all_special_ids)]


def _tokenizer_of(whole: PreTrainedTokenizerBase, pieces: list[str]) -> PreTrainedTokenizerBase:
    import transformers

    new = {piece: number for number, piece in enumerate(pieces)}
    with tempfile.TemporaryDirectory() as folder, quiet_transformers():
        whole.save_pretrained(folder)
        place = Path(folder) / "tokenizer.json"
        content = json.loads(place.read_text(encoding="utf-8"))
        content["model"]["vocab"] = new
        content["added_tokens"] = [{**token, "id": new[token["content"]]} for token in content["added_tokens"]]
        if content.get("padding"):
            content["padding"]["pad_id"] = new[content["padding"]["pad_token"]]
        content["post_processor"] = _renumbered(content["post_processor"], new)
        place.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        for name in (PIECES, "added_tokens.json"):
            (Path(folder) / name).unlink(missing_ok=True)
        made = type(whole).from_pretrained(folder, local_files_only=True)
    made.name_or_path = whole.name_or_path
    made.init_kwargs.pop("name_or_path", None)
    return cast("transformers.PreTrainedTokenizerBase", made)


def _renumbered(content: object, new: Mapping[str, int]) -> object:
    """A post-processor with new ids for its special tokens, in `[token, id]` and `{ids, tokens}`."""
    if isinstance(content, list):
        if len(content) == 2 and content[0] in new and isinstance(content[1], int):
            return [content[0], new[content[0]]]
        return [_renumbered(value, new) for value in content]
    if isinstance(content, dict):
        changed = {name: _renumbered(value, new) for name, value in content.items()}
        if "ids" in content and "tokens" in content:
            changed["ids"] = [new[token] for token in content["tokens"]]
        return changed
    return content


def _config_of(config: PreTrainedConfig, kept: NDArray[np.int64]) -> PreTrainedConfig:
    """A configuration with the kept pieces only, and new ids for the special tokens that it names."""
    new = {int(number): place for place, number in enumerate(kept)}
    changed = copy.deepcopy(config)
    changed.vocab_size = len(kept)
    for name, value in vars(config).items():
        if name.endswith("_token_id") and isinstance(value, int):
            setattr(changed, name, new.get(value))
    return changed
