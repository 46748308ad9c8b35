"""The last pass: punctuation repaired where markup went, and lines made into paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpora.builtin.sources.wikipedia.markup import Rules

_OPENING = re.compile(r"\((?=[ ,;:–—/-]) *(?:[,;:–—/-](?=[ ,;)]) *)*")
_CLOSING = re.compile(r"[,;: ]+\)")
_WIDE = re.compile(r"（[ ，、；：]*")
_SQUARE = re.compile(r"\[ *\]")
_DOUBLED = re.compile(r"([,;])(?: ?[,;])+")
_STOP = re.compile(r" +\.(?=[ \n]|\Z)")
_COMMA_STOP = re.compile(r"[,;] ?\.(?=[ \n]|\Z)")
_NEXT_LINE = re.compile(r"\n ?([,.])(?=[ \n])")
SPACED = frozenset(("fr", "br", "co", "oc", "frp", "nrm", "wa", "pcd", "gcr", "ht"))
"""Languages that write a space before a semicolon."""


def tidied(text: str, language: str) -> str:
    """The text with single spaces, and without the brackets and commas that lost what stood between them."""
    while "  " in text:
        text = text.replace("  ", " ")
    if "\n," in text or "\n." in text or "\n " in text:
        text = _NEXT_LINE.sub(r"\1", text)
    if " ," in text:
        text = text.replace(" ,", ",")
    if " ;" in text and language not in SPACED:
        text = text.replace(" ;", ";")
    if "(" in text or "（" in text or "[" in text:
        text = _brackets(text)
    if ",," in text or ", ," in text or ";;" in text or "; ;" in text or ";," in text or ",;" in text:
        text = _DOUBLED.sub(r"\1", text)
    if " ." in text:
        text = _STOP.sub(".", text)
    if ",." in text or ";." in text:
        text = _COMMA_STOP.sub(".", text)
    return text


def _brackets(text: str) -> str:
    if "(" in text:
        text = _OPENING.sub("(", text)
        if " )" in text or ",)" in text or ";)" in text or ":)" in text:
            text = _CLOSING.sub(")", text)
    if "（" in text:
        text = _WIDE.sub("（", text).replace("（）", "")
    if "[" in text:
        text = _SQUARE.sub("", text)
    if "()" in text:
        text = text.replace("()", "")
        while "  " in text:
            text = text.replace("  ", " ")
        text = text.replace(" ,", ",").replace(" )", ")")
    return text


def blocks(text: str, rules: Rules) -> Iterator[tuple[int, str]]:
    """Paragraphs and headings in order: 0 and the paragraph, or the heading's level and its title."""
    lines: list[str] = []
    for raw in text.split("\n"):
        line = raw.strip()
        first = line[:1]
        if line and first not in "=*#:;|!{-":
            lines.append(line)
            continue
        if first == "-" and not line.startswith("----"):
            lines.append(line)
            continue
        if lines:
            yield 0, " ".join(lines)
            lines = []
        if first == "=":
            yield from _heading(line)
        elif first in ("*", "#", ":", ";") and line:
            yield from _item(raw, line, rules)
        elif first == "{" and not line.startswith("{|"):
            lines.append(line)
    if lines:
        yield 0, " ".join(lines)


def is_text(block: str) -> bool:
    """Whether a paragraph holds a letter or a digit, and is not the punctuation that was left of one."""
    return len(block) > 12 or any(character.isalnum() for character in block)


def _heading(line: str) -> Iterator[tuple[int, str]]:
    title = line.strip("=").strip()
    level = min(len(line) - len(line.lstrip("=")), len(line) - len(line.rstrip("=")))
    if level and title:
        yield min(level, 6), title
    elif title:
        yield 0, line


def _item(raw: str, line: str, rules: Rules) -> Iterator[tuple[int, str]]:
    item = line.lstrip("*#:; ") if raw[:1] != " " else line
    if item and (rules.lists == "keep" or raw[:1] == " "):
        yield 0, item
