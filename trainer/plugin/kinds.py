"""What each kind of trainer component must do. START READING HERE; `families.py` has the one for families of models.

A plugin offers classes of these kinds through the hooks of `trainer.plugin.hookspecs`; users choose them by name.
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
    """The shape of a student, and what it starts from.

    A student with an option `vocabulary`, a number of pieces, is built from a teacher whose embeddings, decoder and
    configuration are cut to that many pieces, so `build` need not know of it.
    """

    @abstractmethod
    def build(self, teacher: PreTrainedModel) -> PreTrainedModel:
        """A new masked-language model in float32, on the CPU.

        Random weights come from torch's global generator, which the caller has seeded. The teacher, its
        config included, stays as it is.

        Raises:
            ModelError: the teacher cannot give such a student.
        """


@dataclass(frozen=True)
class Given:
    """What a loss sees of one stretch of packed tokens: of all of a micro-batch, or of one chunk of its logits."""

    student: Mapping[str, Tensor]
    """What the loss `needs`, by name: `logits` [tokens, vocabulary], `hidden:K` [tokens, hidden], `query:K`,
    `key:K`, `value:K` [tokens, hidden]; float32 or float64."""
    teacher: Mapping[str, Tensor]
    """The same of the teacher; no gradient flows into it."""
    labels: Tensor
    """[tokens], int64: the true id where a token was picked for prediction, -100 elsewhere."""
    offsets: Tensor
    """[sequences + 1], int64: sequence i is tokens[offsets[i]:offsets[i + 1]]. Empty for a `LogitsLoss`, which sees
    chunks."""


@dataclass(frozen=True)
class Loss(Component, ABC):
    """A term of the distillation loss: a `LogitsLoss` or a `StateLoss`.

    The engine alone masks, sums, divides by the number of valid tokens of the whole update, and weights.
    """

    weight: float = option(1.0, "What the term is multiplied by.", min=0.0)
    positions: Literal["all", "masked"] = option("all", "Tokens it is averaged over: all, or those to be predicted.")

    @property
    @abstractmethod
    def needs(self) -> tuple[str, ...]:
        """The outputs of the student that it reads."""

    @property
    @abstractmethod
    def teacher_needs(self) -> tuple[str, ...]:
        """The outputs of the teacher that it reads; if no loss reads any, the teacher never runs."""

    @abstractmethod
    def build(self, teacher: PreTrainedModel, student: PreTrainedModel) -> nn.Module:
        """A module whose `forward(given: Given)` returns one loss per token: [tokens], unweighted and unmasked.

        A `StateLoss` that is `per_sequence` returns one per sequence: [sequences].

        The module's own weights are trained, saved in checkpoints, and left out of the student.

        Args:
            teacher: in evaluation mode; its weights must not change.
            student: before the first update.
        """


@dataclass(frozen=True)
class LogitsLoss(Loss, ABC):
    """A loss on the word distributions. It sees chunks of tokens, so one token's loss may not depend on another's."""

    reads_teacher: ClassVar[bool] = True
    """Whether it reads the teacher's logits."""
    closed_form: ClassVar[bool] = False
    """Whether the module also has `loss_and_gradient(given, gradient) -> loss`.

    It returns the loss [tokens] and writes the gradient of the loss's sum with respect to the student's logits into
    `gradient` [tokens, vocabulary], which saves the backward pass through the logits. It must not keep `gradient`.
    """

    @property
    def needs(self) -> tuple[str, ...]:
        """The logits, and nothing else."""
        return ("logits",)

    @property
    def teacher_needs(self) -> tuple[str, ...]:
        """The logits, if it reads the teacher."""
        return ("logits",) if self.reads_teacher else ()


@dataclass(frozen=True)
class StateLoss(Loss, ABC):
    """A loss on hidden states or attention projections. It sees whole sequences; autograd finds its gradient."""

    same_width: ClassVar[bool] = False
    """Whether it needs a student as wide as the teacher."""
    per_sequence: ClassVar[bool] = False
    """Whether its module returns one loss per sequence, [sequences], instead of one per token; it is then averaged
    over sequences, and `positions` does not apply."""

    @property
    @abstractmethod
    def needs(self) -> tuple[str, ...]:
        """The states of the student that it reads: `hidden:K`, `query:K`, `key:K`, `value:K`.

        `hidden:0` is the output of the embeddings, `hidden:K` that of layer K, `hidden:-1` that of the last layer.
        `query:K`, `key:K` and `value:K` are those of layer K, counted from 1, or backwards from -1.
        """

    @property
    def teacher_needs(self) -> tuple[str, ...]:
        """The states of the teacher that it reads; by default the same as of the student."""
        return self.needs


