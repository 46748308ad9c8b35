"""The `trainer` command: one thin file per command, imported when its command is typed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

import typer
from typer.core import TyperGroup

from corpora.cli.console import Version, run_app

if TYPE_CHECKING:
    from corpora import Registry

PANELS = {
    "Train models": {
        "distill": ("distillation.distill", "Train a student to follow a teacher on a registered dataset."),
        "pretrain": ("distillation.pretrain", "Pre-train a small BERT teacher on a registered dataset."),
        "finetune": (
            "evaluation.finetune",
            "Fine-tune a model on one task and save it; with --teacher, distil it on the task.",
        ),
    },
    "Measure models": {
        "evaluate": ("evaluation.evaluate", "Fine-tune a model on GLUE, SQuAD or your own task, and score it."),
        "probe": ("evaluation.probe", "Measure models without fine-tuning: minimal pairs, fidelity by kind of token."),
        "measure": ("models.measure", "Compare models by parameters, size and inference time."),
        "inspect": ("models.inspect", "Describe a model folder: family, head, vocabulary, casing, size."),
        "score": ("evaluation.score", "Score a file of predictions by a benchmark's own rule."),
        "report": (
            "study.report",
            "Write one report of runs and their scores, next to the study's published figures.",
        ),
    },
    "Answer questions with many runs": {
        "study": ("study.study", "Run a whole study from one recipe file: datasets, students, scores, report."),
        "plan": ("study.plan", "Predict from short runs how a student gains from more data and more updates."),
        "search": ("study.search", "Find the mix of datasets from which a student learns most, and verify it."),
    },
    "Get and give": {
        "data": ("evaluation.data", "Download GLUE and SQuAD from the hub."),
        "export": ("models.export", "Write a model as ONNX in float32 and int8, checked against torch."),
        "push": ("models.push", "Upload the student of a run to the hub, unless licences forbid it."),
    },
    "Plugins": {
        "plugins": (
            "plugin.plugins",
            "List every component that can be chosen: kind, name, version, owner, options.",
        ),
        "new": (
            "plugin.new",
            "Create a plugin (loss, task, probe, family, student, callback): a distribution that passes its own test.",
        ),
    },
}
"""For each panel of the help page, its commands: the module, which has a `command` or a typer `app`, and the help line.
"""

EPILOG = (
    "To use a plugin without packaging it, add --plugin FILE.py anywhere on the line. Datasets come from corpora; "
    "first steps: corpora build toy, corpora tokenize toy --train 2000, trainer pretrain --dataset toy-tokens."
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; errors print one line and exit with code 1, wrong usage exits with code 2.

    Args:
        arguments: what follows `trainer` on the command line; None reads `sys.argv`.
    """
    run_app(_app, "trainer", arguments, registry=_registry)


def _registry() -> Registry:
    from trainer.plugin import registry

    return registry


class InOrder(TyperGroup):
    """Lists commands in the order of `PANELS`, whether they are functions or groups."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """The names of the commands, in the order of the help page."""
        return [name for commands in PANELS.values() for name in commands]


def _app(arguments: list[str]) -> typer.Typer:
    """The app with the command that was typed; the others have only their names and help lines."""
    app = typer.Typer(cls=InOrder, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode="rich")
    completed = os.environ.get("COMP_WORDS", "").split()[1:]  # set by the shell, when Tab was pressed
    typed = next((word for word in [*arguments, *completed] if not word.startswith("-")), None)
    for panel, commands in PANELS.items():
        for name, (module, line) in commands.items():
            if name != typed:
                app.command(name, help=line, rich_help_panel=panel)(_unloaded)
                continue
            loaded = import_module(f"trainer.cli.{module}")
            if hasattr(loaded, "command"):
                app.command(name, help=line, rich_help_panel=panel)(loaded.command)
            else:
                app.add_typer(loaded.app, name=name, help=line, rich_help_panel=panel)
    app.callback(epilog=EPILOG)(_trainer)
    return app


def _trainer(version: Version = False) -> None:
    """Distil BERT on any registered dataset, evaluate the students, and run whole studies."""


def _unloaded() -> None:
    """Placeholder for a command that was not typed."""
