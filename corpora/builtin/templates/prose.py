"""Templates that show the text they are given: languages, quotations, signs. The table is `prose.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import ClassVar

from corpora import Template, hookimpl

_PARTS = re.compile(r"(\{[^{}]*\}|\[|\])")
Shown = Callable[[Mapping[str, str]], str | None]


@dataclass(frozen=True)
class Prose(Template):
    """Languages, quotations, signs and the like, from a table by language."""

    name: ClassVar[str] = "prose"

    def render(self, name: str, arguments: Mapping[str, str], language: str) -> str | None:
        """The text of a template in the table of the language, or in the one for all."""
        exact, prefixes = table(language)
        pattern = exact.get(name)
        if pattern is None:
            if not name.startswith(tuple(prefixes)):
                return None
            pattern = next(prefixes[prefix] for prefix in prefixes if name.startswith(prefix))
        return shown(pattern, arguments)


@cache
def table(language: str) -> tuple[dict[str, str], dict[str, str]]:
    """The patterns of one language: by whole names, and by what names start with."""
    data = tomllib.loads(files(__package__).joinpath("prose.toml").read_text(encoding="utf-8"))
    merged: dict[str, str] = {}
    for part in (data["any"], data.get(language, {})):
        merged |= {name: pattern for pattern, names in part.items() for name in names}
    prefixes = {name[:-1]: pattern for name, pattern in merged.items() if len(name) > 1 and name.endswith("*")}
    return {name: pattern for name, pattern in merged.items() if name == "*" or not name.endswith("*")}, prefixes


def shown(pattern: str, arguments: Mapping[str, str]) -> str:
    """What a pattern of the table makes of a template's arguments; see the head of `prose.toml`."""
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
    return "".join(groups[0][0]) if some or not fields else ""


@cache
def _compiled(pattern: str) -> tuple[str, ...]:
    return tuple(part for part in _PARTS.split(pattern) if part)


@cache
def _optional(pattern: str) -> bool:
    """Whether brackets in the pattern mark what may be left out; without arguments in them they are themselves."""
    return bool(re.search(r"\[[^\]]*\{", pattern))


def _value(field: str, arguments: Mapping[str, str]) -> str:
    if field.startswith("*"):
        return field[1:].join(value for key, value in arguments.items() if key.isdigit() and value)
    return next((value for key in field.split("|") if (value := arguments.get(key, ""))), "")


@hookimpl
def corpora_templates() -> list[type[Template]]:
    """Offer it."""
    return [Prose]
