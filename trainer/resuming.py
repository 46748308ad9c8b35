"""Going on with a run: what it was, and that it is still asked for as it was."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trainer.data import Rows
from trainer.errors import OtherRecipe
from trainer.recipe import Recipe, resolve


def resumed(card: Mapping[str, Any], *, kind: str, dataset: Any, teacher: Any) -> tuple[Any, Any, Recipe]:
    """The dataset, by its fingerprint, the teacher and the recipe of a run that goes on.

    Raises:
        OtherRecipe: the run is of another kind, or on another dataset or teacher than asked for.
    """
    if card["kind"] != kind:
        raise OtherRecipe(f"the run is one of trainer {card['kind']}, not of trainer {kind}")
    own = card["dataset"]["name"], (card.get("teacher") or {}).get("model")
    for asked, was, what in ((dataset, own[0], "dataset"), (teacher, own[1], "teacher")):
        if isinstance(asked, str | Path) and str(asked).partition("@")[0] != str(was).partition("@")[0]:
            raise OtherRecipe(f"the run's {what} is {was}, not {asked}; take another --out for a new run")
    known = f"{own[0]}@{card['dataset']['fingerprint']}"
    return (dataset if isinstance(dataset, Rows) else known), own[1], Recipe.from_options(card["recipe"])


def check_same(card: Mapping[str, Any], options: Mapping[str, Any]) -> None:
    """See that the settings given on a resume are those of the run.

    Raises:
        OtherRecipe: one that decides the result differs.
    """
    was = Recipe.from_options(card["recipe"]).options(deciding=True)
    recipe = resolve(card["preset"], {**card["recipe"], **options})
    for name, value in recipe.options(deciding=True).items():
        if value != was[name]:
            raise OtherRecipe(f"the run has {name} = {was[name]}, not {value}; take another --out for a new run")
