"""Dates in a requested format: `{{#time:j F Y|2004-05-06}}`, `{{#dateformat:25 dec 2009|ymd}}`, `{{MONTHNAME|5}}`."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable

from corpora.builtin.templates.arguments import Arguments, first

_CODE = re.compile(r'"([^"]*)"|\\(.)|x[nN]|(.)', re.DOTALL)
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[ T][0-9:Z]*)?")
_DAY_FIRST = re.compile(r"([0-9]{1,2}) ([^\W\d]+)\.?,? ([0-9]{4})")
_MONTH_FIRST = re.compile(r"([^\W\d]+)\.? ([0-9]{1,2}),? ([0-9]{4})")
_ORDERS = {"dmy": "j F Y", "mdy": "F j, Y", "ymd": "Y F j", "iso 8601": "Y-m-d"}

Months = Callable[[str], int]
"""Returns a month's number, given its name; 0 if it is not a month."""


def read(text: str, months: Months) -> datetime.date | None:
    """The date that a text states in figures or words; None for any other text, such as `now` or `+3 days`."""
    if match := _ISO.fullmatch(text):
        year, month, day = match.groups()
    elif match := _DAY_FIRST.fullmatch(text):
        day, month, year = match.groups()
    elif match := _MONTH_FIRST.fullmatch(text):
        month, day, year = match.groups()
    else:
        return None
    try:
        return datetime.date(int(year), int(month) if month.isdigit() else months(month), int(day))
    except ValueError:
        return None


def formatted(form: str, date: datetime.date, names: list[str]) -> str | None:
    """The date in a PHP date format; None if the format uses more than days, months and years.

    Args:
        form: such as `j F Y`; text in quotation marks is literal.
        date: the date.
        names: the names of the months.
    """
    name = names[date.month - 1]
    values = {
        "Y": str(date.year), "y": f"{date.year % 100:02}", "n": str(date.month), "m": f"{date.month:02}",
        "j": str(date.day), "d": f"{date.day:02}", "F": name, "M": name[:3], "z": str(date.timetuple().tm_yday - 1),
    }  # fmt: skip
    parts: list[str] = []
    for match in _CODE.finditer(form):
        quoted, escaped, letter = match.groups()
        if quoted is not None or escaped:
            parts.append(quoted or escaped or "")
        elif letter and letter in values:
            parts.append(values[letter])
        elif letter and letter.isascii() and letter.isalpha():
            return None
        else:
            parts.append(letter or "")
    return "".join(parts)


def time(arguments: Arguments, months: Months, names: list[str]) -> str | None:
    """`{{#time:FORMAT|DATE}}`; None if no date is given, which means now."""
    date = read(arguments.get("2", ""), months)
    return None if date is None else formatted(first(arguments), date, names)


def date_format(arguments: Arguments, months: Months, names: list[str]) -> str | None:
    """`{{#dateformat:DATE|ORDER}}`: in the given order, or unchanged if none is given."""
    order = _ORDERS.get(arguments.get("2", "").lower())
    date = read(first(arguments), months)
    return first(arguments) or None if order is None or date is None else formatted(order, date, names)


def month_name(arguments: Arguments, months: Months, names: list[str]) -> str | None:
    """`{{MONTHNAME|5}}` is `May`."""
    number = first(arguments)
    return names[int(number) - 1] if number.isdigit() and 1 <= int(number) <= 12 else None
