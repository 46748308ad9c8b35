"""Check that each dataset that a recipe names exists or is built by it, before hours of work."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from corpora import DatasetNotFound, Recipe, RecipeError, default_store
from corpora.errors import unknown_name
from trainer.experiments.study.grid import Study


def check_names(path: Path, recipe: Recipe, names: Iterable[str | None]) -> None:
    """Check that the recipe or the store has each dataset, before anything is built.

    Args:
        path: the recipe file, for the message.
        recipe: the datasets that it builds.
        names: as the recipe writes them; None and datasets outside the store (`parquet:…`) are skipped.

    Raises:
        RecipeError: one is in neither; the message lists close matches.
    """
    made, store = recipe.datasets, default_store()
    for name in names:
        if not name or ":" in name or name in made:
            continue
        try:
            store.find(name)
        except DatasetNotFound as error:
            if name.partition("@")[0] in made:
                continue
            known = {*made, *(dataset.name for dataset in store.all())}
            raise RecipeError(f"{path}: {unknown_name('dataset', name, known)}") from error


def check_study_names(study: Study) -> None:
    """Check every dataset that a study names: transfer, pre-training and held-out.

    Raises:
        RecipeError: one is neither in the recipe nor in the store.
    """
    table, probed = study.table, study.probes.held_out if study.probes else None
    names = [*table.transfer, *table.fidelity_only, study.teacher.pretrain, study.distillation().held_out, probed]
    check_names(study.path, study.recipe, names)
