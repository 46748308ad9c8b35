"""`corpora verify DATASET`: check files against their checksums."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from corpora.cli.console import say, say_json
from corpora.cli.shared import AsJson
from corpora.errors import DatasetDamaged, OptionError

if TYPE_CHECKING:
    from corpora.store import Verified


def verify(
    dataset: Annotated[
        str | None, typer.Argument(metavar="DATASET", help="NAME, NAME@TAG or NAME@FINGERPRINT.")
    ] = None,
    all: Annotated[bool, typer.Option("--all", help="Verify every version in the store.")] = False,
    json: AsJson = False,
) -> None:
    """Check every file of a version, and of the versions it was made from, against its checksum."""
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
    """Print the result for one version, and return it."""
    if result.problem or result.files:
        match = "1 file matches its checksum" if result.files == 1 else f"{result.files:,} files match their checksums"
        say(result.problem or f"{result.reference}: {match}")
    for line in result.notes:
        say(line)
    return result


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Look at datasets")(verify)
