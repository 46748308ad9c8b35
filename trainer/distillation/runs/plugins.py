"""The plugins of a run: the card records the hash of their code, which is checked when the run is resumed."""

from __future__ import annotations

from collections.abc import Iterable

from corpora import UnknownName
from trainer.distillation.runs.run_card import PluginEntry, RunCard
from trainer.distillation.settings import RunSettings
from trainer.errors import OtherRecipe
from trainer.plugin import registry

WATCHES = "callbacks"
"""The kind of components that do not affect the student."""


def plugins_of(recipe: RunSettings) -> list[PluginEntry]:
    """The losses, student and callbacks of a recipe that come from plugins, each with the sha256 of its code."""
    chosen = [("losses", text) for text in recipe.loss]
    chosen += [("students", recipe.student), *((WATCHES, text) for text in recipe.callback)]
    entries = []
    for kind, text in dict.fromkeys((kind, text.partition(":")[0]) for kind, text in chosen):
        code = registry.code_of(kind, text)
        if code is not None:
            entries.append(PluginEntry(kind, text, *code))
    return entries


def student_plugins(entries: Iterable[PluginEntry]) -> dict[str, str]:
    """The sha256, by kind and name, of plugins that affect the student.

    Args:
        entries: of a run card; callbacks are left out.
    """
    return {f"{entry.kind} {entry.name}": entry.sha256 for entry in entries if entry.kind != WATCHES}


def check_plugins(card: RunCard) -> None:
    """Check that the plugins of a run to resume are available, with the code that it started with.

    Args:
        card: of the run to resume.

    Raises:
        OtherRecipe: a plugin is not available, or its code has changed.
    """
    for entry in card.plugins or ():
        try:
            code = registry.code_of(entry.kind, entry.name)
        except UnknownName:
            given = f"--preset {card.preset}, or with " if card.preset.endswith(".toml") else ""
            raise OtherRecipe(
                f"the run uses {entry.name} from {entry.owner}; resume it with {given}--plugin {entry.owner}"
            ) from None
        if entry.kind != WATCHES and code is not None and code[1] != entry.sha256:
            raise OtherRecipe(
                f"the code of {entry.name} in {code[0]} has changed since the run started (sha256 "
                f"{entry.sha256[:12]}, now {code[1][:12]}); restore it, or start a new run with another --out"
            )
