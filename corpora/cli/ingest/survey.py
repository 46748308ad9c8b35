"""`corpora survey FOLDER`."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpora.cli.console import say, say_json, table
from corpora.cli.shared import AsJson
from corpora.errors import counted

if TYPE_CHECKING:
    from corpora.ingest import Survey

SHOWN = 8


def survey(
    folder: Annotated[Path, typer.Argument(help="A folder with texts, tables, books or dumps.")],
    seconds: Annotated[float, typer.Option(help="How long to read at most.", min=1)] = 60.0,
    follow_links: Annotated[
        bool, typer.Option("--follow-links", help="Follow symbolic links that lead out of the folder.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Show what a folder contains and estimate what a build would give, from a sample that takes at most a minute."""
    from corpora.ingest import survey

    found = survey(folder, seconds=seconds, follow_links=follow_links)
    if json:
        say_json(asdict(found))
        return
    rows = [[kind.suffix, kind.files, _size(kind.size_bytes), "yes" if kind.is_read else "no"] for kind in found.files]
    table(["suffix", "files", "size", "read"], rows)
    if found.links_out:
        links = "1 link that leads" if len(found.links_out) == 1 else f"{len(found.links_out):,} links that lead"
        say(f"not followed: {links} out of the folder, such as {found.links_out[0]}; use --follow-links to read them")
    _print_sample(found)


def duration(seconds: float) -> str:
    """An estimated time in words, such as `2 minutes`.

    Args:
        seconds: 0 or more.
    """
    for unit, least in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * least:
            return counted(round(seconds / least), unit)
    return counted(round(seconds), "second") if seconds >= 1 else "less than 1 second"


def _print_sample(found: Survey) -> None:
    sample = found.sample
    say(
        f"sampled: {sample.files:,} of {counted(found.readable_files, 'file')}, {_size(sample.bytes)} of "
        f"{_size(found.readable_bytes)}, {counted(sample.found, 'document')}, in {sample.seconds:.1f} s"
    )
    for name, counts in (
        ("encodings", sample.encodings),
        ("languages", sample.languages),
        ("rejected", sample.rejects),
    ):
        if counts:
            say(f"{name}: {_shares(Counter(counts), sample.found)}")
    if sample.kept:
        share = f"{sample.near_copies / sample.kept:.1%}"
        say(f"near-duplicates in the sample: {share}; the whole folder has at least this share")
    expected = found.expected
    table(
        ["expected", "about"],
        [[name, expected[name]] for name in ("documents", "rows", "words")]
        + [
            ["tokens, at least (words and punctuation)", expected["tokens"]],
            ["time on one core", duration(expected["seconds"])],
        ],
    )
    say(f"next: {_short(found.command)}" if sample.kept else "no document of the sample would be in the dataset")


def _short(command: str) -> str:
    """A command, shortened if it has many dumps."""
    parts = command.split(" --dump ")
    if len(parts) <= SHOWN:
        return command
    return f"{' --dump '.join(parts[:SHOWN])} … ({len(parts) - 1} dumps; --json has the whole command)"


def _shares(counts: Counter[str], total: int) -> str:
    common = counts.most_common(SHOWN)
    rest = sum(counts.values()) - sum(count for _, count in common)
    shown = [f"{name} {count / total:.0%}" for name, count in common]
    return ", ".join([*shown, *([f"others {rest / total:.0%}"] if rest else [])])


def _size(size_bytes: int) -> str:
    for unit, least in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size_bytes >= least:
            return f"{size_bytes / least:,.1f} {unit}"
    return counted(size_bytes, "byte")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Look at datasets")(survey)
