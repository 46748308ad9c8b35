"""What is in the store: list, show, head, path, verify, tag, remove, gc."""

from __future__ import annotations

import itertools
import json as as_json
from textwrap import shorten
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpora.cli.shared import AsJson, DatasetName, ExecutorName, accounting_lines, noun, plain_path
from corpora.console import bars, cell, say, say_json, table

if TYPE_CHECKING:
    from corpora.store import Dataset, Store


def list_datasets(json: AsJson = False) -> None:
    """List every version of every dataset; * marks what NAME alone means."""
    from corpora.store import default_store, show

    store = default_store()
    versions = store.all()
    if json:
        say_json([show(dataset) for dataset in versions])
        return
    if not versions:
        say(f"no datasets in {plain_path(store.home)}; corpora build toy makes a first one")
        return
    rows = [_row(store, dataset) for dataset in versions]
    table(["dataset", "of", "rows", "tokens", "documents", "MB", "tags"], rows)


def _row(store: Store, dataset: Dataset) -> list[Any]:
    tags = [tag for tag, version in store.tags(dataset.name).items() if version == dataset.path.name]
    current = "*" if store.current(dataset.name) == dataset.path.name else ""
    counts = [dataset.rows, dataset.tokens, dataset.documents]
    return [dataset.reference + current, noun(dataset), *counts, dataset.manifest.size_bytes / 1e6, ", ".join(tags)]


def show(
    dataset: DatasetName,
    statistic: Annotated[
        list[str] | None, typer.Option(help="A statistic to count as well, NAME:key=value; repeatable.")
    ] = None,
    removed: Annotated[
        bool, typer.Option("--removed", help="Print the text that its source left out, with rule and position.")
    ] = False,
    executor: ExecutorName = "serial",
    json: AsJson = False,
) -> None:
    """Show what a version is: figures, where documents went, how it was made."""
    from corpora.operations import Work
    from corpora.store import show, summaries

    with bars() as progress:
        work = Work.here(None, executor, progress)
        found = work.open(dataset)
        if removed:
            _show_removed(found, as_json=json)
            return
        facts, counted = show(found), summaries(work.store, found, statistic or (), work.executor)
    if json:
        say_json(facts | {"statistics": facts["statistics"] | counted})
        return
    for key, value in [*_rows(facts), *_flat(counted)]:
        if value is not None:
            say(f"{key:26} {cell(value)}")
    for line in accounting_lines(found):
        say(line)


def _show_removed(found: Dataset, *, as_json: bool) -> None:
    """Print the records of `removed.jsonl`, one per line."""
    if as_json:
        say_json(list(found.side_records("removed")))
        return
    if not (found.path / "removed.jsonl").exists():
        say(f"{found.reference} has no removed.jsonl: its source left nothing out, or keeps no record of it")
    for line in found.side_records("removed"):
        say(f"{line['document']}, {line['position']}: {line['rule']}: {line['text']}")


def _rows(facts: dict[str, Any]) -> list[tuple[str, Any]]:
    """What `show` prints of a version's figures, in order."""
    rows = [(key, facts[key]) for key in ("reference", "path", "kind", "rows", "documents", "tokens")]
    rows += [("columns", ", ".join(facts["columns"]))]
    rows += [("text bytes", facts["text_bytes"]), ("stored bytes", facts["size_bytes"])]
    counted = [figures for figures in facts["statistics"].values() if isinstance(figures, dict)]
    told = {key: value for figures in counted for key, value in figures.items() if not isinstance(value, dict | list)}
    of_words = {"mean_length", "median_length"} if facts["kind"] == "sentences" else set()
    rows += [(k.replace("_", " "), v) for k, v in told.items() if k not in facts.keys() | of_words]
    rows += [(f"score {name}", _spread(figures)) for name, figures in facts["statistics"].get("scores", {}).items()]
    rows += [("made from", parent) for parent in facts["parents"]]
    licences = [(shorten(licence, 80, placeholder=" …"), n) for licence, n in list(facts["licences"].items())[:5]]
    rows += [("licence", f"{licence} ({number:,})") for licence, number in licences]
    return [*rows, ("created", facts["created"]), ("command", facts["command"])]


