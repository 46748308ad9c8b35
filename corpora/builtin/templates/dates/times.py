"""Templates that show centuries, hours and durations, most of them French: `{{s-|I|er}}`, `{{heure|14|30}}`."""

from __future__ import annotations

import re
from functools import partial

from corpora.builtin.templates.arguments import Arguments, Function, filled, positional
from corpora.builtin.templates.numbers.numerals import is_roman

_ORDINAL = re.compile(r"(\d+)(er|re|e|nd|nde|d|de|ers|es)")
_CENTURY = re.compile(r"([ivxlc]+)(er|re|e)( siècles?| millénaires?| s| arrondissement)?( av\. ?j\.-c\.)?")
_CENTURIES = re.compile(r"([ivxlc]+)(er|e)?( et | au |-)([ivxlc]+)e siècles?( av\. ?j\.-c\.)?")
_DAY_OF_YEAR = re.compile(
    r"(?:1er|[12]?[0-9]|3[01]) (?:janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre)"
)
_BEFORE_CHRIST = re.compile(r"-([0-9]{1,4})")
_NUMERAL = re.compile(r"[IVXLCivxlc]+|[0-9]+")

_YEARS = re.compile(r"\d{1,4}(?:[–-]\d{1,4})?|\d{1,2}(?:st|nd|rd|th)(?: century)?")


def named_for_its_text(name: str, counted: str = "") -> str | None:
    """French templates whose name is the text that they show.

    Such as `{{Ier siècle}}`, `{{XIXe}}`, `{{2e}}`, `{{1er mai}}`, `{{Louis XIV}}`, `{{-50}}`.

    Args:
        name: the template's name in lower case.
        counted: the word that an ordinal precedes: `{{5e|fois}}`.
    """
    if _ORDINAL.fullmatch(name):
        return f"{name} {counted}".strip()
    if _DAY_OF_YEAR.fullmatch(name):
        return name
    if year := _BEFORE_CHRIST.fullmatch(name):
        return f"{year[1]} av. J.-C."
    if (match := _CENTURY.fullmatch(name)) and is_roman(match[1]):
        number, ending, what, before = match.groups(default="")
        return f"{number.upper()}{ending}{' siècle' if what == ' s' else what}{' av. J.-C.' if before else ''}"
    if (match := _CENTURIES.fullmatch(name)) and is_roman(match[1]) and is_roman(match[4]):
        one, ending, joint, other, before = match.groups(default="")
        return f"{one.upper()}{ending or 'e'}{joint}{other.upper()}e siècles{' av. J.-C.' if before else ''}"
    return _sovereign(name)


def _sovereign(name: str) -> str | None:
    person, _, number = name.rpartition(" ")
    ier = number in ("ier", "1er")
    if not person.replace("-", "").isalpha() or not (ier or (len(number) > 1 and is_roman(number))):
        return None
    return f"{person.title()} {'Ier' if ier else number.upper()}"


def french_century(what: str, before: bool, arguments: Arguments, language: str) -> str | None:
    """One century or two: `{{s-|I|er}}` is `Ier siècle`, `{{sp-|XV|e|et|XVI|e}}` is `XVe et XVIe siècles`.

    Args:
        what: ` siècle`, ` millénaire`, or empty.
        before: whether to add *before Christ*.
    """
    numbers: list[str] = []
    joint = " et "
    for value in filled(arguments):
        if _NUMERAL.fullmatch(value):
            numbers.append(value.upper())
        elif value.lower() in ("e", "er", "re", "ère", "ème") and numbers:
            numbers[-1] += value.lower()
        elif value.lower() in ("et", "ou", "au", "-", "–", "à"):
            joint = f" {value} " if value.isalpha() else "-"
    if not numbers:
        return None
    numbers = [n if n[-1].islower() else n + ("er" if n in ("I", "1") else "e") for n in numbers]
    ending = "s" if len(numbers) > 1 and what else ""
    return joint.join(numbers) + what + ending + (" av. J.-C." if before else "")


