"""Dates in two calendars: `22 May [O.S. 10 May] 1813`, `10 (22) мая 1813`, `26. Mai jul. / 6. Juni 1799 greg.`"""

from __future__ import annotations

import datetime
import re

from corpora.builtin.templates.arguments import ENGLISH, Arguments, filled, first
from corpora.builtin.templates.dates.writing import form_of, written

WHOLE = re.compile(r"([0-9]{1,2})[ ./-]+([^\W\d]+|[0-9]{1,2})\.?(?: de)?[ ./-]+(?:de )?([0-9]{3,4})")
"""A day, a month and a year in one text."""


def old_style(arguments: Arguments, language: str) -> str | None:
    """`{{OldStyleDate|22 May|1813|10 May}}`: the new-style day, the year, then the old-style day."""
    day, year, old = (arguments.get(key, "") for key in ("1", "2", "3"))
    if language in ("ru", "uk", "be"):
        return _old_first(old, day, year)
    if language in ENGLISH:
        return " ".join(part for part in (day, _old(old, language), year) if part) or None
    of = "de " if language in ("es", "pt", "ca", "gl") and year else ""
    return " ".join(part for part in (day, of + year, _old(old, language)) if part) or None


def _old_first(old: str, day: str, year: str) -> str:
    """`7 [20] ноября 1910`, `28 августа [9 сентября] 1828`: the old-style day first."""
    if old.partition(" ")[2] == day.partition(" ")[2] and " " in old:
        return f"{old.partition(' ')[0]} [{day.partition(' ')[0]}] {old.partition(' ')[2]} {year}".strip()
    return f"{old} [{day}] {year}".strip() if old else f"{day} {year}".strip()


def two_calendars(arguments: Arguments, language: str) -> str | None:
    """Russian `{{СС3|22.5.1813}}`, a new-style date, shown with the old-style one first: `10 (22) мая 1813`."""
    match = WHOLE.fullmatch(first(arguments))
    if match is None or not match[2].isdigit():
        return None
    try:
        new = datetime.date(int(match[3]), int(match[2]), int(match[1]))
        old = new - datetime.timedelta(days=_calendar_shift(new.year, new.month))
    except ValueError:
        return None
    if (old.month, old.year) == (new.month, new.year):
        return f"{old.day} ({new.day}) {written('1', str(new.month), str(new.year), language).partition(' ')[2]}"
    year = "" if old.year == new.year else str(old.year)
    before = written(str(old.day), str(old.month), year, language)
    after = written(str(new.day), str(new.month), "" if year == "" else str(new.year), language)
    return f"{before} ({after}) {new.year}" if year == "" else f"{before} ({after})"


def _calendar_shift(year: int, month: int) -> int:
    """The number of days by which the Gregorian calendar is ahead of the Julian calendar."""
    year -= month < 3
    return year // 100 - year // 400 - 2


def new_style(arguments: Arguments, language: str) -> str | None:
    """`{{OldStyleDateDY|6 January|1813|25 December 1812}}`: two dates in different years."""
    day, year, old = (arguments.get(key, "") for key in ("1", "2", "3"))
    if language in ("ru", "uk", "be"):
        return f"{old} [{day} {year}]"
    return " ".join(part for part in (day, year, _old(old, language)) if part) or None


def american_style(arguments: Arguments, language: str) -> str | None:
    """`{{OldStyleDateMDY|February 2|1813|January 20}}`: the month first, and the year after a comma."""
    day, year, old = (arguments.get(key, "") for key in ("1", "2", "3"))
    return " ".join(part for part in (", ".join(filter(None, (day, year))), _old(old, language)) if part) or None


def same_year(arguments: Arguments, language: str) -> str | None:
    """`{{OldStyleDateNY|February 2|January 20}}`: without a year."""
    day, old = (arguments.get(key, "") for key in ("1", "2"))
    return " ".join(part for part in (day, _old(old, language)) if part) or None


def _old(day: str, language: str) -> str:
    form = form_of(language)
    return str(form["old"].format(old=day)) if day else ""


def julian(arguments: Arguments, language: str) -> str | None:
    """A Julian date and its Gregorian equivalent: `26. Mai jul. / 6. Juni 1799 greg.`"""
    try:
        day, month, year = (int(value) for value in filled(arguments)[:3])
        shift = year // 100 - year // 400 - 2 - (1 if month < 3 and year % 100 == 0 and year % 400 else 0)
        new = datetime.date(year, month, day) + datetime.timedelta(days=shift)
    except ValueError:
        return None
    same = new.year == year
    old = written(str(day), str(month), "" if same else str(year), language)
    return f"{old} jul. / {written(str(new.day), str(new.month), str(new.year), language)} greg."