def _spread(score: dict[str, Any]) -> str:
    """How a score is spread, in a line: `from 4.7 to 16.4, mean 9.12; 1 % 7.4, 10 % 8.3, …; 12 rows without`."""
    shares = ", ".join(f"{float(share):.0%} {value:.4g}" for share, value in score.get("quantiles", {}).items())
    ends = f"from {score['least']:.4g} to {score['greatest']:.4g}, mean {score['mean']:.4g}; " if shares else ""
    return f"{ends}{shares}; {score['rows_without']:,} rows without".removeprefix("; ")


def _flat(counted: dict[str, Any]) -> list[tuple[str, Any]]:
    """The figures of statistics a line each; tables in them as JSON, cut to a line."""
    return [
        (f"{name} {key}".replace("_", " "), _short(value))
        for name, figures in counted.items()
        for key, value in figures.items()
    ]


def _short(value: Any) -> Any:
    return shorten(as_json.dumps(value, ensure_ascii=False), 80) if isinstance(value, dict | list) else value


def head(
    dataset: DatasetName, rows: Annotated[int, typer.Option("--rows", "-n", help="How many.", min=1)] = 10
) -> None:
    """Print the first rows as text."""
    from corpora.operations import Work
    from corpora.store import texts

    with bars() as progress:
        found = Work.here(None, "serial", progress).open(dataset)
    for row in itertools.islice(texts(found), rows):
        say(row["text"])


def path(dataset: DatasetName) -> None:
    """Print a version's folder; datasets.load_from_disk opens it."""
    from corpora.store import default_store

    say(str(default_store().find(dataset).path))


def verify(dataset: DatasetName) -> None:
    """Read every file of a version and compare it with its checksum."""
    from corpora.store import default_store

    found = default_store().find(dataset)
    found.verify()
    say(f"{found.reference}: {len(found.manifest.files)} files are as they were written")


def tag(dataset: DatasetName, tag: Annotated[str, typer.Argument(help="A second name, such as v1.")]) -> None:
    """Give a version a tag, so that NAME@TAG opens it and gc keeps it."""
    from corpora.store import default_store

    tagged = default_store().tag(dataset, tag)
    say(f"{tagged.name}@{tag} is {tagged.reference}")


def remove(
    dataset: DatasetName,
    force: Annotated[bool, typer.Option("--force", help="Even if other versions are made from it.")] = False,
) -> None:
    """Delete one version."""
    from corpora.store import default_store

    say(f"removed {plain_path(default_store().remove(dataset, force=force))}")


def gc(
    yes: Annotated[bool, typer.Option("--yes", help="Delete what is listed.")] = False,
    json: AsJson = False,
) -> None:
    """List what nobody needs (unfinished builds, versions neither current, tagged nor a parent); --yes deletes it."""
    import shutil

    from corpora.store import default_store, storage_errors

    store = default_store()
    doomed = store.garbage()
    sizes = [sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) for folder in doomed]
    if yes:
        with storage_errors(store.home):
            for folder in doomed:
                shutil.rmtree(folder)
    if json:
        say_json([{"path": str(p), "size_bytes": s, "deleted": yes} for p, s in zip(doomed, sizes, strict=True)])
        return
    for folder, size in zip(doomed, sizes, strict=True):
        say(f"{size / 1e6:10,.1f} MB  {plain_path(folder)}")
    total = f"{len(doomed)} folders, {sum(sizes) / 1e6:,.1f} MB"
    say(f"deleted {total}" if yes else f"{total}; corpora gc --yes deletes them" if doomed else "nothing to delete")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("list", rich_help_panel="Look at datasets")(list_datasets)
    looking: tuple[Any, ...] = (show, head, path, verify)
    keeping: tuple[Any, ...] = (tag, remove, gc)
    for command in looking:
        app.command(rich_help_panel="Look at datasets")(command)
    for command in keeping:
        app.command(rich_help_panel="Keep the store")(command)
