"""How languages write dates: names of months, the order of day and month, years before Christ."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

DAY = re.compile(r"([0-9]{1,2})(?:er|º|\.º|\.|r|st|nd|rd|th)?")


@cache
def data() -> dict[str, Any]:
    """The date forms of each language, and the names of templates; from `dates.toml`."""
    return tomllib.loads(files(__package__).joinpath("dates.toml").read_text(encoding="utf-8"))


def form_of(language: str) -> dict[str, Any]:
    """The date forms of a language; English ones if the table does not have it."""
    return dict(data().get(language) or data()["en"])


def month_names(language: str, *, with_day: bool = True) -> list[str]:
    """The names of the months, as written after a day or by themselves."""
    form = form_of(language)
    return list(form["months"] if with_day or "nominative" not in form else form["nominative"])


def written(day: str, month: str, year: str, language: str, *, american: bool = False) -> str:
    """A date in the language's notation; parts may be missing.

    Args:
        american: month before day, as in `May 5, 1950`; English only.
    """
    form = form_of(language)
    number = int(month.rstrip(".")) if month.rstrip(".").isdigit() else number_of(month, form)
    name = month
    if 1 <= number <= 12:
        names = form["months"] if day or "nominative" not in form else form["nominative"]
        name = names[number - 1]
    if matched := DAY.fullmatch(day):
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


def number_of(month: str, form: Mapping[str, Any]) -> int:
    """A month's number, given its name in the language or in English; 0 if it is not a month."""
    month = month.lower().rstrip(".")
    for names in (form["months"], form.get("nominative", ()), data()["en"]["months"]):
        for number, name in enumerate(names, 1):
            if name.lower() == month or (
                len(month) == 3 and names is data()["en"]["months"] and name.lower()[:3] == month
            ):
                return number
    return 0
