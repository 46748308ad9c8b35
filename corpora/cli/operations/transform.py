"""`corpora transform NAME DATASET`: rewrite rows, or select some of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from corpora.cli.console import bars, component_group, say, say_json
from corpora.cli.operations.amounts import By, Rate, Rows, Tokens
from corpora.cli.operations.distinct import distinct
from corpora.cli.operations.without import without
from corpora.cli.shared import AsJson, DatasetName, ExecutorName, Name, Seed, registry, tell


def rewrite(
    component: Any,
    dataset: DatasetName,
    then: Annotated[list[str] | None, typer.Option(help="Another transform, NAME:key=value; repeatable.")] = None,
    preview: Annotated[int, typer.Option(help="Only show this many rows before and after.", min=0)] = 0,
    seed: Seed = 42,
    name: Name = None,
    executor: ExecutorName = "serial",
    json: AsJson = False,
) -> None:
    """Rewrite the rows of a dataset."""
    from corpora.operations import preview as preview_rows
    from corpora.operations import transform

    if preview:
        pairs = preview_rows(dataset, component, then=then or (), rows=preview, seed=seed)
        if json:
            say_json([{"before": before, "after": after} for before, after in pairs])
        else:
            say("\n".join(f"- {before}\n+ {after}\n" for before, after in pairs))
        return
    with bars() as progress:
        made = transform(
            dataset, component, then=then or (), seed=seed, name=name, executor=executor, progress=progress
        )
    tell(made, as_json=json)


def take(
    component: Any,
    dataset: DatasetName,
    rate: Rate = None,
    rows: Rows = None,
    tokens: Tokens = None,
    by: By = "row",
    seed: Seed = 42,
    name: Name = None,
    executor: ExecutorName = "serial",
    json: AsJson = False,
) -> None:
    """Take the rows of a dataset that come first in a selection's order."""
    from corpora.operations import transform

    amount: dict[str, Any] = {"rate": rate, "rows": rows, "tokens": tokens, "by": by}
    with bars() as progress:
        made = transform(dataset, component, **amount, seed=seed, name=name, executor=executor, progress=progress)
    tell(made, as_json=json)


def action_for(cls: type[Any]) -> Callable[..., None]:
    """The function behind a transform's command: `take` for selections, otherwise `rewrite`."""
    from corpora.plugin import Selection

    return take if issubclass(cls, Selection) else rewrite


def add_to(app: typer.Typer) -> None:
    """Add the group, with a command for each transform."""
    group = typer.Typer(cls=component_group(registry, "transforms", action_for), no_args_is_help=True)
    group.command()(distinct)
    group.command()(without)
    app.add_typer(
        group,
        name="transform",
        help="Rewrite a dataset's rows, or select some of them.",
        rich_help_panel="Make datasets",
    )
