"""Which plugins a run uses: recorded in its card by the hash of their code, and checked when it is resumed."""

from __future__ import annotations

from collections.abc import Iterable

from corpora import UnknownName
from trainer.distillation.runs.card import PluginEntry, RunCard
from trainer.distillation.settings import RunSettings
from trainer.errors import OtherRecipe
from trainer.plugin import registry

WATCHES = "callbacks"
"""The kind that decides nothing about the student."""


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


def deciding(entries: Iterable[PluginEntry]) -> dict[str, str]:
    """The code that decides a student: the sha256 by kind and name."""
    return {f"{entry.kind} {entry.name}": entry.sha256 for entry in entries if entry.kind != WATCHES}


def check_plugins(card: RunCard) -> None:
    """Check that the plugins of a run that is resumed are here, with the code that it began with.

    Raises:
        OtherRecipe: one is not in use now, or its code has changed.
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
                f"{entry.name} in {code[0]} is not the code that the run began with (sha256 {entry.sha256[:12]}, now "
                f"{code[1][:12]}); restore it, or take another --out for a new run"
            )
