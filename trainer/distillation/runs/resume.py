"""Going on with a run: what it was, and that it is still asked for as it was."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import corpora
from trainer.data import Rows
from trainer.distillation.settings import RunSettings
from trainer.errors import OtherRecipe, RunError
from trainer.models import model_fingerprint, model_folder


def resumed(card: Mapping[str, Any], *, kind: str, dataset: Any, teacher: Any, preset: str | None) -> tuple[Any, Any]:
    """The dataset, by its fingerprint, and the teacher of a run that goes on.

    Args:
        dataset: what was asked for now, if anything; a version of it must be the run's, or be the sentences that
            the run's was tokenized from.
        teacher: likewise; the same by its content, wherever it lies now.
        preset: likewise.

    Raises:
        RunError: the card is not one of a training run.
        OtherRecipe: the run is of another kind, or on another dataset, teacher or preset than asked for.
    """
    if lacking := {"kind", "preset", "recipe", "dataset"} - card.keys():
        raise RunError(f"the run's run.json lacks {', '.join(sorted(lacking))}; start again with --overwrite")
    if card["kind"] != kind:
        raise OtherRecipe(f"the run is one of trainer {card['kind']}, not of trainer {kind}")
    if preset is not None and Path(preset).name != Path(card["preset"]).name:  # a private card has no folder
        raise _other("preset", card["preset"], preset)
    known = f"{card['dataset']['name']}@{card['dataset']['fingerprint']}"
    if isinstance(dataset, Rows):
        return dataset, _teacher(card, teacher)
    if dataset is not None and not _is_dataset(card["dataset"], dataset):
        raise _other("dataset", known, dataset if isinstance(dataset, str) else dataset.reference)
    return known, _teacher(card, teacher)


def _is_dataset(was: Mapping[str, Any], asked: str | corpora.Dataset) -> bool:
    """Whether a dataset, or one version of it, is the run's, or the sentences that this was tokenized from."""
    lineage = was.get("lineage") or {}
    tokenized = lineage.get("made_by", {}).get("action") == "tokenize"
    sentences = lineage["parents"] if tokenized else []
    if isinstance(asked, str) and "@" not in asked:
        return asked in (was["name"], *(parent.partition("@")[0] for parent in sentences))
    opened = corpora.open(asked) if isinstance(asked, str) else asked
    return (opened.name, opened.fingerprint) == (was["name"], was["fingerprint"]) or opened.reference in sentences


def _teacher(card: Mapping[str, Any], asked: Any) -> Any:
    """The run's teacher, where it is found now; None for a run without one."""
    was = card.get("teacher")
    if was is None:
        return None
    if asked is None and card["dataset"].get("private"):
        raise OtherRecipe("the card of a private run keeps no path: give --teacher")
    if asked is None or (not Path(asked).exists() and str(asked) in (was["model"], was["model"].partition("@")[0])):
        return was["model"]
    if Path(asked).exists() and model_fingerprint(model_folder(asked))["weights"] == was["weights"]:
        return asked
    raise _other("teacher", f"{was['model']} (weights {was['weights'][:12]})", asked)


def _other(what: str, was: str, asked: Any) -> OtherRecipe:
    return OtherRecipe(
        f"the run's {what} is {was}, not {asked}; leave --{what} out to go on, or take another --out for a new run"
    )


def recipe_of(card: Mapping[str, Any], options: Mapping[str, Any]) -> RunSettings:
    """The recipe of a run that goes on, with the settings given now, as far as they decide nothing.

    Raises:
        OtherRecipe: one that decides the result differs.
    """
    was = RunSettings.from_options(card["recipe"]).options(deciding=True)
    given = {name: value for name, value in options.items() if value is not None}
    recipe = RunSettings.from_options({**card["recipe"], **given})
    for name, value in recipe.options(deciding=True).items():
        if value != was[name]:
            raise OtherRecipe(f"the run has {name} = {was[name]}, not {value}; take another --out for a new run")
    return recipe
