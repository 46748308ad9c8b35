"""Helpers that all renderers share: read arguments, and look up functions by name and language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, runtime_checkable

Arguments = Mapping[str, str]
Function = Callable[[Arguments, str], str | None]
"""Takes the arguments and the wiki's language; returns the text, or None if it cannot be computed."""
Functions = Mapping[str, Mapping[str, Function]]
"""Functions by template name, for one language or for `any`."""

ENGLISH = frozenset(("en", "simple", "sco"))
YES = frozenset(("y", "yes", "on", "true", "1", "si", "sí", "sim", "oui", "ja"))


@runtime_checkable
class Selective(Protocol):
    """A renderer that says which template names it may know, so that it is not called for others."""

    def knows(self, name: str, language: str) -> bool:
        """Whether it may render a template with this name."""
        ...


def has(functions: Functions, name: str, language: str) -> bool:
    """Whether there is a function for a template's name, in the language or under `any`."""
    return name in functions["any"] or name in functions.get(language, {})


def call(functions: Functions, name: str, arguments: Arguments, language: str) -> str | None:
    """The text of a template, by the function for its name in the language or in `any`; None if there is none.

    Args:
        functions: by language and template name.
        name: of the template, in lower case.
        arguments: of the template.
        language: the code of the wiki.
    """
    function = functions.get(language, {}).get(name) or functions["any"].get(name)
    return None if function is None else function(arguments, language)


def first(arguments: Arguments) -> str:
    """The first positional argument, or an empty text."""
    return arguments.get("1", "")


def positional(arguments: Arguments) -> list[str]:
    """All positional arguments in order, empty ones included."""
    return [value for key, value in arguments.items() if key.isdigit()]


def filled(arguments: Arguments) -> list[str]:
    """The positional arguments that are not empty."""
    return [value for value in positional(arguments) if value]


def one_of(arguments: Arguments, *keys: str) -> str:
    """The value of the first of these arguments that is not empty; empty if all are."""
    return next((value for key in keys if (value := arguments.get(key, ""))), "")


def is_set(arguments: Arguments, *keys: str) -> bool:
    """Whether one of these switches is on."""
    return any(arguments.get(key, "").lower() in YES for key in keys)
