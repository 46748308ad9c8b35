"""Resume a run: find what it trained on, and check that the request matches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import corpora
from trainer.data import Rows
from trainer.distillation.runs.plugins import check_plugins
from trainer.distillation.runs.run_card import DatasetEntry, RunCard, TeacherEntry
from trainer.distillation.settings import RunSettings, resolve
from trainer.errors import OtherRecipe
from trainer.models import model_fingerprint, model_folder

Source = str | Rows | corpora.Dataset
"""A dataset to train on: the reference of a registered one, an opened one, or its rows."""


@dataclass(frozen=True)
class Resumed:
    """The dataset and teachers of a run that is resumed."""

    dataset: Source
    teachers: list[str | Path]


def resumed(
    card: RunCard,
    *,
    kind: str,
    dataset: Source | None,
    teachers: Sequence[str | Path] = (),
    preset: str | None = None,
) -> Resumed:
    """The dataset, by its fingerprint, and the teachers of a run that is resumed.

    Args:
        card: of the run.
        kind: the command, `distill` or `pretrain`.
        dataset: the dataset given now, or None; it must be the run's, or the sentences that the run's was tokenized
            from.
        teachers: the teachers given now, if any; they must have the same content, wherever they are.
        preset: the preset given now, or None; it must be the run's.

    Raises:
        OtherRecipe: the run is of another kind, or has another dataset, teacher or preset; or one of its plugins is
            missing or has changed.
    """
    if card.kind != kind:
        raise OtherRecipe(f"this is a run of trainer {card.kind}, not of trainer {kind}")
    if preset is not None:
        if Path(preset).name != Path(card.preset).name:  # a private card has no folder
            raise _other("preset", card.preset, preset)
        resolve(preset, {})  # loads its plugins
    check_plugins(card)
    known = f"{card.dataset.name}@{card.dataset.fingerprint}"
    if dataset is not None and not isinstance(dataset, Rows):
        if not _is_dataset(card.dataset, dataset):
            raise _other("dataset", known, dataset if isinstance(dataset, str) else dataset.reference)
        dataset = known
    return Resumed(known if dataset is None else dataset, _teachers(card, teachers))


def _is_dataset(was: DatasetEntry, asked: str | corpora.Dataset) -> bool:
    """Whether a dataset or version is the run's, or the sentences that the run's was tokenized from."""
    lineage = was.lineage
    if isinstance(asked, str) and "@" not in asked:
        parents = lineage.parents if lineage else []
        named = [reference for reference in parents if reference.partition("@")[0] == asked]
        return asked == was.name or any(lineage and lineage.is_made_from(reference) for reference in named)
    opened = corpora.open(asked) if isinstance(asked, str) else asked
    itself = (opened.name, opened.fingerprint) == (was.name, was.fingerprint)
    return itself or (lineage is not None and lineage.is_made_from(opened.reference))


def _teachers(card: RunCard, asked: Sequence[str | Path]) -> list[str | Path]:
    """The run's teachers, at their present locations; empty for pre-training."""
    were = card.all_teachers
    if not asked:
        if were and card.dataset.private:
            raise OtherRecipe("the card of a private run does not record the teacher's path; give --teacher")
        return [was.model for was in were]
    if len(asked) != len(were):
        raise _other("number of teachers", str(len(were)), str(len(asked)), option="teacher")
    return [_teacher(was, now) for was, now in zip(were, asked, strict=True)]


def _teacher(was: TeacherEntry, asked: str | Path) -> str | Path:
    if not Path(asked).exists() and str(asked) in (was.model, was.model.partition("@")[0]):
        return was.model
    if Path(asked).exists() and model_fingerprint(model_folder(asked))["weights"] == was.weights:
        return asked
    raise _other("teacher", f"{was.model} (weights {was.weights[:12]})", str(asked))


def _other(what: str, was: str, asked: str, *, option: str = "") -> OtherRecipe:
    return OtherRecipe(
        f"the run's {what} is {was}, not {asked}; "
        f"leave out --{option or what} to resume it, or start a new run with another --out"
    )


def recipe_of(card: RunCard, options: Mapping[str, object]) -> RunSettings:
    """The recipe of a resumed run, with the new values of settings that do not affect the result.

    Args:
        card: of the run that is resumed.
        options: settings given now, by name on the command line.

    Raises:
        OtherRecipe: a setting that affects the result differs.
    """
    was = RunSettings.from_options(card.recipe).options(deciding=True)
    given = {name: value for name, value in options.items() if value is not None}
    recipe = RunSettings.from_options({**card.recipe, **given})
    now = recipe.options(deciding=True)
    for name in sorted({*was, *now}):
        if was.get(name) != now.get(name):
            raise OtherRecipe(
                f"the run has {name} = {was.get(name)}, not {now.get(name)}; start a new run with another --out"
            )
    return recipe
