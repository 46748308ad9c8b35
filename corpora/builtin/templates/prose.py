"""Templates that show their text, such as languages, quotations and symbols; the tables are in `tables/`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import ClassVar

from corpora import Template, hookimpl

_PARTS = re.compile(r"(\{[^{}]*\}|\[|\])")
_ELSE = " else "
_ALIASES = {"simple": "en", "sco": "en", "nb": "no", "nn": "no"}
"""Languages that use another language's table."""


@dataclass(frozen=True)
class Prose(Template):
    """Languages, quotations, symbols and the like, from one table per language."""

    name: ClassVar[str] = "prose"
    version: ClassVar[int] = 5

    def knows(self, name: str, language: str) -> bool:
        """Whether a template of this name may be one of its own."""
        return pattern_of(name, language) is not None

    def render(self, name: str, arguments: Mapping[str, str], language: str) -> str | None:
        """The text of a template, by the language's table or else the table for all languages."""
        pattern = pattern_of(name, language)
        return shown(pattern, arguments) if pattern else pattern


@cache
def pattern_of(name: str, language: str) -> str | None:
    """The pattern of a template: by its whole name, else by its longest known prefix, else by its parts."""
    exact, prefixes, parts = table(language)
    if name in exact:
        return exact[name]
    found = [prefix for prefix in prefixes if name.startswith(prefix)]
    if found:
        return prefixes[max(found, key=len)]
    return next((pattern for wanted, pattern in parts.items() if fnmatchcase(name, wanted)), None)


@cache
def table(language: str) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """The patterns of one language, by whole names, by prefixes of names, and by names with a star inside."""
    exact: dict[str, str] = {}
    prefixes: dict[str, str] = {}
    parts: dict[str, str] = {}
    for chosen in ("any", _ALIASES.get(language, language)):
        for part in _tables():
            for pattern, names in part.get(chosen, {}).items():
                exact |= {name: pattern for name in names if name == "*" or "*" not in name}
                prefixes |= {name[:-1]: pattern for name in names if len(name) > 1 and name.find("*") == len(name) - 1}
                parts |= {name: pattern for name in names if "*" in name[:-1]}
    return exact, prefixes, parts


@cache
def _tables() -> tuple[dict[str, dict[str, list[str]]], ...]:
    """All tables, those with empty patterns first, so that a template that shows text in any wiki is shown."""
    folder = files(__package__).joinpath("tables")
    paths = sorted(folder.iterdir(), key=lambda path: (path.name != "silent.toml", path.name))
    return tuple(tomllib.loads(path.read_text(encoding="utf-8")) for path in paths if path.name.endswith(".toml"))


def shown(pattern: str, arguments: Mapping[str, str]) -> str:
    """A pattern of the table filled with a template's arguments; see the top of `tables/any.toml`."""
    keys = _one_field(pattern)
    if keys is not None:
        for key in keys:
            if value := arguments.get(key, ""):
                return value
        return ""
    pattern, _, bare = pattern.partition(_ELSE)
    groups: list[tuple[list[str], bool]] = [([], True)]
    some, fields = False, 0
    for part in _compiled(pattern):
        if part == "[" and _optional(pattern):
            groups.append(([], True))
        elif part == "]" and len(groups) > 1:
            text, whole = groups.pop()
            if whole:
                groups[-1][0].extend(text)
        elif part[:1] == "{" and len(part) > 2:
            fields += 1
            value = _value(part[1:-1], arguments)
            some = some or bool(value)
            texts, whole = groups[-1]
            groups[-1] = ([*texts, value], whole and bool(value))
        else:
            groups[-1][0].append(part)
    return "".join(groups[0][0]) if some or not fields else bare


@cache
def _one_field(pattern: str) -> tuple[str, ...] | None:
    """The argument names of a pattern that is a single field, as most are; none for an empty pattern."""
    match = re.fullmatch(r"(?:\{([^{}*][^{},]*)\})?", pattern)
    return None if match is None else tuple((match[1] or "").split("|")) if match[1] else ()


@cache
def _compiled(pattern: str) -> tuple[str, ...]:
    return tuple(part for part in _PARTS.split(pattern) if part)


@cache
def _optional(pattern: str) -> bool:
    """Whether brackets in the pattern mark an optional part; brackets without arguments in them are literal."""
    return bool(re.search(r"\[[^\]]*\{", pattern))


def _value(field: str, arguments: Mapping[str, str]) -> str:
    if field.startswith("*"):
        return field[1:].join(value for key, value in arguments.items() if key.isdigit() and value)
    if "," in field:
        return ", ".join(dict.fromkeys(filter(None, (_value(part, arguments) for part in field.split(",")))))
    return next((value for key in field.split("|") if (value := arguments.get(key, ""))), "")


@hookimpl
def corpora_templates() -> list[type[Template]]:
    """Offer it."""
    return [Prose]
