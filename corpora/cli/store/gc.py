"""`corpora gc`: list and delete what is no longer needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from corpora.cli.console import say, say_json
from corpora.cli.shared import AsJson, plain_path, warn_of_damage

if TYPE_CHECKING:
    from corpora.store import Garbage


def gc(
    yes: Annotated[bool, typer.Option("--yes", help="Delete what is listed.")] = False,
    json: AsJson = False,
) -> None:
    """List what can be deleted: unfinished builds, stray cache files, and versions that are no longer needed.

    A version is needed if it is current, tagged, or an ancestor of one that is. --yes deletes what is listed.
    """
    from corpora.store import default_store

    store = default_store()
    garbage = store.collect_garbage() if yes else store.garbage()
    if json:
        say_json([{"path": str(each.path), "size_bytes": each.size_bytes, "deleted": yes} for each in garbage])
    else:
        _say_garbage(garbage, deleted=yes)
    warn_of_damage(store.survey()[1])


def _say_garbage(garbage: list[Garbage], *, deleted: bool) -> None:
    for each in garbage:
        say(f"{each.size_bytes / 1e6:10,.1f} MB  {plain_path(each.path)}  {each.reason}")
    total = f"{len(garbage)} items, {sum(each.size_bytes for each in garbage) / 1e6:,.1f} MB"
    if deleted:
        say(f"deleted {total}")
    else:
        say(f"{total}; corpora gc --yes deletes them" if garbage else "nothing to delete")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Keep the store")(gc)
