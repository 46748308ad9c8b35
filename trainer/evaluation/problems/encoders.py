"""A model folder as a model with a task's head, checked against its own tokenizer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.errors import ModelError
from trainer.models import (
    LOADING_ERRORS,
    check_tokenizer,
    load_tokenizer,
    loading_error,
    look_at_encoder,
    quiet_transformers,
)

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from trainer.evaluation.problems.heads import Problem


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
        ModelError: the folder is not a model, lacks a tokenizer, or lacks weights of the body.
        PickledWeights, DamagedWeights: its weights cannot be read.
        VocabularyMismatch, CasingMismatch: the tokenizer is not the model's.
    """
    import torch
    import transformers

    look_at_encoder(folder)
    tokenizer = load_tokenizer(folder)
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
        except LOADING_ERRORS as error:
            raise ModelError(loading_error(folder, "a model for this task", error)) from error
    unfit = [name for name, *_ in told["mismatched_keys"]]
    lacking = [name for name in (*told["missing_keys"], *unfit) if trained_head or not _of_head(name, model)]
    if lacking:
        what = "the head of this task; fine-tune it first" if trained_head else "weights of the body"
        raise ModelError(f"{folder} lacks {what} ({len(lacking)} tensors, such as {sorted(lacking)[0]})")
    check_tokenizer(tokenizer, model, folder)
    return Encoder(folder, model.to(device), tokenizer, device)


def _of_head(name: str, model: Any) -> bool:
    """Whether a weight lies outside the body (or is a pooler, which masked-language models do not have)."""
    return not name.startswith(model.base_model_prefix + ".") or ".pooler." in name
