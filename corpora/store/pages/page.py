"""Render self-contained HTML pages: the style sheet and the script are inline, and nothing is loaded from elsewhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from corpora.store.pages.values import LongText, is_number, sort_key

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent / "templates"


def render(template: str, **values: object) -> str:
    """A page from one of the templates in `templates/`, with the style and the script inline.

    Args:
        template: a file name, such as `version.html.j2`.
        values: the template's variables; strings are HTML-escaped.
    """
    page: str = _environment().get_template(template).render(style=_read("page.css"), script=_read("page.js"), **values)
    return page


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["cell"] = cell
    environment.filters["sort_key"] = sort_key
    environment.tests["a_number"] = is_number
    environment.tests["long"] = lambda value: isinstance(value, LongText)
    return environment


def cell(value: object) -> str:
    """A value as text for a table cell: thousands separators, four significant digits, a dash for None.

    Args:
        value: a number, text, `Size`, `Share`, `LongText`, or None.
    """
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if type(value) is float:
        return f"{value:,.0f}" if value.is_integer() or abs(value) >= 10_000 else f"{value:.4g}"
    return f"{value:,}" if is_number(value) else str(value)


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
