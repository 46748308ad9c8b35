"""Names of nations by code, in the wiki's language: `{{FRA}}`, `{{flag|FRA}}`, `{{Bandiera|FRA|nome}}`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from corpora.builtin.templates.arguments import ENGLISH, Arguments, filled, first, one_of

_FLAG_ONLY = {"fr": ("-d",), "nl": ("-vlag", "vlag"), "pt": ("b",)}
"""Suffixes of the code in the names of templates that show only the flag."""
_TEAMS = {"pt": ("f", "n", "fb")}
"""Suffixes of the code in the names of teams' templates."""


@cache
def countries(language: str) -> dict[str, str]:
    """Names of nations by their code of two or three letters, in lower case; empty if the language has no table."""
    folder = files(__package__)
    if language in ENGLISH:
        table = tomllib.loads(folder.joinpath("countries.toml").read_text(encoding="utf-8"))
        return {code: name for name, codes in table["codes"].items() for code in codes}
    header, *rows = [
        line.split("\t") for line in folder.joinpath("nations.tsv").read_text(encoding="utf-8").splitlines()
    ]
    if language not in header[1:]:
        return {}
    column = header.index(language)
    return {code: row[column] for row in rows if row[column] for code in row[0].split()}


@cache
def _french_names() -> dict[str, str]:
    return {name.lower(): name for name in countries("fr").values()}


def may_be_nation(name: str, language: str) -> bool:
    """Whether a template's name is a nation: `{{FRA}}`, `{{FRA-d}}`, French `{{France}}`."""
    if language == "fr" and name in _french_names():
        return True
    return (name[:3] in countries("en") and _kind(name, language) is not None) or name == "uk"


def _kind(name: str, language: str) -> str | None:
    rest = name[3:]
    if not rest or rest in _TEAMS.get(language, ()):
        return "name"
    return "flag" if rest in _FLAG_ONLY.get(language, ()) else None


def named(name: str, arguments: Arguments, language: str) -> str | None:
    """The text of a template named after a nation: its name, the given text, or nothing for a flag."""
    values = filled(arguments)
    if language == "fr" and name in _french_names():
        return _french_names()[name] if not values else None
    if _kind(name, language) == "flag":
        return ""
    if values and values[0].strip("[]") in ("#", "b", "d", "flag"):
        return ""
    if values:
        return values[0] if language == "de" and len(values) == 1 and len(values[0]) > 3 else None
    code = name if name == "uk" or language in ENGLISH else name[:3]
    return countries(language).get(code)


def nation(arguments: Arguments, language: str) -> str | None:
    """A nation, given its name or code: `France`."""
    code = one_of(arguments, "name", "1")
    if len(code) > 3:
        return code
    return countries(language).get(code.lower()) or (code or None if language in ENGLISH else None)


def second(arguments: Arguments, language: str) -> str | None:
    """The nation after a sport or a title: Italian `{{Naz|CA|ITA}}`, `{{flag+link|History of|Peru}}`."""
    return nation({"1": arguments.get("2", "")}, language)


def flag_or_name(arguments: Arguments, language: str) -> str | None:
    """Italian `{{bandiera|FRA}}` is only a flag; `{{bandiera|FRA|nome}}` is `Francia` after it."""
    if "nome" not in arguments.values() and not arguments.get("nome"):
        return ""
    return nation(arguments, language)


def olympic_nation(arguments: Arguments, language: str) -> str | None:
    """A nation, by its Olympic committee's name."""
    return "Great Britain" if first(arguments).lower() == "gbr" else nation(arguments, language)
