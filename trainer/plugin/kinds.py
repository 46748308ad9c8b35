"""What each kind of trainer component must do. START READING HERE; `families.py` has the kind for model families.

A plugin returns classes of these kinds from the hooks in `trainer.plugin.hookspecs`; users choose them by name.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from corpora import Component, PluginError, option

if TYPE_CHECKING:
    from torch import Tensor, nn
    from transformers import PreTrainedModel

    from trainer.plugin.examples import Head, Splits
    from trainer.plugin.probe_records import Findings, Subject


@dataclass(frozen=True)
class Student(Component, ABC):
    """The shape of a student, and its initial weights.

    If a student has an option `vocabulary`, a number of pieces, the teacher's embeddings, decoder and configuration are
    reduced to these pieces before `build` is called, so `build` can ignore the option.
    """

    @abstractmethod
    def build(self, teacher: PreTrainedModel) -> PreTrainedModel:
        """A new masked-language model in float32, on the CPU.

        Random weights come from torch's global generator, which the caller has seeded.

        Args:
            teacher: must not be changed, nor its config.

        Raises:
            ModelError: the teacher does not fit the student.
        """


@dataclass(frozen=True)
class LossInputs:
    """The input of a loss: packed tokens of a whole micro-batch, or of one chunk of its logits."""

    student: Mapping[str, Tensor]
    """The outputs that the loss `needs`, by name: `logits` [tokens, vocabulary], `hidden:K` [tokens, hidden],
    `query:K`, `key:K`, `value:K` [tokens, hidden]; float32 or float64."""
    teacher: Mapping[str, Tensor]
    """The outputs of the teacher that the loss needs; no gradient flows into them."""
    labels: Tensor
    """[tokens], int64: the true id of tokens to predict, -100 for others."""
    offsets: Tensor
    """[sequences + 1], int64: sequence i is tokens[offsets[i]:offsets[i + 1]]. Empty for a `LogitsLoss`, which is
    computed in chunks."""


@dataclass(frozen=True)
class Loss(Component, ABC):
    """A term of the distillation loss: a `LogitsLoss` or a `StateLoss`.

    The engine masks, sums, divides by the number of valid tokens in the whole update, and applies the weight.
    """

    weight: float = option(1.0, "The factor of the term in the total loss.", min=0.0)
    positions: Literal["all", "masked"] = option("all", "Tokens to average over: all, or only those to predict.")

    @property
    @abstractmethod
    def needs(self) -> tuple[str, ...]:
        """The outputs of the student that the loss reads."""

    @property
    @abstractmethod
    def teacher_needs(self) -> tuple[str, ...]:
        """The outputs of the teacher that the loss reads; if no loss reads any, the teacher is never run."""

    @abstractmethod
    def build(self, teacher: PreTrainedModel, student: PreTrainedModel) -> nn.Module:
        """A module whose `forward(inputs: LossInputs)` returns one loss per token: [tokens], unweighted and unmasked.

        A `StateLoss` that is `per_sequence` returns one per sequence: [sequences].

        The module's own weights are trained, saved in checkpoints, and left out of the student.

        Args:
            teacher: in evaluation mode; its weights must not change.
            student: before the first update.
        """


@dataclass(frozen=True)
class LogitsLoss(Loss, ABC):
    """A loss on the word distributions. It is computed in chunks, so a token's loss must not depend on other tokens."""

    reads_teacher: ClassVar[bool] = True
    """Whether the loss reads the teacher's logits."""
    closed_form: ClassVar[bool] = False
    """Whether the module also has `loss_and_gradient(given, gradient) -> loss`.

    It returns the loss [tokens] and writes the gradient of its sum with respect to the student's logits into
    `gradient` [tokens, vocabulary], which saves the backward pass through the logits. It must not keep `gradient`.
    """

    @property
    def needs(self) -> tuple[str, ...]:
        """Only the logits."""
        return ("logits",)

    @property
    def teacher_needs(self) -> tuple[str, ...]:
        """The logits, if the loss reads the teacher."""
        return ("logits",) if self.reads_teacher else ()


@dataclass(frozen=True)
class StateLoss(Loss, ABC):
    """A loss on hidden states or attention projections of whole sequences; autograd computes its gradient."""

    same_width: ClassVar[bool] = False
    """Whether student and teacher must have the same width."""
    per_sequence: ClassVar[bool] = False
    """Whether the module returns one loss per sequence, [sequences], instead of one per token; the loss is then
    averaged over sequences, and `positions` is ignored."""

    @property
    @abstractmethod
    def needs(self) -> tuple[str, ...]:
        """The states of the student that the loss reads: `hidden:K`, `query:K`, `key:K`, `value:K`.

        `hidden:0` is the output of the embeddings, `hidden:K` that of layer K, `hidden:-1` that of the last layer.
        For `query:K`, `key:K` and `value:K`, layers count from 1, or backwards from -1.
        """

    @property
    def teacher_needs(self) -> tuple[str, ...]:
        """The states of the teacher that the loss reads; by default the same as the student's."""
        return self.needs


