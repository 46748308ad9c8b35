"""The application: all commands, in the order of the help page."""

from __future__ import annotations

from collections.abc import Sequence

import typer
from typer.core import TyperGroup

from corpora.cli.console import Version, run_app
from corpora.cli.ingest import build, recipe, survey
from corpora.cli.inspect import diff, report
from corpora.cli.operations import concat, export, mix, push, sample, split, tokenize, toy_tasks, transform
from corpora.cli.plugin import new, plugins
from corpora.cli.store import gc, head, path, remove, show, tag, verify
from corpora.cli.store import list as list_

FIRST = ("build", "tokenize", "sample", "transform", "mix", "concat", "split")
"""The commands that most people need first, in this order; the others follow in the order of `COMMANDS`."""


class OrderedCommands(TyperGroup):
    """Lists commands in the order in which most people need them."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """The names of the commands, in the order of the help page."""
        return [*FIRST, *(name for name in self.commands if name not in FIRST)]


app = typer.Typer(
    cls=OrderedCommands,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

EPILOG = (
    "To use a plugin without packaging it, add --plugin FILE.py anywhere on the line. "
    "Datasets are kept in $CORPORA_HOME. First steps: corpora build toy, corpora list."
)


@app.callback(epilog=EPILOG)
def corpora(version: Version = False) -> None:
    """Build text corpora as versioned datasets, and make transfer datasets from them."""


COMMANDS = (
    *(build, tokenize, concat, mix, transform, sample, split, survey),
    *(list_, show, head, path, verify, tag, remove, gc),
    *(export, toy_tasks, push, report, diff, recipe, plugins, new),
)
"""The module of each command, in the order of the help page."""

for command in COMMANDS:
    command.add_to(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line. Errors are printed as one line, with exit code 1, or 2 for wrong usage.

    Args:
        arguments: the words after the program's name; by default those of this process.
    """
    run_app(lambda _: app, "corpora", arguments)