def century(arguments: Arguments, language: str) -> str | None:
    """A century in the language's notation; Spanish `{{siglo|XX||s}}` includes the word for century."""
    values = positional(arguments)
    if not values or not values[0]:
        return None
    before = any(value.lower().replace(" ", "") in ("a", "ac", "a.c.", "a.c", "-") for value in values[1:2])
    if language == "es":
        word = {"s": "siglo ", "S": "Siglo ", "p": "siglos ", "P": "Siglos "}.get((*values, "", "")[2], "")
        after = values[1:2] and values[1].lower().replace(" ", "") in ("d", "dc", "d.c.", "d.c")
        return f"{word}{values[0]}{' a. C.' if before else ' d. C.' if after else ''}"
    if language == "it":
        return f"{values[0]} secolo{' a.C.' if before else ''}"
    word = {"pt": "século ", "ca": "segle ", "gl": "século "}.get(language, "")
    return f"{word}{values[0]}{' a.C.' if before else ''}"


def common_era(arguments: Arguments, language: str) -> str | None:
    """`{{CE|79}}` is `79 CE`; `{{ce|NaCl}}` is a formula, and `{{CE}}` alone a box for editors."""
    values = positional(arguments)
    if not values or not values[0]:
        return None
    return f"{values[0]} CE" if _YEARS.fullmatch(values[0]) else values[0]


def hour(arguments: Arguments, language: str) -> str | None:
    """`14 h 30`, `14 h 30 min 15 s`."""
    hours, minutes, seconds = (*positional(arguments), "", "", "")[:3]
    return _clock(hours, minutes, seconds, named=bool(seconds)) or None


def duration(arguments: Arguments, language: str) -> str | None:
    """`1 h 30`, `45 min`, `1 h 30 min 15 s`; any number of named parts."""
    hours, minutes, seconds = (*positional(arguments), "", "", "")[:3]
    hours = hours or arguments.get("h", "") or arguments.get("heures", "")
    minutes = minutes or arguments.get("m", "") or arguments.get("min", "")
    seconds = seconds or arguments.get("s", "")
    days = arguments.get("jours", "") or arguments.get("j", "")
    text = _clock(hours, minutes, seconds, named=bool(seconds) or not hours)
    return f"{days + ' j ' if days else ''}{text}".strip() or None


def _clock(hours: str, minutes: str, seconds: str, *, named: bool) -> str:
    parts = (
        f"{hours} h" if hours else "",
        f"{minutes.zfill(2) if hours and minutes.isdigit() else minutes}{' min' if named else ''}" if minutes else "",
        f"{seconds} s" if seconds else "",
    )
    return " ".join(filter(None, parts))


FRENCH: dict[str, Function] = {
    **dict.fromkeys(("s", "s-", "siècle", "s2", "s2-", "sp", "sp-", "s-s", "ss", "siècles"), partial(french_century,
                     " siècle", False)),
    **dict.fromkeys(("-s", "-s-", "-s2", "-sp", "-sp-", "-ss", "av s"), partial(french_century, " siècle", True)),
    **dict.fromkeys(("s mini", "s mini-", "e siècle mini", "rom", "sap", "rom-maj"), partial(french_century, "",
                     False)),
    **dict.fromkeys(("mill", "mill-", "millénaire"), partial(french_century, " millénaire", False)),
    **dict.fromkeys(("-mill", "-mill-", "-millénaire"), partial(french_century, " millénaire", True)),
    **dict.fromkeys(("heure", "heure-", "h"), hour), **dict.fromkeys(("durée", "duree", "temps"), duration),
}  # fmt: skip
CENTURIES: dict[str, Function] = {
    **dict.fromkeys(("siglo", "séc", "séc.", "século", "segle", "secolo"), century), "ce": common_era,
}  # fmt: skip
