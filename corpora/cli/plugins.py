"""`corpora plugins`: everything that can be chosen by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpora.cli.build import registry
from corpora.cli.shared import AsJson
from corpora.cli.terminal import say, say_json, table

if TYPE_CHECKING:
    from corpora.plugins import Registry


def components(source: Registry, kind: str | None) -> list[dict[str, Any]]:
    """Every component that a registry offers, as plain values.

    Raises:
        UnknownName: no such kind.
    """
    from corpora.component import options_of, to_json
    from corpora.errors import unknown_name
    from corpora.plugins import owner

    if kind is not None and kind not in source.kinds:
        raise unknown_name("kind", kind, source.kinds)
    return [
        {
            "kind": each,
            "name": cls.name,
            "version": cls.version,
            "owner": owner(cls),
            "summary": (cls.__doc__ or "").strip().split("\n")[0],
            "options": {
                option.name: {
                    "help": option.help,
                    "default": None if option.required else to_json(option.default),
                    "required": option.required,
                    "allowed": option.allowed(),
                }
                for option in options_of(cls)
            },
        }
        for each in source.kinds
        if kind in (None, each)
        for cls in source.offered(each).values()
    ]


def print_components(source: Registry, kind: str | None, *, as_json: bool) -> None:
    """Print what `components` gives, as a table or as JSON."""
    from corpora.plugins import singular

    found = components(source, kind)
    if as_json:
        say_json(found)
        return
    table(
        ["kind", "name", "version", "owner", "options"],
        [[singular(c["kind"]), c["name"], c["version"], c["owner"], " ".join(c["options"])] for c in found],
    )
    if not found:
        say("none")


def plugins(
    kind: Annotated[str | None, typer.Argument(help="Only these: sources, transforms, filters, …")] = None,
    json: AsJson = False,
) -> None:
    """List everything that can be chosen by name: kind, name, version, owner, options."""
    print_components(registry(), kind, as_json=json)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Plugins")(plugins)
