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
    """Run a component's own code; whatever it raises becomes an error that says where.

    Args:
        method: the method that is called, for the message.
        place: gives what was being read when it failed, such as `row 12`.

    Raises:
        PluginError: it raised something; errors of corpora and of the file system pass unchanged.
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
    """`FILE, line N` of the component's own code that raised an error, or the last line of any code."""
    module = sys.modules.get(type(component).__module__)
    own = str(getattr(module, "__file__", None) or "")
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if own and frame.filename == own] or frames[1:]
    return f"{Path(inside[-1].filename).name}, line {inside[-1].lineno}" if inside else ""
