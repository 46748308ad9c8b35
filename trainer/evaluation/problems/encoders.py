"""A model folder as a model with a task's head, checked against its own tokenizer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpora import sha256_file, sha256_of
from trainer.errors import CasingMismatch, ModelError, VocabularyMismatch
from trainer.evaluation.problems.features import check_special_tokens
from trainer.models import weight_shapes

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from trainer.evaluation.problems.heads import Problem

WEIGHTS = ("model*.safetensors", "config.json")
TOKENIZER = (
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "special_tokens_map.json",
)


@dataclass(frozen=True)
class Encoder:
    """A model with a head, its tokenizer, and where they are."""

    folder: Path
    model: Any
    tokenizer: PreTrainedTokenizerBase
    device: str

    @property
    def pad_id(self) -> int:
        """The id that fills rows up."""
        return int(self.tokenizer.pad_token_id or 0)

    @property
    def vocabulary(self) -> dict[str, int]:
        """Every piece and its id."""
        return self.tokenizer.get_vocab()


def load_encoder(folder: Path, problem: Problem, *, device: str = "cpu", trained_head: bool = False) -> Encoder:
    """A model with a head for this problem; weights of the head that the folder lacks are drawn at random.

    Args:
        trained_head: the folder must hold the head's weights too.

    Raises:
        ModelError: the folder is no model, lacks a tokenizer, or lacks weights of the body.
        PickledWeights, DamagedWeights: its weights cannot be read.
        VocabularyMismatch, CasingMismatch: the tokenizer is not the model's.
    """
    import torch
    import transformers

    tokenizer = load_tokenizer(folder)
    weight_shapes(folder)
    loader = getattr(transformers, problem.model_class)
    classes = dict(enumerate(problem.head.classes)) or {number: str(number) for number in range(problem.outputs)}
    numbers = {name: number for number, name in classes.items()}
    with quiet_transformers():
        try:
            model, told = loader.from_pretrained(
                str(folder), id2label=classes, label2id=numbers, dtype=torch.float32, output_loading_info=True,
                use_safetensors=True, local_files_only=True, trust_remote_code=False,
                ignore_mismatched_sizes=not trained_head,
            )  # fmt: skip
        except (OSError, ValueError, RuntimeError) as error:
            raise ModelError(f"{folder} gives no model for this task: {str(error).splitlines()[0]}") from error
    lacking = [name for name in told["missing_keys"] if trained_head or not _of_head(name, model)]
    if lacking:
        what = "the head of this task; fine-tune it first" if trained_head else "weights of the body"
        raise ModelError(f"{folder} lacks {what} ({len(lacking)} tensors, such as {sorted(lacking)[0]})")
    check_tokenizer(tokenizer, model, folder)
    return Encoder(folder, model.to(device), tokenizer, device)


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """The tokenizer of a model folder.

    Raises:
        ModelError: the folder is missing or is no model, or holds no (fast) tokenizer.
    """
    import transformers

    if not (folder / "config.json").is_file():
        raise ModelError(f"{folder} is no model folder: it has no config.json")
    if not any((folder / name).is_file() for name in ("tokenizer.json", "vocab.txt", "vocab.json")):
        raise ModelError(f"{folder} has no tokenizer; put the tokenizer.json that the model was trained with there")
    with quiet_transformers():
        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(str(folder), local_files_only=True, use_fast=True)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise ModelError(f"the tokenizer of {folder} cannot be read: {str(error).splitlines()[0]}") from error
    if not tokenizer.is_fast:
        raise ModelError(f"the tokenizer of {folder} is a slow one; save its tokenizer.json beside the weights")
    return tokenizer


def check_tokenizer(tokenizer: PreTrainedTokenizerBase, model: Any, folder: Path) -> None:
    """See that a tokenizer is the model's.

    Raises:
        VocabularyMismatch: it has ids that the model has no embedding for.
        CasingMismatch: it keeps case where the vocabulary has lower case only, or the other way round.
        ModelError: it adds no special tokens.
    """
    largest, rows = max(tokenizer.get_vocab().values()), model.get_input_embeddings().weight.shape[0]
    if largest >= rows:
        raise VocabularyMismatch(
            f"{folder}: the tokenizer has ids up to {largest}, the model has {rows} embeddings; "
            "this tokenizer belongs to another model"
        )
    check_special_tokens(tokenizer)
    lowers, cased = lower_cases(tokenizer), vocabulary_is_cased(tokenizer)
    if cased == lowers:
        says = "lower-cases its input" if lowers else "keeps case"
        holds = "a cased vocabulary" if cased else "a vocabulary without upper case"
        raise CasingMismatch(
            f"{folder}: the tokenizer {says}, and the model has {holds}; scores would be wrong by many points. "
            "Set do_lower_case in tokenizer_config.json, or take the tokenizer that the model was trained with"
        )


def lower_cases(tokenizer: PreTrainedTokenizerBase) -> bool:
    """Whether the tokenizer lower-cases its input."""
    normalizer = tokenizer.backend_tokenizer.normalizer
    return normalizer is not None and "A" not in normalizer.normalize_str("A")


def vocabulary_is_cased(tokenizer: PreTrainedTokenizerBase) -> bool:
    """Whether the vocabulary has pieces with upper-case letters beside its special ones."""
    pieces = set(tokenizer.get_vocab()) - set(tokenizer.all_special_tokens)
    pieces = {piece for piece in pieces if not (piece[0] in "[<" and piece[-1] in "]>" and len(piece) > 2)}
    if any(piece.startswith("Ġ") for piece in pieces):  # byte-level: every byte has a piece, and Ġ is a space
        return any(len(piece) > 1 and any("A" <= c <= "Z" for c in piece) for piece in pieces)
    return any(piece != piece.lower() for piece in pieces)


def model_fingerprint(folder: Path) -> dict[str, str]:
    """What identifies a model by content: the sha256 of its weights with their config, and of its tokenizer."""
    return {"weights": _content(folder, WEIGHTS), "tokenizer": _content(folder, TOKENIZER)}


def _content(folder: Path, patterns: tuple[str, ...]) -> str:
    files = sorted({path for pattern in patterns for path in folder.glob(pattern)})
    return sha256_of([[path.name, sha256_file(path)] for path in files])


def _of_head(name: str, model: Any) -> bool:
    """Whether a weight lies outside the body (or is a pooler, which masked-language models do not have)."""
    return not name.startswith(model.base_model_prefix + ".") or ".pooler." in name


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Keep transformers from printing progress bars and notes on freshly drawn heads, which are meant."""
    from transformers.utils import logging

    told: Any = logging
    level, bars = told.get_verbosity(), told.is_progress_bar_enabled()
    told.set_verbosity_error()
    told.disable_progress_bar()
    try:
        yield
    finally:
        told.set_verbosity(level)
        if bars:
            told.enable_progress_bar()
