"""Templates that show dates, years and centuries, in the language of the wiki."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import ClassVar

from corpora import Template, hookimpl
from corpora.builtin.templates.arguments import ENGLISH, YES, Arguments, first, is_set, one_of, positional
from corpora.builtin.templates.dates.calendars import (
    WHOLE,
    american_style,
    julian,
    new_style,
    old_style,
    same_year,
    two_calendars,
)
from corpora.builtin.templates.dates.formats import date_format, month_name, time
from corpora.builtin.templates.dates.lifespans import SPANS
from corpora.builtin.templates.dates.times import CENTURIES, FRENCH, named_for_its_text
from corpora.builtin.templates.dates.writing import DAY, data, form_of, month_names, number_of, written

_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})(?:-([0-9]{1,2}))?(?:T.*)?")


@dataclass(frozen=True)
class Dates(Template):
    """Dates of birth and death, old-style dates, years and centuries."""

    name: ClassVar[str] = "dates"
    version: ClassVar[int] = 4

    def knows(self, name: str, language: str) -> bool:
        """Whether it may render templates of this name."""
        return language == "fr" or name in CENTURIES or name in SPANS or name in kinds(language)

    def render(self, name: str, arguments: Mapping[str, str], language: str) -> str | None:
        """The text of a template that shows a date."""
        function = CENTURIES.get(name) or SPANS.get(name)
        if language == "fr":
            function = FRENCH.get(name) or function
        if function is not None:
            return function(arguments, language)
        kind = kinds(language).get(name)
        if kind is not None:
            return _shown(kind, arguments, language)
        return named_for_its_text(name, first(arguments)) if language == "fr" else None


def _shown(kind: str, arguments: Arguments, language: str) -> str | None:
    if kind in _SPECIAL:
        return _SPECIAL[kind](arguments, language)
    if kind in _FORMATS:
        months = partial(number_of, form=form_of(language))
        return _FORMATS[kind](arguments, months, month_names(language, with_day=kind != "month name"))
    if kind == "text":
        return first(arguments) or None
    if kind == "year":
        month = arguments.get("2", "")
        return written("", month if month.isdigit() and int(month) <= 12 else "", first(arguments), language) or None
    return date(arguments, language, order=kind)


@cache
def kinds(language: str) -> dict[str, str]:
    """The template names of a language, each with its kind or the order of its arguments."""
    known = data()
    found = dict.fromkeys(known["any"]["year_first"], "ymd")
    found |= dict.fromkeys(known["any"]["day_before_month"], "ymd-dmy")
    found |= dict.fromkeys(known["any"]["text"], "text") | dict.fromkeys(known["any"]["year"], "year")
    found |= _NAMED
    own = known.get(language, {})
    found |= dict.fromkeys(own.get("year_first", ()), "ymd")
    return found | dict.fromkeys(own.get("day_first", ()), "dmy")


_NAMED = {
    **dict.fromkeys(("as of", "asof", "as of?"), "as of"),
    **dict.fromkeys(("age", "age in years", "years between", "age nts", "age at date"), "age"),
    **dict.fromkeys(("age in years and days", "ayd", "age in years, months and days"), "age and days"),
    **dict.fromkeys(("julgregdatum", "julgreg"), "julian"),
    "oldstyledate": "old-style", "old style date": "old-style", "oldstyledatedy": "new-style",
    "old style date dy": "new-style", "oldstyledateny": "same year", "old style date ny": "same year",
    "#time": "#time", "#timel": "#time", "#dateformat": "date format", "#formatdate": "date format",
    "monthname": "month name", "старый стиль": "same year", "сс3": "two calendars", "сс2": "two calendars",
    **dict.fromkeys(("nfly", "by", "baseball year", "mlby", "mlb year", "mlsy", "wnbay", "cfly", "afly"), "season"),
    **dict.fromkeys(("nbay", "nhly", "aafcy", "cbby"), "winter season"),
    **dict.fromkeys(("edad", "età", "idade", "âge", "alter", "leeftijd", "возраст", "wiek"), "age dmy"),
    "年数": "age",
    "decade": "decade", "oldstyledatemdy": "american", "old style date mdy": "american",
}  # fmt: skip


def date(arguments: Arguments, language: str, *, order: str) -> str | None:
    """A date, given as one text, by named arguments, or by numbers and month names in the template's order.

    Args:
        order: `ymd` or `dmy`; `ymd-dmy` takes the year first, and in English shows the day first.
    """
    year, month, day = _read(arguments, language, order)
    if not (year or month or day):
        return first(arguments) or None
    american = language in ENGLISH and _is_american(arguments, order)
    return written(day, month, year, language, american=american)


def _is_american(arguments: Arguments, order: str) -> bool:
    """Whether the month comes before the day."""
    forms = {arguments.get("format", "").lower(), *(value.lower() for value in positional(arguments)[:4])}
    if "mdy" in forms and order != "ymd":
        return True
    if "dmy" in forms or is_set(arguments, "df", "dmy") or WHOLE.fullmatch(first(arguments)):
        return False
    return order == "ymd" or "mdy" in forms or is_set(arguments, "mf") or arguments.get("df", "").lower() == "us"


_SWITCHES = YES - {"1"} | {"dmy", "mdy", "iso", "ymd", "my", "md", "dm", "hide", "none"}
"""Arguments that choose a format and are not part of the date."""


def _read(arguments: Arguments, language: str, order: str) -> tuple[str, str, str]:
    """Year, month and day as given; a missing part is an empty text."""
    named = (
        one_of(arguments, "year", "année", "annee", "año", "anno", "ano", "jahr", "jaar", "год"),
        one_of(arguments, "month", "mois", "mes", "mese", "mês", "monat", "maand", "месяц"),
        one_of(arguments, "day", "jour", "día", "dia", "giorno", "tag", "dag", "день"),
    )
    if any(named):
        return named
    values = [value for value in positional(arguments)[:4] if value.lower() not in _SWITCHES]
    values = [value.strip("[] ") for value in values]
    while values and not values[-1]:
        values.pop()
    whole = values[:1] and (_ISO.fullmatch(values[0]) or (not values[0].isdigit() and WHOLE.fullmatch(values[0])))
    if len(values) == 1 or whole:
        return _from_text(values[0])
    one, two, three = (*values, "", "", "")[:3]
    if order == "dmy" and not re.fullmatch(r"[0-9]{3,4}", one):
        return three, two, one
    if order != "dmy" and DAY.fullmatch(one) and re.fullmatch(r"[0-9]{3,4}", three):
        return three, two, one
    return one, two, three


def _from_text(text: str) -> tuple[str, str, str]:
    if match := _ISO.fullmatch(text):
        return match[1], match[2], match[3] or ""
    if match := WHOLE.fullmatch(text):
        return match[3], match[2], match[1]
    return (text, "", "") if re.fullmatch(r"-?[0-9]{1,4}", text) else ("", "", "")


def as_of(arguments: Arguments, language: str) -> str | None:
    """`As of March 2008`, `since 2008`; in languages other than English, only the date."""
    if arguments.get("alt"):
        return arguments["alt"]
    day = date(arguments, language, order="ymd-dmy")
    if language not in ENGLISH or day is None:
        return day
    word = "since" if arguments.get("since") else "as of"
    pre, post = arguments.get("pre", ""), arguments.get("post", "")
    shown = word if arguments.get("lc") or arguments.get("bare") else word.capitalize()
    return f"{shown} {pre + ' ' if pre else ''}{day}{post}"


def age(arguments: Arguments, language: str) -> str | None:
    """Whole years between two dates; None if the second date is the day on which the page is viewed."""
    try:
        numbers = [int(value) for value in positional(arguments)[:6]]
        if len(numbers) < 6:
            return None
        (y1, m1, d1), (y2, m2, d2) = numbers[:3], numbers[3:]
        return str(y2 - y1 - ((m2, d2) < (m1, d1)))
    except ValueError:
        return None


def age_and_days(arguments: Arguments, language: str) -> str | None:
    """Years and days between two dates: `50 years, 4 days`; None if the second date is the day of viewing."""
    try:
        (y1, m1, d1), (y2, m2, d2) = (
            (int(arguments[str(at)]), int(arguments[str(at + 1)]), int(arguments[str(at + 2)])) for at in (1, 4)
        )
        years = y2 - y1 - ((m2, d2) < (m1, d1))
        days = (datetime.date(y2, m2, d2) - datetime.date(y1 + years, m1, d1)).days
    except (KeyError, ValueError):
        return None
    return f"{years} year{'' if years == 1 else 's'}, {days} day{'' if days == 1 else 's'}"


def decade(arguments: Arguments, language: str) -> str | None:
    """`1990s`."""
    return f"{first(arguments)}s" if first(arguments) else None


def season(arguments: Arguments, language: str) -> str | None:
    """The year in a template that links to a season of a sports league."""
    return first(arguments) or None


def winter_season(arguments: Arguments, language: str) -> str | None:
    """`{{nbay|2003}}` is `2003–04`; with `end` or `start`, one of the years."""
    year, which = first(arguments), arguments.get("2", "").lower()
    if not re.fullmatch(r"[0-9]{4}", year):
        return None
    after = int(year) + 1
    return {"start": year, "end": str(after)}.get(
        which
    ) or f"{year}–{after if after % 100 == 0 else f'{after % 100:02}'}"


def age_dmy(arguments: Arguments, language: str) -> str | None:
    """Whole years between two dates; a year of four digits comes first, else last: `{{edad|1|2|1950|3|4|2000}}`."""
    values = positional(arguments)[:6]
    order = (0, 1, 2, 3, 4, 5) if len(values[0] if values else "") == 4 else (2, 1, 0, 5, 4, 3)
    return age({str(at): values[key] for at, key in enumerate(order, 1)}, language) if len(values) == 6 else None


_SPECIAL = {
    "season": season, "winter season": winter_season, "age dmy": age_dmy,
    "as of": as_of, "age": age, "julian": julian, "old-style": old_style, "new-style": new_style,
    "same year": same_year, "decade": decade, "american": american_style, "age and days": age_and_days,
    "two calendars": two_calendars,
}  # fmt: skip

_FORMATS = {"#time": time, "date format": date_format, "month name": month_name}


@hookimpl
def corpora_templates() -> list[type[Template]]:
    """Offer it."""
    return [Dates]
