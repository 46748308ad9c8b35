"""The hooks that a trainer plugin may implement. Each returns component classes, which users choose by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from trainer.plugin.families import Family
    from trainer.plugin.kinds import Callback, Loss, Probe, Student, Task

NAMESPACE = "trainer"
hookspec = pluggy.HookspecMarker(NAMESPACE)
hookimpl = pluggy.HookimplMarker(NAMESPACE)


@hookspec
def trainer_students() -> Iterable[type[Student]]:  # type: ignore[empty-body]
    """Offer shapes of students to `trainer distill --student NAME`."""


@hookspec
def trainer_families() -> Iterable[type[Family]]:  # type: ignore[empty-body]
    """Offer families of models, found by the `model_type` of a teacher's or student's `config.json`."""


@hookspec
def trainer_losses() -> Iterable[type[Loss]]:  # type: ignore[empty-body]
    """Offer terms of the distillation loss to `trainer distill --loss NAME`."""


@hookspec
def trainer_tasks() -> Iterable[type[Task]]:  # type: ignore[empty-body]
    """Offer labelled tasks to `trainer evaluate`."""


@hookspec
def trainer_probes() -> Iterable[type[Probe]]:  # type: ignore[empty-body]
    """Offer measurements without fine-tuning to `trainer probe --probe NAME`."""


@hookspec
def trainer_callbacks() -> Iterable[type[Callback]]:  # type: ignore[empty-body]
    """Offer callbacks to `trainer distill --callback NAME`."""
