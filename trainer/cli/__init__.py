"""The `trainer` command: one thin file a command group, imported when its command is typed."""

from __future__ import annotations

import sys
from importlib import import_module

import typer
from rich.console import Console

from corpora import CorporaError

COMMANDS = {
    "distill": ("trainer.cli.distill", "Train a student to follow a teacher on a registered dataset."),
    "pretrain": ("trainer.cli.pretrain", "Pre-train a small BERT teacher on a registered dataset."),
    "inspect": ("trainer.cli.inspect", "Say what a model folder holds: family, head, vocabulary, casing, size."),
    "evaluate": ("trainer.cli.evaluate", "Fine-tune a model on GLUE, SQuAD or your own task, and score it."),
    "finetune": ("trainer.cli.finetune", "Fine-tune a model on one task and keep it; with --teacher, distil again."),
    "data": ("trainer.cli.data", "Bring GLUE and SQuAD from the hub."),
    "measure": ("trainer.cli.measure", "Parameters, size and inference time of models side by side."),
    "report": ("trainer.cli.report", "Put runs and their scores into one report, beside the study's own figures."),
    "study": ("trainer.cli.study", "Run a whole study from one recipe file: datasets, students, scores, report."),
    "score": ("trainer.cli.score", "Score a file of predictions by a benchmark's own rule."),
    "push": ("trainer.cli.push", "Upload the student of a run to the hub, unless licences forbid it."),
    "new": ("trainer.cli.new", "Begin a plugin: a loss or a task, as a distribution that passes its own test."),
    "plugins": ("trainer.cli.plugins", "List every component that can be chosen: kind, name, version, owner, options."),
}
"""Each command: the module whose `command` (a function) or `app` (a typer app) runs it, and its line of help."""

USAGE_ERROR = 2


def main(arguments: list[str] | None = None) -> None:
    """Run the command line: a clear error is one line and exit code 1, a wrong call exit code 2."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        arguments = _take_plugin_files(arguments)
        _app(arguments)(args=arguments, prog_name="trainer")
    except CorporaError as error:
        Console(stderr=True).print(f"[red]error:[/red] {_plain(error)}", highlight=False, soft_wrap=True)
        raise SystemExit(1) from error


def _app(arguments: list[str]) -> typer.Typer:
    """The app with the command that was typed; the others stand there with their names and help lines only."""
    app = typer.Typer(
        help="Distil BERT on any registered dataset, evaluate what came of it, and run whole studies.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    typed = next((word for word in arguments if not word.startswith("-")), None)
    for name, (module, line) in COMMANDS.items():
        if name != typed:
            app.command(name, help=line)(_unloaded)
            continue
        loaded = import_module(module)
        if hasattr(loaded, "command"):
            app.command(name, help=line)(loaded.command)
        else:
            app.add_typer(loaded.app, name=name, help=line)
    app.callback()(_unloaded)
    return app


def _unloaded() -> None:
    """Stand where a command is that was not typed."""


def _take_plugin_files(arguments: list[str]) -> list[str]:
    """Use the files of every `--plugin FILE` on the line, for corpora and trainer both, and return the rest."""
    rest, files, words = [], [], iter(arguments)
    for word in words:
        if word == "--plugin":
            files.append(next(words, ""))
        elif word.startswith("--plugin="):
            files.append(word.partition("=")[2])
        else:
            rest.append(word)
    if files:
        from corpora import registry as of_corpora
        from trainer.registry import registry as of_trainer

        of_corpora.use_files(files)
        of_trainer.use_files(files)
    return rest


def _plain(error: CorporaError) -> str:
    return str(error).replace("[", "\\[")
