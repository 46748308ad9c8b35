"""Every error that trainer raises on purpose.

* corpora.CorporaError
  - TrainerError
    + ModelError
      * NoLanguageModelHead
      * PickledWeights
      * DamagedWeights
      * VocabularyMismatch
      * CasingMismatch
    + TransferError
      * EmptyDataset
      * IdsBeyondVocabulary
      * HeldOutOverlap
    + RunError
      * RunStopped
      * OtherRecipe
      * RunInUse
      * NoCheckpoint
      * Diverged
      * OutOfMemory
      * RankLost
    + TaskError
      * TaskNotFound
    + ProbeError
    + ResultDamaged
"""

from __future__ import annotations

from pathlib import Path
from signal import SIGINT, SIGTERM

from corpora import CorporaError


class TrainerError(CorporaError):
    """Base class of all trainer errors."""


class ModelError(TrainerError):
    """A teacher, student or model to evaluate cannot be used."""


class NoLanguageModelHead(ModelError):
    """A model has no trained masked-language-model head, such as a fine-tuned classifier."""


class PickledWeights(ModelError):
    """A model's weights are stored as a pickle, which can run code when it is read."""


class DamagedWeights(ModelError):
    """A model's weights file is cut short or otherwise damaged."""


class VocabularyMismatch(ModelError):
    """Two vocabularies that must be the same differ."""


class CasingMismatch(ModelError):
    """One tokenizer keeps case and the other converts to lower case."""


class TransferError(TrainerError):
    """A dataset cannot be trained on."""


class EmptyDataset(TransferError):
    """A dataset has no rows."""


class IdsBeyondVocabulary(TransferError):
    """A dataset has token ids without an embedding in the model, or rows longer than its positions."""


class HeldOutOverlap(TransferError):
    """A held-out dataset shares documents with the training dataset."""


class RunError(TrainerError):
    """A run cannot start, continue or finish."""


class RunStopped(RunError):
    """A run stopped because it was asked to. The command line exits with 130 after Ctrl-C, and with 143 after SIGTERM.

    Args:
        message: where it stopped, and the command that continues it.
        signal: the number of the signal; None for a time limit.
    """

    def __init__(self, message: str, signal: int | None = None) -> None:
        super().__init__(message)
        self.signal = signal
        self.exit_code = 128 + signal if signal in (SIGINT, SIGTERM) else 1


class OtherRecipe(RunError):
    """The run in the folder has another recipe, dataset or number of ranks."""


class RunInUse(RunError):
    """Another process is training in the run folder, or may be.

    Args:
        problem: the folder and the process.
        advice: what to do about it.
        lock: the lock file, if this machine cannot tell whether the process still runs.
    """

    def __init__(self, problem: str, advice: str = "", *, lock: Path | None = None) -> None:
        super().__init__("; ".join(filter(None, (problem, advice))))
        self.problem, self.lock = problem, lock


class NoCheckpoint(RunError):
    """There is nothing to resume from."""


class Diverged(RunError):
    """The loss or a gradient is not a finite number; the last good checkpoint and the batch are kept."""


class OutOfMemory(RunError):
    """A micro-batch does not fit in the device's memory."""


class RankLost(RunError):
    """Another rank of the run died or stopped answering."""


class TaskError(TrainerError):
    """A labelled task's files are missing or cannot be read, or predictions do not fit them."""


class TaskNotFound(TaskError):
    """A folder does not have a task's files."""


class ProbeError(TrainerError):
    """A probe's input is missing or cannot be read, or a model cannot be probed."""


class ResultDamaged(TrainerError):
    """A stored result was edited or cut short."""
