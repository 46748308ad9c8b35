"""`corpora list`: list every version in the store."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from corpora.cli.console import say, say_json, table
from corpora.cli.shared import AsJson, noun, plain_path, warn_of_damage
from corpora.errors import DatasetDamaged
from corpora.plugin import Json

if TYPE_CHECKING:
    from corpora.store import Dataset, Store


def list_datasets(json: AsJson = False) -> None:
    """List every version of every dataset; * marks the version that NAME alone refers to."""
    from corpora.store import default_store, show

    store = default_store()
    versions, damaged = store.survey()
    if json:
        broken = [{"reference": each.reference, "path": str(each.path), "damaged": each.problem} for each in damaged]
        say_json([*(_facts(show, dataset) for dataset in versions), *broken])
        return
    if not versions and not damaged:
        say(f"there are no datasets in {plain_path(store.home)}; corpora build toy makes a first one")
        return
    rows = [_row(store, dataset) for dataset in versions]
    rows += [[each.reference, "damaged", None, None, None, None, ""] for each in damaged]
    table(["dataset", "of", "rows", "tokens", "documents", "MB", "tags"], rows)
    warn_of_damage(damaged)


def _facts(show: Callable[[Dataset], dict[str, Json]], dataset: Dataset) -> dict[str, Json]:
    """What `show` returns, or for a damaged version the problem."""
    try:
        return show(dataset)
    except DatasetDamaged as error:
        return {"reference": dataset.reference, "path": str(dataset.path), "damaged": str(error)}


def _row(store: Store, dataset: Dataset) -> list[object]:
    tags = [tag for tag, version in store.tags(dataset.name).items() if version == dataset.path.name]
    current = "*" if store.current(dataset.name) == dataset.path.name else ""
    sizes = [dataset.rows, dataset.tokens, dataset.documents, dataset.manifest.size_bytes / 1e6]
    return [dataset.reference + current, f"{noun(dataset)}s", *sizes, ", ".join(tags)]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("list", rich_help_panel="Look at datasets")(list_datasets)