STATE = re.compile(r"hidden:(0|-?[1-9]\d*)|(query|key|value):-?[1-9]\d*")
"""What a `StateLoss` may need."""


def check_loss(loss: Loss) -> None:
    """Check that the engine can serve a loss, before any model is loaded.

    Raises:
        PluginError: it is neither a `LogitsLoss` nor a `StateLoss`, or needs something its kind cannot have.
    """
    if isinstance(loss, LogitsLoss):
        wrong = [need for need in (*loss.needs, *loss.teacher_needs) if need != "logits"]
        allowed = "a LogitsLoss may need only 'logits'; write a StateLoss for hidden states"
    elif isinstance(loss, StateLoss):
        wrong = [need for need in (*loss.needs, *loss.teacher_needs) if not STATE.fullmatch(need)]
        allowed = "a StateLoss may need hidden:K, query:K, key:K or value:K; write a LogitsLoss for logits"
        if not loss.needs:
            raise PluginError(f"{loss.name} needs nothing of the student, so it cannot train it; {allowed}")
    else:
        raise PluginError(f"{loss.name} is neither a LogitsLoss nor a StateLoss; derive it from one of the two")
    if wrong:
        raise PluginError(f"{loss.name} needs {wrong[0]!r}; {allowed}")


@dataclass(frozen=True)
class Task(Component, ABC):
    """A labelled task: how it is read, which head it needs, how it is scored."""

    benchmark: ClassVar[str] = ""
    """The benchmark that it belongs to, which `trainer evaluate` takes as a name for all of its tasks."""
    printed: ClassVar[str] = ""
    """What tables call it: the benchmark's own spelling, such as `SST-2`; empty for its name."""

    @property
    def title(self) -> str:
        """What tables call it."""
        return self.printed or self.name

    @abstractmethod
    def head(self) -> Head:
        """The head that it needs, and the metrics that answers are scored by."""

    @abstractmethod
    def read(self, data: Path) -> Splits:
        """Its labelled examples.

        Args:
            data: the folder that holds the benchmark, one folder per task.

        Raises:
            TaskNotFound: the folder does not hold this task, or not all of it.
            TaskError: its files cannot be read as this task.
        """


@dataclass(frozen=True)
class Probe(Component, ABC):
    """Measures what a masked-language model knows, without fine-tuning it."""

    compares: ClassVar[bool] = False
    """Whether it compares a model with its teacher, and so needs one."""

    @abstractmethod
    def inputs(self, subject: Subject) -> Mapping[str, str]:
        """What it reads, each with its content's hash; a stored result is found again by it.

        Called for every model before any is loaded, so everything that can be wrong with the input is raised here.

        Raises:
            ProbeError: the input is missing or cannot be read, or does not suit the model.
        """

    @abstractmethod
    def measure(self, subject: Subject) -> Findings:
        """What it finds out about one model; the same each time."""


@dataclass
class Run:
    """What callbacks see of a run."""

    folder: Path
    card: Mapping[str, Any]
    """The run card, as in `run.json`."""
    kept: dict[str, Any] = field(default_factory=dict)
    """What a callback keeps for its next call (a writer, a socket), under its own name."""


@dataclass(frozen=True)
class Callback(Component):
    """Watches a run; called on the first rank only. What it raises stops the run."""

    def check(self) -> None:
        """Before anything is loaded; raises if it cannot watch a run here, as without a package that it needs."""

    def on_start(self, run: Run) -> None:
        """Before the first update, and again after a resume."""

    def on_step(self, run: Run, record: Mapping[str, Any]) -> None:
        """After each logged update, with what goes into `log.jsonl`: update, epoch, losses, tokens, speed.

        Args:
            run: the run, its folder and its card.
            record: the line as it is written; losses are means per token, in nats for the built-in ones.
        """

    def on_checkpoint(self, run: Run, folder: Path) -> None:
        """After a checkpoint is complete on disk.

        Args:
            run: the run, its folder and its card.
            folder: of the checkpoint.
        """

    def on_end(self, run: Run, outcome: Mapping[str, Any]) -> None:
        """At the end of the run: `outcome["status"]` is finished, stopped or failed.

        Args:
            run: the run, its folder and its card.
            outcome: the run card as it is left in `run.json`.
        """
