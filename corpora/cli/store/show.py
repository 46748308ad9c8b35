"""`corpora show DATASET`: show a version's figures, dropped documents, and history."""

from __future__ import annotations

import json as as_json
from textwrap import shorten
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpora.cli.console import bars, cell, say, say_json
from corpora.cli.shared import AsJson, DatasetName, ExecutorName, accounting_lines

if TYPE_CHECKING:
    from corpora.store import Dataset


def show(
    dataset: DatasetName,
    statistic: Annotated[
        list[str] | None, typer.Option(help="Another statistic to count, NAME:key=value; repeatable.")
    ] = None,
    removed: Annotated[
        bool, typer.Option("--removed", help="Instead, print the text that was removed, with rule and position.")
    ] = False,
    executor: ExecutorName = "serial",
    json: AsJson = False,
) -> None:
    """Show a version's figures, which documents were dropped and why, and how it was made."""
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
        say(f"{found.reference} has no removed.jsonl: nothing was removed, or the source does not record it")
    for line in found.side_records("removed"):
        say(f"{line['document']}, {line['position']}: {line['rule']}: {line['text']}")


def _rows(facts: dict[str, Any]) -> list[tuple[str, object]]:
    """The lines that `show` prints about a version, as (name, value) pairs."""
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
    """The distribution of a score in one line: `from 4.7 to 16.4, mean 9.12; 1 % 7.4, 10 % 8.3, …; 12 rows without`."""
    shares = ", ".join(f"{float(share):.0%} {value:.4g}" for share, value in score.get("quantiles", {}).items())
    ends = f"from {score['least']:.4g} to {score['greatest']:.4g}, mean {score['mean']:.4g}; " if shares else ""
    return f"{ends}{shares}; {score['rows_without']:,} rows without".removeprefix("; ")


def _flat(counted: dict[str, Any]) -> list[tuple[str, object]]:
    """The figures of statistics, one per line; nested tables as JSON, shortened to one line."""
    return [
        (f"{name} {key}".replace("_", " "), _short(value))
        for name, figures in counted.items()
        for key, value in figures.items()
    ]


def _short(value: object) -> object:
    return shorten(as_json.dumps(value, ensure_ascii=False), 80) if isinstance(value, dict | list) else value


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Look at datasets")(show)
