"""Options that many commands share, and the output about a finished dataset."""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Sequence
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpora.cli.console import say, say_json, table
from corpora.cli.removals import removal_lines
from corpora.errors import counted

if TYPE_CHECKING:
    from corpora.plugin import Registry
    from corpora.store import DamagedVersion, Dataset
    from corpora.store.pages import Table

COUNT = re.compile(r"(\d+(?:\.\d+)?)([kMB]?)")
MANY_UNKNOWN = 0.01
"""If a larger share of a new dataset's tokens is [UNK], it is reported."""
SHOWN_TEMPLATES = 8
SUFFIXES = {"": 1, "k": 10**3, "M": 10**6, "B": 10**9}

DatasetName = Annotated[str, typer.Argument(metavar="DATASET", help="NAME, NAME@TAG or NAME@FINGERPRINT.")]
Name = Annotated[str | None, typer.Option("--name", help="Name of the result.")]
ExecutorName = Annotated[
    str,
    typer.Option(
        "--executor", help="Where the work runs: serial, processes or processes:workers=2; the result is the same."
    ),
]
Seed = Annotated[int, typer.Option("--seed", help="Random seed.", min=0)]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def registry() -> Registry:
    """The registry, imported only when a command needs it."""
    from corpora.plugin import registry

    return registry


def count(text: str) -> int:
    """Parse a count.

    Args:
        text: such as `40M`, `1.5k` or `40,000,000`.

    Raises:
        typer.BadParameter: it has another form, or is not a whole number.
    """
    found = COUNT.fullmatch(text.replace(",", "").replace("_", ""))
    if not found:
        raise typer.BadParameter(f"invalid count {text!r}; use for example 40000000 or 40M (suffixes k, M, B)")
    number = Fraction(found[1]) * SUFFIXES[found[2]]
    if number.denominator > 1:
        raise typer.BadParameter(f"{text!r} is not a whole number; the nearest are {floor(number)} and {ceil(number)}")
    return int(number)


def tell(dataset: Dataset, *, as_json: bool = False, said: Collection[str] = ()) -> None:
    """Print a dataset that an action made or reused: its size, and what was dropped; or all figures as JSON.

    Args:
        dataset: the dataset.
        as_json: whether all figures are printed, as JSON.
        said: notes that are left out because they were printed before.
    """
    from corpora.store import show

    if as_json:
        say_json(show(dataset))
        return
    tokens = f", {counted(dataset.tokens, 'token')}" if dataset.tokens is not None else ""
    say(
        f"{dataset.reference}: {counted(dataset.rows, noun(dataset))}{tokens} from "
        f"{counted(dataset.documents, 'document')}"
    )
    for line in accounting_lines(dataset):
        if line not in said:
            say(f"  {line}")


def noun(dataset: Dataset) -> str:
    """What a row of a dataset is: a `sentence` or a `sequence`."""
    return "sentence" if dataset.kind == "sentences" else "sequence"


def accounting_lines(dataset: Dataset) -> list[str]:
    """Lines for people about a dataset: how many documents or rows were dropped and why, and other notes."""
    counts: dict[str, Any] = dataset.manifest.accounting
    lines: list[str] = []
    if "found" in counts:
        gone = counts["found"] - counts["written"]
        if gone:
            reasons = ", ".join(f"{n:,} {reason}" for reason, n in (counts["rejected"] | counts["failures"]).items())
            lines.append(
                f"{gone:,} of {counted(counts['found'], 'document')} rejected ({reasons}), see "
                f"{dataset.path}/rejects.jsonl"
            )
        if "removed" in counts.get("counts", {}) and (dataset.path / "removed.jsonl").exists():
            number = sum(counts["counts"]["removed"].values())
            lines.append(
                f"{counted(number, 'non-prose passage')} removed, see corpora show {dataset.reference} --removed"
            )
    if counts.get("sentences_dropped"):
        reasons = ", ".join(f"{n:,} {reason}" for reason, n in counts["sentences_dropped"].items())
        lines.append(f"sentences dropped: {reasons}")
    if counts.get("holes"):
        all_ = counts["holes"] + dataset.rows
        lines.append(
            f"{counts['holes']:,} of {counted(all_, 'sentence')} dropped ({counts['holes'] / all_:.1%}) because a "
            "formula, a template or the list that they introduce is missing; keep them with --holes fill or "
            "--holes keep"
        )
    if templates := counts.get("counts", {}).get("templates"):
        most = ", ".join(f"{n:,} {name}" for name, n in list(templates.items())[:SHOWN_TEMPLATES])
        lines.append(f"inline templates that were not rendered: {most}, see {dataset.path}/templates.jsonl")
    if "dropped" in counts:
        total = max(counts["sequences"], 1)
        lines.append(
            f"{counts['dropped']:,} of {counted(counts['sequences'], 'sequence')} dropped as too short "
            f"({counts['dropped'] / total:.1%}), {counts['split']:,} split as too long ({counts['split'] / total:.1%})"
        )
    if (rate := counts.get("unknown", 0) / max(dataset.tokens or 0, 1)) > MANY_UNKNOWN:
        characters = ", ".join(f"{char} {n:,}" for char, n in counts.get("unknown_characters", {}).items())
        lines.append(
            f"{rate:.1%} of the tokens are [UNK], so the tokenizer does not suit the text; "
            f"most common unknown characters: {characters or 'none, only long words'}"
        )
    if not dataset.rows:
        lines.append(f"empty: no {noun(dataset)}s were taken, or none remained")
    return [*lines, *removal_lines(dataset), *dataset.manifest.notes]


def plain_path(path: Path) -> str:
    """A path with the user's home folder abbreviated to `~`."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)


def print_tables(tables: Sequence[Table], *, as_json: bool) -> None:
    """Print tables with their titles and notes, or as JSON."""
    if as_json:
        say_json([found.as_json() for found in tables])
        return
    for found in tables:
        say(f"\n{found.title}")
        table(found.headers, found.all_rows)
        if found.note:
            say(fill(found.note, width=100))


def warn_of_damage(damaged: list[DamagedVersion]) -> None:
    """Show a warning for each version that cannot be opened."""
    for each in damaged:
        warnings.warn(each.problem, stacklevel=2)
