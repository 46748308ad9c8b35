"""Going on with a run: what it was, and that it is still asked for as it was."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import corpora
from corpora import without_places
from trainer.data import Rows
from trainer.errors import OtherRecipe, RunError
from trainer.recipe import Recipe


def resumed(card: Mapping[str, Any], *, kind: str, dataset: Any, teacher: Any) -> tuple[Any, Any]:
    """The dataset, by its fingerprint, and the teacher of a run that goes on.

    Args:
        dataset: what was asked for now, if anything; a version of it must be the run's.
        teacher: likewise.

    Raises:
        RunError: the card is not one of a training run.
        OtherRecipe: the run is of another kind, or on another dataset or teacher than asked for.
    """
    if lacking := {"kind", "recipe", "dataset"} - card.keys():
        raise RunError(f"the run's run.json lacks {', '.join(sorted(lacking))}; start again with --overwrite")
    if card["kind"] != kind:
        raise OtherRecipe(f"the run is one of trainer {card['kind']}, not of trainer {kind}")
    known = f"{card['dataset']['name']}@{card['dataset']['fingerprint']}"
    taught_by = (card.get("teacher") or {}).get("model")
    if card["dataset"].get("private") and teacher is not None and without_places(str(teacher)) == taught_by:
        taught_by = str(teacher)  # the card has its name only
    if isinstance(dataset, str) and "@" in dataset:
        asked_for = corpora.open(dataset)
        dataset = f"{asked_for.name}@{asked_for.fingerprint}"
    for asked, was, what in ((dataset, known, "dataset"), (teacher, taught_by, "teacher")):
        if isinstance(asked, str | Path) and str(asked) not in (str(was), str(was).partition("@")[0]):
            raise OtherRecipe(
                f"the run's {what} is {was}, not {asked}; leave --{what} out to go on, "
                "or take another --out for a new run"
            )
    return (dataset if isinstance(dataset, Rows) else known), taught_by


def recipe_of(card: Mapping[str, Any], options: Mapping[str, Any]) -> Recipe:
    """The recipe of a run that goes on, with the settings given now, as far as they decide nothing.

    Raises:
        OtherRecipe: one that decides the result differs.
    """
    was = Recipe.from_options(card["recipe"]).options(deciding=True)
    given = {name: value for name, value in options.items() if value is not None}
    recipe = Recipe.from_options({**card["recipe"], **given})
    for name, value in recipe.options(deciding=True).items():
        if value != was[name]:
            raise OtherRecipe(f"the run has {name} = {was[name]}, not {value}; take another --out for a new run")
    return recipe
