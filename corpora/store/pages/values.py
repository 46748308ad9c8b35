"""Tables, and values with a special format in them: sizes, shares, long texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

UNITS = ("B", "kB", "MB", "GB", "TB")
SHOWN = 80
"""How many characters of a long text a table shows."""


class Size(int):
    """A number of bytes, formatted as in the study: 204.8 MB, with decimal units."""

    def __format__(self, _: str) -> str:
        size, unit = float(self), 0
        while size >= 999.95 and unit < len(UNITS) - 1:
            size, unit = size / 1000, unit + 1
        return f"{size:.0f} {UNITS[unit]}" if unit == 0 else f"{size:.1f} {UNITS[unit]}"

    def __str__(self) -> str:
        return format(self)


class Share(float):
    """A share from 0 to 1, formatted as a percentage."""

    def __format__(self, _: str) -> str:
        return f"{self * 100:.3g} %" if self < 1 else "100 %"


class LongText(str):
    """Text of which a table shows only the beginning."""

    @property
    def full(self) -> str:
        """The whole text."""
        return "".join(self)

    def __str__(self) -> str:
        if len(self) <= SHOWN:
            return self.full
        return self[:SHOWN].rsplit(" ", 1)[0].rstrip(",;:. ") + " …"


@dataclass(frozen=True)
class Table:
    """One table of a page."""

    title: str
    headers: list[str]
    rows: list[list[Any]] = field(default_factory=list)
    quoted: list[list[object]] = field(default_factory=list)
    """Rows from publications, shown below the measured ones."""
    note: str = ""

    def as_json(self) -> dict[str, object]:
        """The table as JSON values, with the quoted rows after the measured ones."""
        return {"title": self.title, "headers": self.headers, "rows": self.all_rows, "note": self.note}

    @property
    def all_rows(self) -> list[list[object]]:
        """The measured rows, then the quoted ones."""
        return self.rows + self.quoted

    def is_numeric(self, column: int) -> bool:
        """Whether a column contains numbers, and is therefore right-aligned.

        Args:
            column: its index, from 0.
        """
        return any(is_number(row[column]) for row in self.all_rows)


def is_number(value: object) -> bool:
    """Whether a value is a number; bool is not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def sort_key(value: Any) -> str:
    """The key by which the page's script sorts a cell: a number's repr, or text in lower case."""
    return repr(float(value)) if is_number(value) else str(value or "").lower()
