"""Errors in a plugin's own code, reported with the file and line that raised them."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from corpora.errors import CorporaError, PluginError
from corpora.plugin.component import Component


@contextmanager
def plugin_code(component: Component, method: str, place: Callable[[], str]) -> Iterator[None]:
    """Run a component's code, and turn any exception into an error that says where it happened.

    Args:
        component: whose code runs.
        method: the method that is called, for the message.
        place: called only on failure; describes the input that was being processed, such as `row 12`.

    Raises:
        PluginError: the code raised an exception; corpora's own errors and OSError pass through unchanged.
    """
    try:
        yield
    except (CorporaError, OSError):
        raise
    except Exception as error:  # a plugin's own code may raise anything
        where = line_of(error, component)
        raise PluginError(
            f"{component.name}: {method} failed{where and f' in {where}'}, {place()}: "
            f"{type(error).__name__}: {error}; nothing was written"
        ) from error


def line_of(error: BaseException, component: Component) -> str:
    """`FILE, line N` for the innermost frame of the component's own code, or the innermost frame of all.

    Args:
        error: raised by the component's code, or below it.
        component: its module decides which frames are its own.
    """
    module = sys.modules.get(type(component).__module__)
    own = str(getattr(module, "__file__", None) or "")
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if own and frame.filename == own] or frames[1:]
    return f"{Path(inside[-1].filename).name}, line {inside[-1].lineno}" if inside else ""
