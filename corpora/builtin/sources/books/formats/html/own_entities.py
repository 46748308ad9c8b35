"""Entities that a file declares in its own document type: `<!DOCTYPE html [<!ENTITY hero "Anna">]>`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from corpora.builtin.sources.books.formats.blocks import Unreadable

MAX_DOCTYPE_CHARACTERS = 1 << 20
MAX_ENTITY_CHARACTERS = 10_000
MAX_DEPTH = 8
"""How many entities may be inside each other."""
MAX_TOTAL_CHARACTERS = 32 << 20
DOCTYPE = re.compile(
    r"\s*+(?:<\?[^>]*+>\s*+|<!--(?:(?!-->).)*+-->\s*+)*+(<!DOCTYPE\s++[^\s<>\[]++(?:\s++(?:[A-Z]++|\"[^\"]*+\"|'[^']*+'))*+\s*+)\[",
    re.IGNORECASE | re.DOTALL,
)
DECLARATION = re.compile(
    r"""<!--(?:(?!-->).)*+(?:-->|\Z)|<\?(?:(?!\?>).)*+(?:\?>|\Z)|<!ENTITY\s++(?P<name>[\w:][\w:.-]*+)\s++"""
    r"""(?:"(?P<double>[^"]*+)"|'(?P<single>[^']*+)'|(?P<external>SYSTEM|PUBLIC)\b(?:[^"'>]|"[^"]*+"|'[^']*+')*+)[^>]*+>"""
    r"""|<!(?:[^"'>]|"[^"]*+"|'[^']*+')*+(?:>|\Z)|(?P<end>\]\s*+>)|[^<\]]++|.""",
    re.DOTALL,
)
"""One part of the declarations; one that never ends reaches to the end, so that the end is looked for once."""
REFERENCE = re.compile(r"&([\w:][\w:.-]*+);")
PREDEFINED = frozenset({"amp", "lt", "gt", "quot", "apos"})


def split_doctype(text: str) -> tuple[str, dict[str, str]]:
    """The file without the declarations inside its document type, and its entities.

    An HTML parser would show their end as text. External entities are never read: they stand for nothing.

    Args:
        text: the content of a file.
    """
    found = DOCTYPE.match(text)
    if found is None:
        return text, {}
    declared: dict[str, str] = {}
    for each in DECLARATION.finditer(text, found.end(), found.end() + MAX_DOCTYPE_CHARACTERS):
        if each["end"]:
            return f"{text[: found.end() - 1]}>{text[each.end() :]}", declared
        if each["name"]:
            declared.setdefault(each["name"], each["double"] or each["single"] or "")
    return text, {}


def with_entities(text: str, declared: Mapping[str, str]) -> str:
    """The text with its own entities written out.

    Entities inside entities are too, unless they are too long or too deep, or contain themselves: these are left out.

    Args:
        text: without its document type's declarations.
        declared: what each entity stands for.

    Raises:
        Unreadable: the text would become too large.
    """
    values = {name: value for name, value in declared.items() if name not in PREDEFINED}
    if not values or "&" not in text:
        return text
    whole: dict[str, str] = {}
    for name in values:
        _expand(name, values, whole, ())
    room = MAX_TOTAL_CHARACTERS

    def replaced(match: re.Match[str]) -> str:
        nonlocal room
        value = whole.get(match[1], match[0])
        room -= len(value)
        if room < 0:
            raise Unreadable("too large", f"its entities stand for more than {MAX_TOTAL_CHARACTERS >> 20} M characters")
        return value

    return REFERENCE.sub(replaced, text)


def _expand(name: str, values: Mapping[str, str], whole: dict[str, str], around: tuple[str, ...]) -> str:
    """What an entity stands for, with those inside it; nothing if that is too long, too deep or endless."""
    if name in whole:
        return whole[name]
    if name in around or len(around) >= MAX_DEPTH:
        return ""
    parts, size, last = [], 0, 0
    value = values[name]
    for match in REFERENCE.finditer(value):
        inner = _expand(match[1], values, whole, (*around, name)) if match[1] in values else match[0]
        parts += [value[last : match.start()], inner]
        size += len(inner) + match.start() - last
        last = match.end()
        if size > MAX_ENTITY_CHARACTERS:
            break
    made = "".join([*parts, value[last:]])
    whole[name] = made if len(made) <= MAX_ENTITY_CHARACTERS else ""
    return whole[name]
