"""Tables, and the values in them that print in their own way: sizes, shares, long texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

UNITS = ("B", "kB", "MB", "GB", "TB")
SHOWN = 80
"""Characters of a long text that a table shows."""


class Size(int):
    """Bytes, which print as the study prints them: 204.8 MB, decimal units."""

    def __format__(self, _: str) -> str:
        size, unit = float(self), 0
        while size >= 999.95 and unit < len(UNITS) - 1:
            size, unit = size / 1000, unit + 1
        return f"{size:.0f} {UNITS[unit]}" if unit == 0 else f"{size:.1f} {UNITS[unit]}"

    def __str__(self) -> str:
        return format(self)


class Share(float):
    """A part of 1, which prints in percent."""

    def __format__(self, _: str) -> str:
        return f"{self * 100:.3g} %" if self < 1 else "100 %"


class Long(str):
    """Text that a table shows only the beginning of."""

    @property
    def full(self) -> str:
        """All of it."""
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
    """Rows from a publication, shown below those that were measured."""
    note: str = ""

    def as_json(self) -> dict[str, object]:
        """For programs."""
        return {"title": self.title, "headers": self.headers, "rows": self.all_rows, "note": self.note}

    @property
    def all_rows(self) -> list[list[object]]:
        """Measured ones, then quoted ones."""
        return self.rows + self.quoted

    def is_numeric(self, column: int) -> bool:
        """Whether a column holds numbers."""
        return any(is_number(row[column]) for row in self.all_rows)


def is_number(value: object) -> bool:
    """Whether a value is right-aligned in its column."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def sort_key(value: Any) -> str:
    """What a script sorts a cell by."""
    return repr(float(value)) if is_number(value) else str(value or "").lower()
