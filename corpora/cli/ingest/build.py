"""`corpora build SOURCE`, and `corpora build --recipe FILE`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from corpora.cli.console import bars, component_group, fail, say, say_json, table
from corpora.cli.shared import AsJson, ExecutorName, Name, registry, tell


def build(
    source: Any,
    name: Name = None,
    filter: Annotated[list[str] | None, typer.Option(help="A filter to add, NAME:key=value; repeatable.")] = None,
    splitter: Annotated[str | None, typer.Option(help="Sentence splitter, instead of the source's default.")] = None,
    duplicates: Annotated[
        Literal["near", "exact", "keep"],
        typer.Option(help="Drop near-duplicates and parts of box sets, only exact copies, or nothing."),
    ] = "near",
    limit: Annotated[int | None, typer.Option(help="Read only the first so many documents.", min=1)] = None,
    max_failed: Annotated[
        float, typer.Option(help="Share of documents that may fail (crash, time or memory limit).", min=0, max=1)
    ] = 0.01,
    private: Annotated[
        bool,
        typer.Option(
            "--private",
            help="Keep its text and local paths out of cards, reports, logs and saved batches, including those of "
            "datasets made from it.",
        ),
    ] = False,
    executor: ExecutorName = "serial",
    json: AsJson = False,
) -> None:
    """Build one dataset."""
    from corpora.ingest import build

    with bars() as progress:
        dataset = build(
            source,
            name=name,
            filters=filter or (),
            splitter=splitter,
            duplicates=duplicates,
            limit=limit,
            max_failed=max_failed,
            private=private,
            executor=executor,
            progress=progress,
        )
    tell(dataset, as_json=json)


Group = component_group(registry, "sources", lambda cls: build)
group = typer.Typer(cls=Group, invoke_without_command=True, no_args_is_help=False)


@group.callback()
def main(
    context: typer.Context,
    recipe: Annotated[Path | None, typer.Option(help="Make every dataset of a recipe file instead.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --recipe: only print what would be made.")] = False,
    executor: ExecutorName = "serial",
    json: AsJson = False,
) -> None:
    """Build a sentence dataset from a source (books, Wikipedia, a folder), or all datasets of a recipe."""
    if context.invoked_subcommand is not None:
        if recipe is not None:
            fail("give a source or --recipe FILE, not both", code=2)
        return
    if recipe is None:
        say(context.get_help())
        raise typer.Exit(2)
    _build_recipe(recipe, dry_run=dry_run, executor=executor, as_json=json)


def _build_recipe(file: Path, *, dry_run: bool, executor: str, as_json: bool) -> None:
    """Make every dataset of a recipe file, or only print the plan."""
    from corpora.ingest import build_datasets, plan_datasets, read_recipe
    from corpora.store import show

    recipe = read_recipe(file)
    if dry_run:
        steps = plan_datasets(recipe)
        if as_json:
            say_json([asdict(step) for step in steps])
            return
        rows = [[step.name, step.action, step.state, step.rows, step.tokens] for step in steps]
        table(["dataset", "made by", "state", "rows", "tokens"], rows)
        return
    with bars() as progress:
        made = build_datasets(recipe, executor=executor, progress=progress)
    if as_json:
        say_json([show(dataset) for dataset in made])
        return
    said: set[str] = set()
    for dataset in made:
        tell(dataset, said=said)
        said.update(dataset.manifest.notes)  # each dataset has its parents' notes


def add_to(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="build", rich_help_panel="Make datasets")
