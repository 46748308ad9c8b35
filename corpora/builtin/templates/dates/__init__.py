"""Templates that show dates, years and centuries, in the language of the wiki."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar

from corpora import Template, hookimpl
from corpora.builtin.templates.arguments import ENGLISH, YES, Arguments, filled, first, is_set, one_of, positional
from corpora.builtin.templates.dates.lifespans import SPANS
from corpora.builtin.templates.dates.times import CENTURIES, FRENCH, named_for_its_text

_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})(?:-([0-9]{1,2}))?(?:T.*)?")
_DAY = re.compile(r"([0-9]{1,2})(?:er|º|\.º|\.|r|st|nd|rd|th)?")
_WHOLE = re.compile(r"([0-9]{1,2})[ ./-]+([^\W\d]+|[0-9]{1,2})\.?(?: de)?[ ./-]+(?:de )?([0-9]{3,4})")


@dataclass(frozen=True)
class Dates(Template):
    """Dates of birth and death, old-style dates, years and centuries."""

    name: ClassVar[str] = "dates"
    version: ClassVar[int] = 2

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
        return named_for_its_text(name) if language == "fr" else None


def _shown(kind: str, arguments: Arguments, language: str) -> str | None:
    if kind in _SPECIAL:
        return _SPECIAL[kind](arguments, language)
    if kind == "text":
        return first(arguments) or None
    if kind == "year":
        month = arguments.get("2", "")
        return written("", month if month.isdigit() and int(month) <= 12 else "", first(arguments), language) or None
    return date(arguments, language, order=kind)


@cache
def kinds(language: str) -> dict[str, str]:
    """Template names of a language, each with the order of its arguments or its kind."""
    data = _data()
    found = dict.fromkeys(data["any"]["year_first"], "ymd")
    found |= dict.fromkeys(data["any"]["day_before_month"], "ymd-dmy")
    found |= dict.fromkeys(data["any"]["text"], "text") | dict.fromkeys(data["any"]["year"], "year")
    found |= _NAMED
    own = data.get(language, {})
    found |= dict.fromkeys(own.get("year_first", ()), "ymd")
    return found | dict.fromkeys(own.get("day_first", ()), "dmy")


_NAMED = {
    **dict.fromkeys(("as of", "asof", "as of?"), "as of"),
    **dict.fromkeys(("age", "age in years", "years between", "age nts", "age at date"), "age"),
    **dict.fromkeys(("age in years and days", "ayd", "age in years, months and days"), "age and days"),
    **dict.fromkeys(("julgregdatum", "julgreg"), "julian"),
    "oldstyledate": "old-style", "old style date": "old-style", "oldstyledatedy": "new-style",
    "old style date dy": "new-style", "oldstyledateny": "same year", "old style date ny": "same year",
    "старый стиль": "same year", "сс3": "two calendars", "сс2": "two calendars",
    "decade": "decade", "oldstyledatemdy": "american", "old style date mdy": "american",
}  # fmt: skip


def date(arguments: Arguments, language: str, *, order: str) -> str | None:
    """A date from its arguments: numbers or names, in the template's order, named, or as one text.

    Args:
        order: `ymd` or `dmy`; `ymd-dmy` is year first and, in English, shown with the day first.
    """
    year, month, day = _read(arguments, language, order)
    if not (year or month or day):
        return first(arguments) or None
    american = language in ENGLISH and _is_american(arguments, order)
    return written(day, month, year, language, american=american)


def _is_american(arguments: Arguments, order: str) -> bool:
    """Whether the month comes before the day."""
    forms = {arguments.get("format", "").lower(), *(value.lower() for value in positional(arguments)[:4])}
    if "dmy" in forms or is_set(arguments, "df", "dmy") or _WHOLE.fullmatch(first(arguments)):
        return False
    return order == "ymd" or "mdy" in forms or is_set(arguments, "mf") or arguments.get("df", "").lower() == "us"


_SWITCHES = YES - {"1"} | {"dmy", "mdy", "iso", "ymd", "my", "md", "dm", "hide", "none"}
"""Arguments that choose a form and are not part of a date."""


def _read(arguments: Arguments, language: str, order: str) -> tuple[str, str, str]:
    """Year, month and day as written; empty texts for what is missing."""
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
    if len(values) == 1 or (values and not values[0].isdigit() and _WHOLE.fullmatch(values[0])):
        return _from_text(values[0])
    one, two, three = (*values, "", "", "")[:3]
    if order == "dmy" and not re.fullmatch(r"[0-9]{3,4}", one):
        return three, two, one
    if order != "dmy" and _DAY.fullmatch(one) and re.fullmatch(r"[0-9]{3,4}", three):
        return three, two, one
    return one, two, three


def _from_text(text: str) -> tuple[str, str, str]:
    if match := _ISO.fullmatch(text):
        return match[1], match[2], match[3] or ""
    if match := _WHOLE.fullmatch(text):
        return match[3], match[2], match[1]
    return (text, "", "") if re.fullmatch(r"-?[0-9]{1,4}", text) else ("", "", "")


def written(day: str, month: str, year: str, language: str, *, american: bool = False) -> str:
    """A date as the language writes it, from what there is of it.

    Args:
        american: month before day, as in `May 5, 1950`; English only.
    """
    form = _data().get(language) or _data()["en"]
    number = int(month.rstrip(".")) if month.rstrip(".").isdigit() else _number_of(month, form)
    name = month
    if 1 <= number <= 12:
        names = form["months"] if day or "nominative" not in form else form["nominative"]
        name = names[number - 1]
    if matched := _DAY.fullmatch(day):
        day = str(int(matched[1]))
    if day == "1" and name:
        day = form.get("first", day)
    year = form["before"].format(y=year.lstrip("-−")) if year[:1] in ("-", "−") and year[1:].isdigit() else year
    if day and name and american:
        return f"{name} {day}, {year}" if year else f"{name} {day}"
    if day and name:
        return str(form["full"].format(d=day, m=name, y=year) if year else form["day"].format(d=day, m=name)).strip()
    if name:
        return str(form["month"].format(m=name, y=year)) if year else name
    return year or day


def _number_of(month: str, form: Mapping[str, Any]) -> int:
    """The number of a month by its name in the language or in English; 0 where it is none."""
    month = month.lower().rstrip(".")
    for names in (form["months"], form.get("nominative", ()), _data()["en"]["months"]):
        for number, name in enumerate(names, 1):
            if name.lower() == month or (
                len(month) == 3 and names is _data()["en"]["months"] and name.lower()[:3] == month
            ):
                return number
    return 0


def as_of(arguments: Arguments, language: str) -> str | None:
    """`As of March 2008`, `since 2008`; in other languages than English the date alone."""
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
    """Whole years between two dates; None where the second is the day that the page is read."""
    try:
        numbers = [int(value) for value in positional(arguments)[:6]]
        if len(numbers) < 6:
            return None
        (y1, m1, d1), (y2, m2, d2) = numbers[:3], numbers[3:]
        return str(y2 - y1 - ((m2, d2) < (m1, d1)))
    except ValueError:
        return None


def age_and_days(arguments: Arguments, language: str) -> str | None:
    """Years and days between two dates: `50 years, 4 days`; None where the second is the day that the page is read."""
    try:
        (y1, m1, d1), (y2, m2, d2) = (
            (int(arguments[str(at)]), int(arguments[str(at + 1)]), int(arguments[str(at + 2)])) for at in (1, 4)
        )
        years = y2 - y1 - ((m2, d2) < (m1, d1))
        days = (datetime.date(y2, m2, d2) - datetime.date(y1 + years, m1, d1)).days
    except (KeyError, ValueError):
        return None
    return f"{years} year{'' if years == 1 else 's'}, {days} day{'' if days == 1 else 's'}"


def old_style(arguments: Arguments, language: str) -> str | None:
    """`{{OldStyleDate|22 May|1813|10 May}}`: the day of the new calendar, the year, the day of the old one."""
    day, year, old = (arguments.get(key, "") for key in ("1", "2", "3"))
    if language in ("ru", "uk", "be"):
        return _old_first(old, day, year)
    if language in ENGLISH:
        return " ".join(part for part in (day, _old(old, language), year) if part) or None
    of = "de " if language in ("es", "pt", "ca", "gl") and year else ""
    return " ".join(part for part in (day, of + year, _old(old, language)) if part) or None


def _old_first(old: str, day: str, year: str) -> str:
    """`7 [20] ноября 1910`, `28 августа [9 сентября] 1828`: the old day first."""
    if old.partition(" ")[2] == day.partition(" ")[2] and " " in old:
        return f"{old.partition(' ')[0]} [{day.partition(' ')[0]}] {old.partition(' ')[2]} {year}".strip()
    return f"{old} [{day}] {year}".strip() if old else f"{day} {year}".strip()


def two_calendars(arguments: Arguments, language: str) -> str | None:
    """Russian `{{СС3|22.5.1813}}`, a day of the new calendar, with the old one first: `10 (22) мая 1813`."""
    match = _WHOLE.fullmatch(first(arguments))
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
    """By how many days the Gregorian calendar is ahead of the Julian one."""
    year -= month < 3
    return year // 100 - year // 400 - 2


def new_style(arguments: Arguments, language: str) -> str | None:
    """`{{OldStyleDateDY|6 January|1813|25 December 1812}}`: two dates of different years."""
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
    form = _data().get(language) or _data()["en"]
    return str(form["old"].format(old=day)) if day else ""


def julian(arguments: Arguments, language: str) -> str | None:
    """A Julian date and its Gregorian one: `26. Mai jul. / 6. Juni 1799 greg.`"""
    try:
        day, month, year = (int(value) for value in filled(arguments)[:3])
        shift = year // 100 - year // 400 - 2 - (1 if month < 3 and year % 100 == 0 and year % 400 else 0)
        new = datetime.date(year, month, day) + datetime.timedelta(days=shift)
    except ValueError:
        return None
    same = new.year == year
    old = written(str(day), str(month), "" if same else str(year), language)
    return f"{old} jul. / {written(str(new.day), str(new.month), str(new.year), language)} greg."


def decade(arguments: Arguments, language: str) -> str | None:
    """`1990s`."""
    return f"{first(arguments)}s" if first(arguments) else None


_SPECIAL = {
    "as of": as_of, "age": age, "julian": julian, "old-style": old_style, "new-style": new_style,
    "same year": same_year, "decade": decade, "american": american_style, "age and days": age_and_days,
    "two calendars": two_calendars,
}  # fmt: skip


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("dates.toml").read_text(encoding="utf-8"))


@hookimpl
def corpora_templates() -> list[type[Template]]:
    """Offer it."""
    return [Dates]
