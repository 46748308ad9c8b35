"""Distil BERT on any registered dataset, evaluate what came of it, and run whole studies."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from trainer.errors import (
    CasingMismatch,
    DamagedWeights,
    Diverged,
    EmptyDataset,
    HeldOutOverlap,
    IdsBeyondVocabulary,
    ModelError,
    NoCheckpoint,
    NoLanguageModelHead,
    OtherRecipe,
    OutOfMemory,
    PickledWeights,
    RankLost,
    ResultDamaged,
    RunError,
    TaskError,
    TaskNotFound,
    TrainerError,
    TransferError,
    VocabularyMismatch,
)
from trainer.hookspecs import hookimpl

if TYPE_CHECKING:
    from trainer.distilling import Outcome, distill
    from trainer.evaluating import Evaluation, evaluate
    from trainer.examples import Examples, Head, Layout, Splits, read_examples
    from trainer.forecasting import Forecast, forecast
    from trainer.keeping import keep_finetuned
    from trainer.kinds import Callback, Given, Loss, Run, Student, Task
    from trainer.measuring import Measurements, measure
    from trainer.models import Inspection, inspect_model
    from trainer.pretraining import Shape, pretrain
    from trainer.recipe import Recipe
    from trainer.reporting import report
    from trainer.score import glue_score, score_squad
    from trainer.starting import chosen_layers, start_from
    from trainer.studying import report_study, run_study

LAZY = {
    "trainer.distilling": ["Outcome", "distill"],
    "trainer.evaluating": ["Evaluation", "evaluate"],
    "trainer.examples": ["Examples", "Head", "Layout", "Splits", "read_examples"],
    "trainer.forecasting": ["Forecast", "forecast"],
    "trainer.keeping": ["keep_finetuned"],
    "trainer.kinds": ["Callback", "Given", "Loss", "Run", "Student", "Task"],
    "trainer.measuring": ["Measurements", "measure"],
    "trainer.models": ["Inspection", "inspect_model"],
    "trainer.pretraining": ["Shape", "pretrain"],
    "trainer.recipe": ["Recipe"],
    "trainer.reporting": ["report"],
    "trainer.score": ["glue_score", "score_squad"],
    "trainer.starting": ["chosen_layers", "start_from"],
    "trainer.studying": ["report_study", "run_study"],
}
"""Public names that cost an import: where each is found when it is first used."""

_HOME = {name: module for module, names in LAZY.items() for name in names}

__all__ = [
    "Callback", "CasingMismatch", "DamagedWeights", "Diverged", "EmptyDataset", "Evaluation", "Examples", "Forecast",
    "Given", "Head", "HeldOutOverlap", "IdsBeyondVocabulary", "Inspection", "Layout", "Loss", "Measurements",
    "ModelError", "NoCheckpoint", "NoLanguageModelHead", "OtherRecipe", "OutOfMemory", "Outcome", "PickledWeights",
    "RankLost", "Recipe", "ResultDamaged", "Run", "RunError", "Shape", "Splits", "Student", "Task", "TaskError",
    "TaskNotFound", "TrainerError", "TransferError", "VocabularyMismatch", "chosen_layers", "distill", "evaluate",
    "forecast", "glue_score", "hookimpl", "inspect_model", "keep_finetuned", "measure", "pretrain", "read_examples",
    "report", "report_study", "run_study", "score_squad", "start_from",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'trainer' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value
