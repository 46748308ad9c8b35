"""Self-contained HTML pages: one template, one style sheet, one script, no request to anywhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from corpora.store.pages.values import Long, is_number, sort_key

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent / "templates"


def render(template: str, **values: object) -> str:
    """A page from one of the templates in `templates/`, with the style and the script inline.

    Args:
        template: its file's name.
        values: what the template shows; strings are escaped.
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
    environment.tests["long"] = lambda value: isinstance(value, Long)
    return environment


def cell(value: object) -> str:
    """A value as a table shows it: thousands marked, a dash for what is missing."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if type(value) is float:
        return f"{value:,.0f}" if value.is_integer() or abs(value) >= 10_000 else f"{value:.4g}"
    return f"{value:,}" if is_number(value) else str(value)


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
