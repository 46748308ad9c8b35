"""Load a model folder with a task's head, and check it against its tokenizer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from corpora.errors import counted
from trainer.errors import ModelError
from trainer.evaluation.problems.features import Reader
from trainer.models import (
    LOADING_ERRORS,
    check_finite,
    check_tokenizer,
    load_tokenizer,
    loading_error,
    quiet_transformers,
    read_config,
    read_encoder_files,
    use_onednn,
)

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from trainer.evaluation.problems.heads import Problem


@dataclass(frozen=True)
class Encoder:
    """A model with a head, its tokenizer, its folder and its device."""

    folder: Path
    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    device: str

    @property
    def pad_id(self) -> int:
        """The padding id; 0 if the tokenizer has none."""
        return int(self.tokenizer.pad_token_id or 0)

    @cached_property
    def reader(self) -> Reader:
        """The model's reader of texts."""
        return Reader.of(self.tokenizer, self.model.config)

    def run(self, batch: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """The model's output for a batch.

        Args:
            batch: [batch, length] tensors by name; `token_type_ids` are left out if the model does not use them.
        """
        taken = {name: values for name, values in batch.items() if name != "token_type_ids" or self.reader.types}
        output: Mapping[str, Tensor] = self.model(**taken)
        return output

    @property
    def vocabulary(self) -> dict[str, int]:
        """All pieces with their ids."""
        return self.tokenizer.get_vocab()


def load_encoder(folder: Path, problem: Problem, *, device: str = "cpu", trained_head: bool = False) -> Encoder:
    """A model with a head for a problem; head weights that are not in the folder are initialised at random.

    Args:
        folder: of the model.
        problem: decides the head's class and its outputs.
        device: such as `cpu` or `cuda`.
        trained_head: whether the folder must have the head's weights too.

    Raises:
        ModelError: the folder is not a model, lacks weights of the body, or has no tokenizer or one that cannot pad.
        PickledWeights, DamagedWeights: its weights cannot be read, or are not finite.
        VocabularyMismatch, CasingMismatch: the tokenizer is not the model's.
    """
    import torch
    import transformers

    read_config(folder)
    tokenizer = load_tokenizer(folder)
    _check_marks(tokenizer, folder)
    read_encoder_files(folder)
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
        raise ModelError(f"{folder} lacks {what} ({counted(len(lacking), 'tensor')}, such as {sorted(lacking)[0]})")
    check_finite(model, folder)
    check_tokenizer(tokenizer, model, folder)
    use_onednn(model)
    return Encoder(folder, model.to(device), tokenizer, device)


def _check_marks(tokenizer: PreTrainedTokenizerBase, folder: Path) -> None:
    """Check that the tokenizer can pad, and marks the beginning of a text.

    Raises:
        ModelError: it does not.
    """
    marks = {"padding token": tokenizer.pad_token_id, "[CLS] token": tokenizer.cls_token_id}
    lacking = [name for name, number in marks.items() if number is None]
    if lacking:
        raise ModelError(
            f"{folder}: the tokenizer has no {' and no '.join(lacking)}, as with GPT-2 and other decoders; fine-tuning "
            "needs an encoder such as BERT, RoBERTa or DistilBERT, with the tokenizer it was trained with"
        )


def _of_head(name: str, model: PreTrainedModel) -> bool:
    """Whether a weight is outside the body, or in a pooler, which masked-language models do not have."""
    return not name.startswith(model.base_model_prefix + ".") or ".pooler." in name
