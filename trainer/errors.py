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

from corpora import CorporaError


class TrainerError(CorporaError):
    """Base of them all. The command line prints its message, without a traceback, and exits 1."""


class ModelError(TrainerError):
    """A teacher, a student or a model to evaluate cannot serve."""


class NoLanguageModelHead(ModelError):
    """A model has no trained masked-language-model head, such as a fine-tuned classifier."""


class PickledWeights(ModelError):
    """A model's weights come as a pickle, which may run code when it is read."""


class DamagedWeights(ModelError):
    """A model's weights file is cut short or otherwise not what it says."""


class VocabularyMismatch(ModelError):
    """Two vocabularies that must be one differ."""


class CasingMismatch(ModelError):
    """A tokenizer keeps case where the other one lowers it."""


class TransferError(TrainerError):
    """A dataset cannot be trained on."""


class EmptyDataset(TransferError):
    """A dataset has no rows."""


class IdsBeyondVocabulary(TransferError):
    """A dataset holds token ids that the model has no embedding for, or rows longer than its positions."""


class HeldOutOverlap(TransferError):
    """A held-out dataset shares documents with the dataset that is trained on."""


class RunError(TrainerError):
    """A run cannot start, go on, or end well."""


class OtherRecipe(RunError):
    """The run folder holds a run of another recipe, dataset or number of ranks."""


class RunInUse(RunError):
    """Another process trains in the run folder."""


class NoCheckpoint(RunError):
    """There is nothing to resume from."""


class Diverged(RunError):
    """The loss or a gradient is not a finite number; the last good checkpoint and the batch are kept."""


class OutOfMemory(RunError):
    """A micro-batch does not fit into the device's memory."""


class RankLost(RunError):
    """Another rank of the run died or stopped answering."""


class TaskError(TrainerError):
    """A labelled task's files are missing or cannot be read, or predictions do not fit them."""


class TaskNotFound(TaskError):
    """A folder does not hold a task's files."""


class ProbeError(TrainerError):
    """A probe's input is missing or cannot be read, or a model cannot be probed."""


class ResultDamaged(TrainerError):
    """A stored result is not what was written: edited, or cut short."""
