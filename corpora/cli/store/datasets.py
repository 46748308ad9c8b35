"""What is in the store: list, show, head, path, verify, tag, remove, gc."""

from __future__ import annotations

import itertools
import json as as_json
import warnings
from collections.abc import Callable
from dataclasses import asdict
from textwrap import shorten
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpora.cli.shared import AsJson, DatasetName, ExecutorName, accounting_lines, noun, plain_path
from corpora.console import bars, cell, say, say_json, table
from corpora.errors import DatasetDamaged, OptionError

if TYPE_CHECKING:
    from corpora.store import DamagedVersion, Dataset, Garbage, Store, Verified


def list_datasets(json: AsJson = False) -> None:
    """List every version of every dataset; * marks the version that NAME alone means."""
    from corpora.store import default_store, show

    store = default_store()
    versions, damaged = store.survey()
    if json:
        broken = [{"reference": each.reference, "path": str(each.path), "damaged": each.problem} for each in damaged]
        say_json([*(_facts(show, dataset) for dataset in versions), *broken])
        return
    if not versions and not damaged:
        say(f"no datasets in {plain_path(store.home)}; corpora build toy makes a first one")
        return
    rows = [_row(store, dataset) for dataset in versions]
    rows += [[each.reference, "damaged", None, None, None, None, ""] for each in damaged]
    table(["dataset", "of", "rows", "tokens", "documents", "MB", "tags"], rows)
    _warn_of(damaged)


def _facts(show: Callable[[Dataset], dict[str, Any]], dataset: Dataset) -> dict[str, Any]:
    """What `show` says, or that the version is damaged."""
    try:
        return show(dataset)
    except DatasetDamaged as error:
        return {"reference": dataset.reference, "path": str(dataset.path), "damaged": str(error)}


def _warn_of(damaged: list[DamagedVersion]) -> None:
    for each in damaged:
        warnings.warn(each.problem, stacklevel=2)


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
    dataset: DatasetName,
    rows: Annotated[int, typer.Option("--rows", "-n", help="How many.", min=1)] = 10,
    json: AsJson = False,
) -> None:
    """Print the first rows as text."""
    from corpora.operations import Work
    from corpora.store import texts

    with bars() as progress:
        found = Work.here(None, "serial", progress).open(dataset)
    first = list(itertools.islice(texts(found), rows))
    if json:
        say_json(first)
        return
    for row in first:
        say(row["text"])


def path(dataset: DatasetName, json: AsJson = False) -> None:
    """Print a version's folder; datasets.load_from_disk opens it."""
    from corpora.store import default_store

    found = default_store().find(dataset)
    if json:
        say_json({"reference": found.reference, "path": str(found.path)})
    else:
        say(str(found.path))


def verify(
    dataset: Annotated[
        str | None, typer.Argument(metavar="DATASET", help="NAME, NAME@TAG or NAME@FINGERPRINT.")
    ] = None,
    all: Annotated[bool, typer.Option("--all", help="Every version in the store.")] = False,
    json: AsJson = False,
) -> None:
    """Read every file of a version, and of the versions it was made from, and compare it with its checksum."""
    from corpora.store import default_store, verify_all, verify_family

    store = default_store()
    if (dataset is None) != all:
        raise OptionError("corpora verify takes a DATASET, or --all")
    results = verify_all(store) if dataset is None else verify_family(store, dataset)
    if json:
        verified = list(results)
        say_json([asdict(result) for result in verified])
    else:
        verified = [_say_verified(result) for result in results]
    damaged = sum(result.problem is not None for result in verified)
    if damaged:
        raise DatasetDamaged(f"{damaged} damaged {'version' if damaged == 1 else 'versions'}, listed above")


def _say_verified(result: Verified) -> Verified:
    """Print the outcome for one version as soon as it is known."""
    if result.problem or result.files:
        say(result.problem or f"{result.reference}: {result.files} files match their checksums")
    for line in result.notes:
        say(line)
    return result


def tag(
    dataset: DatasetName,
    tag: Annotated[str, typer.Argument(help="A second name, such as v1.")],
    json: AsJson = False,
) -> None:
    """Give a version a tag, so that NAME@TAG opens it and gc keeps it."""
    from corpora.store import default_store

    tagged = default_store().tag(dataset, tag)
    if json:
        say_json({"tag": f"{tagged.name}@{tag}", "reference": tagged.reference})
    else:
        say(f"{tagged.name}@{tag} is {tagged.reference}")


def remove(
    dataset: DatasetName,
    force: Annotated[bool, typer.Option("--force", help="Even if other versions are made from it.")] = False,
    json: AsJson = False,
) -> None:
    """Delete one version."""
    from corpora.store import default_store

    removed = default_store().remove(dataset, force=force)
    if json:
        say_json({"removed": str(removed)})
    else:
        say(f"removed {plain_path(removed)}")


def gc(
    yes: Annotated[bool, typer.Option("--yes", help="Delete what is listed.")] = False,
    json: AsJson = False,
) -> None:
    """List what can be deleted: unfinished builds, stray cache files, and versions that nothing needs.

    A version is needed while it is current, tagged, or a parent of one that is. --yes deletes what is listed.
    """
    from corpora.store import default_store

    store = default_store()
    garbage = store.collect_garbage() if yes else store.garbage()
    if json:
        say_json([{"path": str(each.path), "size_bytes": each.size_bytes, "deleted": yes} for each in garbage])
    else:
        _say_garbage(garbage, deleted=yes)
    _warn_of(store.survey()[1])


def _say_garbage(garbage: list[Garbage], *, deleted: bool) -> None:
    for each in garbage:
        say(f"{each.size_bytes / 1e6:10,.1f} MB  {plain_path(each.path)}  {each.reason}")
    total = f"{len(garbage)} items, {sum(each.size_bytes for each in garbage) / 1e6:,.1f} MB"
    if deleted:
        say(f"deleted {total}")
    else:
        say(f"{total}; corpora gc --yes deletes them" if garbage else "nothing to delete")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("list", rich_help_panel="Look at datasets")(list_datasets)
    looking: tuple[Any, ...] = (show, head, path, verify)
    keeping: tuple[Any, ...] = (tag, remove, gc)
    for command in looking:
        app.command(rich_help_panel="Look at datasets")(command)
    for command in keeping:
        app.command(rich_help_panel="Keep the store")(command)
