"""Output of the command line: progress bars, one-line errors, tables and JSON."""

from __future__ import annotations

import codecs
import contextlib
import functools
import io
import json
import logging
import os
import re
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpora.errors import CorporaError, DatasetNotFound, OptionError, UnknownName

if TYPE_CHECKING:
    from rich.console import Console

    from corpora.execution import Progress
    from corpora.plugin import Registry

USAGE = 2
ESCAPED = "corpora-escaped"
HOME = re.compile(r"(?:^|(?<=[=:]))~/")
INTERRUPTED = 130
STOPPED = "stopped; run the same command again to continue"
WIDE = 400


def run_app(
    app: Callable[[list[str]], typer.Typer],
    name: str,
    arguments: Sequence[str] | None = None,
    *,
    registry: Callable[[], Registry] | None = None,
) -> None:
    """Run a typer app with `--plugin FILE` allowed anywhere on the line, and errors as one line without a traceback.

    Args:
        app: returns the app for a command line, from which `--plugin FILE` has been removed.
        name: of the program, for help and errors.
        arguments: the words after the program's name; by default those of this process.
        registry: returns a second registry that loads the plugin files too, besides that of corpora.

    Raises:
        SystemExit: always, with 0, with 1 for an error, 2 for wrong usage, or 130 for Ctrl-C.
    """
    line = [with_home(word) for word in (sys.argv[1:] if arguments is None else arguments)]
    warnings.showwarning = _show_warning
    _accept_any_text()
    try:
        line, files = take_plugins(line)
        if files:
            from corpora.plugin import registry as ours

            ours.use_files(files)
            if registry is not None:
                registry().use_files(files)
        with warnings.catch_warnings():
            warnings.simplefilter("default", UserWarning)
            app(line)(args=line, prog_name=name)
    except CorporaError as error:
        fail(str(error), code=USAGE if is_usage(error) else error.exit_code)
    except BrokenPipeError:  # the reader of our output, such as head, has exited
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except Exception as error:  # a bug, or a library's error: one line for users, the traceback on request
        if os.environ.get("CORPORA_TRACEBACK"):
            raise
        fail(f"{type(error).__name__}: {error} (set CORPORA_TRACEBACK=1 and run it again for the traceback)")
    except KeyboardInterrupt:
        fail(STOPPED, code=INTERRUPTED)
    except SystemExit as ended:  # typer makes this of an interrupt
        if ended.code == INTERRUPTED:
            fail(STOPPED, code=INTERRUPTED)
        raise


def _accept_any_text() -> None:
    """Print characters that the terminal's encoding lacks as JSON would escape them, instead of failing at the end."""
    codecs.register_error(ESCAPED, _escaped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors=ESCAPED)


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


def is_usage(error: CorporaError) -> bool:
    """Whether the command itself is wrong (exit code 2), rather than its input (exit code 1)."""
    return isinstance(error, OptionError) or (isinstance(error, UnknownName) and not isinstance(error, DatasetNotFound))


def with_home(word: str) -> str:
    """A word of a command line with `~/` expanded at its start, after = and after :.

    A shell expands it only at the start of a word, so `--folder=~/books` and `tbc:folder=~/books` arrive unchanged.
    """
    return HOME.sub(lambda _: f"{Path.home()}/", word) if "~/" in word else word


def print_version(context: typer.Context, wanted: bool) -> None:
    """Print the program's name and version and exit, if `--version` was given (a typer callback)."""
    from importlib.metadata import version

    if wanted:
        typer.echo(f"{context.find_root().info_name} {version('transferset')}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=print_version)
]


def take_plugins(line: list[str]) -> tuple[list[str], list[str]]:
    """Remove `--plugin FILE` and `--plugin=FILE` from a command line.

    Returns:
        The remaining words, and the files.

    Raises:
        OptionError: `--plugin` is the last word.
    """
    rest: list[str] = []
    files: list[str] = []
    words = iter(line)
    for word in words:
        if word == "--plugin":
            file = next(words, None)
            if file is None:
                raise OptionError("--plugin needs a FILE")
            files.append(file)
        elif word.startswith("--plugin="):
            files.append(word.partition("=")[2])
        else:
            rest.append(word)
    return rest, files


