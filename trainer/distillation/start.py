"""The student as a distillation starts it, before any update."""

from __future__ import annotations

import torch
from transformers import PreTrainedModel

from corpora import seed_of
from trainer.distillation.settings import RunSettings
from trainer.plugin import registry


def starting_student(recipe: RunSettings, teacher: PreTrainedModel) -> PreTrainedModel:
    """The student with the weights that a run of this recipe starts from; torch's generator stays as it was.

    Raises:
        UnknownName, OptionError: no such student.
        ModelError: the teacher cannot give such a student.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed_of("student", recipe.seed))
        student: PreTrainedModel = registry.make("students", recipe.student).build(teacher)
    return student
