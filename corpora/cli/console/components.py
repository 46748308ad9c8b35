"""Tables of components: everything that can be chosen by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corpora.cli.console.terminal import say, say_json, table

if TYPE_CHECKING:
    from corpora.plugin import Registry


def components(source: Registry, kind: str | None) -> list[dict[str, Any]]:
    """Every component that a registry offers, as JSON values.

    Args:
        source: the registry.
        kind: in the plural, to list only this kind.

    Raises:
        UnknownName: no kind has this name.
    """
    from corpora.errors import unknown_name
    from corpora.plugin import options_of, owner, to_json

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
    """Print what `components` returns, as a table or as JSON."""
    from corpora.plugin import singular

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
