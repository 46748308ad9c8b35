"""The names that a wiki uses (namespaces, end sections, addresses), from its siteinfo and from `names.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlsplit

FILE, TEMPLATE, CATEGORY, MEDIA = 6, 10, 14, -2
FAMILIES = (
    "wikipedia", "wiktionary", "wikibooks", "wikinews", "wikiquote", "wikisource", "wikiversity", "wikivoyage",
    "wikidata", "wikimedia", "mediawiki",
)  # fmt: skip
"""Domains of Wikimedia's projects."""


@cache
def names() -> Mapping[str, Any]:
    """The shipped names: files, categories, behaviour switches, disambiguation templates, end sections."""
    text = files(__package__).joinpath("names.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def key_of(name: str) -> str:
    """A prefix or template name in the form used for comparison: lower case, with single spaces for underscores.

    Args:
        name: as written, such as `Category` or `Template name`.
    """
    return " ".join(name.replace("_", " ").split()).lower()


@dataclass(frozen=True)
class Site:
    """One wiki."""

    language: str = "en"
    """Its code, as in `en.wikipedia.org`."""
    database: str = ""
    """Such as `enwiki`; empty if the dump does not give it."""
    base: str = ""
    """The address of its main page."""
    namespaces: Mapping[str, int] = field(default_factory=dict)
    """The number of each namespace by its local name in lower case."""

    @cached_property
    def prefixes(self) -> dict[str, int]:
        """Every prefix of a title that is a namespace, in lower case: local, English, and shipped ones."""
        shipped = {key_of(name): CATEGORY for name in names()["category"]}
        shipped |= {key_of(name): FILE for name in names()["file"]}
        return {**shipped, **names()["english"], **self.namespaces}

    @cached_property
    def end_sections(self) -> frozenset[str]:
        """Headings, case-folded, of sections without prose: References, External links and their like."""
        sections = names()["sections"]
        chosen = [*sections["en"], *sections.get(self.language, ())]
        return frozenset(heading.casefold() for heading in chosen)

    @cached_property
    def project(self) -> str:
        """The family of a Wikimedia wiki by its address (wikipedia, wiktionary, commons …); empty for others."""
        host = (urlsplit(self.base).hostname or "").split(".")
        if len(host) < 3 or host[-2] not in FAMILIES or host[-1] != "org":
            return ""
        return host[0] if host[-2] == "wikimedia" else host[-2]

    def url(self, title: str) -> str:
        """The address of a page; empty if the dump has no base address.

        Args:
            title: as shown, with spaces.
        """
        root, slash, _ = self.base.rpartition("/")
        return f"{root}/{quote(title.replace(' ', '_'), safe='/:@!$*(),;~')}" if slash else ""


@cache
def languages() -> frozenset[str]:
    """Language codes of Wikipedias; a link with such a prefix leads to the same article in another language."""
    return frozenset(names()["languages"].split())


@cache
def projects() -> frozenset[str]:
    """Prefixes of links to sister projects, whose label is text."""
    return frozenset(names()["projects"].split())


@cache
def magic_words() -> re.Pattern[str]:
    """Matches behaviour switches such as `__NOTOC__`, in every shipped language."""
    words = sorted(names()["magic"], key=len, reverse=True)
    return re.compile("__(?:" + "|".join(map(re.escape, words)) + ")__", re.IGNORECASE)


@cache
def disambiguation_templates() -> frozenset[str]:
    """The names of templates that mark disambiguation pages, in lower case."""
    return frozenset(key_of(name) for name in names()["disambiguation"])


@cache
def redirects() -> frozenset[str]:
    """The words after which a redirect names its target, in lower case."""
    return frozenset(word.lower() for word in names()["redirect"])