STATE = re.compile(r"hidden:(0|-?[1-9]\d*)|(query|key|value):-?[1-9]\d*")
"""The states that a `StateLoss` may need."""


def check_loss(loss: Loss) -> None:
    """Check that the engine supports a loss, before any model is loaded.

    Raises:
        PluginError: it is neither a `LogitsLoss` nor a `StateLoss`, or needs outputs that its kind cannot have.
    """
    if isinstance(loss, LogitsLoss):
        wrong = [need for need in (*loss.needs, *loss.teacher_needs) if need != "logits"]
        allowed = "a LogitsLoss may need only 'logits'; write a StateLoss for hidden states"
    elif isinstance(loss, StateLoss):
        wrong = [need for need in (*loss.needs, *loss.teacher_needs) if not STATE.fullmatch(need)]
        allowed = "a StateLoss may need hidden:K, query:K, key:K or value:K; write a LogitsLoss for logits"
        if not loss.needs:
            raise PluginError(f"{loss.name} needs no output of the student, so it cannot train it; {allowed}")
    else:
        raise PluginError(f"{loss.name} is neither a LogitsLoss nor a StateLoss; derive it from one of the two")
    if wrong:
        raise PluginError(f"{loss.name} needs {wrong[0]!r}; {allowed}")


@dataclass(frozen=True)
class Task(Component, ABC):
    """A labelled task: how to read it, the head it needs, and how to score it."""

    benchmark: ClassVar[str] = ""
    """The task's benchmark; `trainer evaluate` accepts its name for all its tasks."""
    printed: ClassVar[str] = ""
    """The name in tables, in the benchmark's own spelling, such as `SST-2`; if empty, `name` is used."""

    @property
    def title(self) -> str:
        """The name in tables."""
        return self.printed or self.name

    @abstractmethod
    def head(self) -> Head:
        """The head that the task needs, and the metrics for its answers."""

    @abstractmethod
    def read(self, data: Path) -> Splits:
        """The labelled examples.

        Args:
            data: the folder of the benchmark, with one folder per task.

        Raises:
            TaskNotFound: the folder does not have this task, or only part of it.
            TaskError: the files cannot be read as this task.
        """


@dataclass(frozen=True)
class Probe(Component, ABC):
    """Measures what a masked-language model knows, without fine-tuning it."""

    compares: ClassVar[bool] = False
    """Whether the probe compares a model with its teacher, and so needs one."""

    @abstractmethod
    def inputs(self, subject: Subject) -> Mapping[str, str]:
        """The inputs by name, each with a hash of its content, by which stored results are found.

        This is called for every model before any is loaded, so check the input completely here.

        Args:
            subject: the model to measure; only its tokenizer may be used.

        Raises:
            ProbeError: the input is missing or cannot be read, or does not fit the model.
        """

    @abstractmethod
    def measure(self, subject: Subject) -> Findings:
        """Measure one model; the result must be the same each time."""


@dataclass
class Run:
    """The view of a run that callbacks get."""

    folder: Path
    card: Mapping[str, Any]
    """The run card, as in `run.json`."""
    kept: dict[str, Any] = field(default_factory=dict)
    """Objects that callbacks keep between calls (a writer, a socket), by the callback's name."""


@dataclass(frozen=True)
class Callback(Component):
    """Watches a run; called on the first rank only. An exception stops the run."""

    def check(self) -> None:
        """Called before anything is loaded; raise if the callback cannot work, for example without a package."""

    def on_start(self, run: Run) -> None:
        """Called before the first update, and again when the run is resumed."""

    def on_step(self, run: Run, record: Mapping[str, Any]) -> None:
        """Called after each logged update.

        Args:
            run: with its folder and card.
            record: the line of `log.jsonl`: update, epoch, losses, tokens, speed. Losses are means per token, in nats
                for the built-in ones.
        """

    def on_checkpoint(self, run: Run, folder: Path) -> None:
        """Called when a checkpoint is complete on disk.

        Args:
            run: with its folder and card.
            folder: of the checkpoint.
        """

    def on_end(self, run: Run, outcome: Mapping[str, Any]) -> None:
        """Called at the end of the run.

        Args:
            run: with its folder and card.
            outcome: the final run card; its `status` is `finished` or `stopped`.
        """