def fail(message: str, *, code: int = 1) -> None:
    """Print an error message to standard error, and exit with a code."""
    typer.secho("error: ", fg="red", bold=True, nl=False, err=True)
    typer.echo(message, err=True)
    raise SystemExit(code)


def _show_warning(
    message: object, category: object, filename: str, lineno: int, file: object = None, line: object = None
) -> None:
    _warn(str(message))


@functools.cache
def _warn(message: str) -> None:
    """Print a warning only once, because a broken plugin is reported at every lookup."""
    typer.secho("warning: ", fg="yellow", bold=True, nl=False, err=True)
    typer.echo(message, err=True)


def say(text: str) -> None:
    """Print a line of the result to standard output."""
    typer.echo(text)


def remark(label: str, text: str, *, colour: str = "yellow") -> None:
    """Print a line such as `note: …` to standard error, the label in a colour and the text unchanged."""
    typer.secho(f"{label}: ", fg=colour, nl=False, err=True)
    typer.echo(text, err=True)


def say_json(value: object) -> None:
    """Print a result as JSON, for programs."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


@contextlib.contextmanager
def bars() -> Iterator[Progress]:
    """Show progress bars on a terminal, and otherwise a line now and then; both on standard error, unlike results."""
    if not sys.stderr.isatty():
        with _logged(lambda text: typer.echo(text, err=True)):
            yield _Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress

    name, detail = TextColumn("{task.description:>16}", markup=False), TextColumn("{task.fields[detail]}", markup=False)
    columns = (name, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn(), detail)
    rich = RichProgress(*columns, console=Console(stderr=True))
    with rich, _logged(lambda text: rich.console.print(text, markup=False, highlight=False)):
        tasks: dict[str, TaskID] = {}

        def _show(stage: str, done: float, total: float | None, detail: str) -> None:
            if stage not in tasks:
                tasks[stage] = rich.add_task(stage, total=total, detail=detail)
            rich.update(tasks[stage], completed=done, total=total, detail=detail)

        yield _show


@contextlib.contextmanager
def _logged(tell: Callable[[str], None]) -> Iterator[None]:
    """Show corpora's log messages during the block, such as the progress of downloads."""
    handler = _Teller(tell)
    logger = logging.getLogger("corpora")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


class _Teller(logging.Handler):
    """Passes the text of log records to a function."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__()
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        """Pass on one message."""
        self._tell(record.getMessage())


class _Lines:
    """Progress without a terminal: a line every half minute."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, stage: str, done: float, total: float | None, detail: str) -> None:
        """Print one line for the log."""
        late = time.monotonic() - self._last > 30
        if late or stage == "wait":
            number = f"{done:g} of {total:g} " if total else f"{done:g} " if done else ""
            typer.echo(f"{stage}: {number}{detail}".rstrip(), err=True)
            self._last = time.monotonic()


def table_console() -> Console:
    """The console for tables on stdout; where that is a file or a pipe, wide enough that no cell is cut.

    Text is printed unchanged: a name such as `run[v2]` or `:cat:` is not read as markup.
    """
    from rich.console import Console

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else WIDE
    return Console(width=width, markup=False, emoji=False, highlight=False)


def table(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table with aligned columns.

    Args:
        headers: one per column.
        rows: one value per column, formatted by `cell`; columns with numbers are right-aligned.
    """
    texts = [[cell(value) for value in row] for row in rows]
    widths = [max([len(h), *(len(row[i]) for row in texts)]) for i, h in enumerate(headers)]
    right = [any(isinstance(row[i], int | float) for row in rows) for i in range(len(headers))]
    for row in [list(headers), *texts]:
        cells = [c.rjust(w) if r else c.ljust(w) for c, w, r in zip(row, widths, right, strict=True)]
        say("  ".join(cells).rstrip())


def cell(value: object) -> str:
    """A value as text: thousands separators, four significant digits for floats, yes or no, a dash for None."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
