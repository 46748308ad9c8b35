"""The last pass: repair punctuation where markup was removed, and join lines to paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpora.builtin.sources.wikipedia.wikitext.lines import with_changed_lines
from corpora.builtin.sources.wikipedia.wikitext.markup import HOLE, Rules

_SPACES = re.compile("  +")
_NEXT_LINE = re.compile(r"\n ?([,.])(?=[ \n])")
_DAMAGE = re.compile(
    r"[,;.)(\[（](?:(?<=[ ,;:][,;.)])|(?<=\()(?=[ ,;:–—/)-])|(?<=\[)(?=[ \]])|(?<=（)(?=[ ，、；：）]))"
)
"""Pairs of characters without which a line needs no repair; found by the first or second character of the pair."""
_OPENING = re.compile(r"\((?=[ ,;:–—/-]) *(?:[,;:–—/-](?=[ ,;)]) *)*")
_CLOSING = re.compile(r"(?<![ ,;:])[ ,;:]++\)")
_WIDE = re.compile(r"（[ ，、；：]*")
_EMPTY = re.compile(r"\((?<![A-Za-z0-9_]\()\)")
"""Brackets that lost their content; those after a function's name, as in `f()`, are text."""
_SQUARE = re.compile(r"\[(?: +|(?<![A-Za-z0-9_]\[))\]")
_DOUBLED = re.compile(r"([,;])(?: ?[,;])+")
_DOUBLES = (",,", ", ,", ";;", "; ;", ";,", ",;")
_STOP = re.compile(r" \.(?=[ \n]|\Z)")
_COMMA_STOP = re.compile(r"[,;] ?\.(?=[ \n]|\Z)")
SPACED = frozenset(("fr", "br", "co", "oc", "frp", "nrm", "wa", "pcd", "gcr", "ht"))
"""Languages that write a space before a semicolon."""


def tidied(text: str, language: str) -> str:
    """The text with single spaces, and without brackets and commas that lost their content.

    Args:
        text: without markup.
        language: the code of the wiki; some languages write a space before a semicolon.
    """
    text = _NEXT_LINE.sub(r"\1", _SPACES.sub(" ", text))
    spaced, round_brackets = language in SPACED, "(" in text

    def _repaired(line: str) -> str:
        line = line.replace(" ,", ",")
        if not spaced:
            line = line.replace(" ;", ";")
        if round_brackets:
            line = _CLOSING.sub(")", _OPENING.sub("(", line))
        line = _SQUARE.sub("", _WIDE.sub("（", line).replace("（）", ""))
        return line if spaced or "()" in line else _with_single_marks(line)

    if not _DAMAGE.search(text):
        return text
    text = with_changed_lines(text, _DAMAGE, _repaired)
    if emptied := "()" in text:
        text = _SPACES.sub(" ", _EMPTY.sub("", text)).replace(" ,", ",").replace(" )", ")")
    if spaced:
        return _with_single_marks(text)
    return with_changed_lines(text, _DAMAGE, _with_single_marks) if emptied else text


def _with_single_marks(text: str) -> str:
    if any(marks in text for marks in _DOUBLES):
        text = _DOUBLED.sub(r"\1", text)
    return _COMMA_STOP.sub(".", _STOP.sub(".", text))


def blocks(text: str, rules: Rules) -> Iterator[tuple[int, str]]:
    """Paragraphs and headings in order: 0 and the paragraph, or the heading's level and its title.

    A paragraph that leads to something left out, such as the items of a list or a displayed formula, ends with a hole,
    and the continuation of its sentence begins with one.

    Args:
        text: as `tidied` returns it.
        rules: what to do with lists and holes.
    """
    found = [*_lines(text, rules), (1, "")] if rules.holes != "close" else _lines(text, rules)
    before, dangling, gap = None, False, False
    for kind, block in found:
        if rules.holes == "close" or kind > 0 or kind == _GAP:
            if before is not None:
                leads_up = before.endswith((":", "：")) or (kind == _GAP and before[-1] not in _ENDS)
                dangling = leads_up and HOLE not in before[-2:]
                yield 0, f"{before} {HOLE}" if dangling else before
                before = None
            if kind != _GAP and block:
                yield kind, block
                dangling = dangling and rules.holes != "close" and kind == 0
            gap = kind == _GAP
            continue
        if before is not None:
            yield 0, before
            dangling = False
        before = f"{HOLE} {block}" if gap and dangling and block[0].islower() else block
        gap = False


_GAP = -1
_ENDS = frozenset(".!?…:;\"'”’»)]。！？")
_HEADED = re.compile(r"(.*?)[ \t]*(={2,6})[ \t]*([^=\n]{1,120}?)[ \t]*\2")
_RULES = re.compile(r"={3,}")
_MARKS = re.compile(r"={2,}")
_RUN_IN = re.compile(r"(={2,6})([^=\n]{1,120})\1[ \t]*([^=\s].*)")
"""A heading with text after it on its line."""


def _lines(text: str, rules: Rules) -> Iterator[tuple[int, str]]:
    """Paragraphs and headings, and a gap where a list, a table or something else was left out."""
    lines: list[str] = []
    marked, barred = "==" in text, _BAR.search(text) is not None
    for raw in text.split("\n"):
        line = raw.strip()
        if not line:
            if lines:
                yield 0, " ".join(lines)
                lines = []
            continue
        first = line[0]
        if barred and _is_row(line):
            if lines:
                yield 0, " ".join(lines)
                lines = []
            yield (0, line) if rules.lists == "keep" else (_GAP, "")
            continue
        if first not in "=*#:;|!{-\ue0f0" and not (marked and "==" in line):
            lines.append(line)
            continue
        if first == "-" and not line.startswith("----"):
            lines.append(line)
            continue
        if first == HOLE and line.strip(_BARE):
            lines.append(line)
            continue
        headed = _HEADED.fullmatch(line) if "==" in line and first != "=" else None
        if "==" in line and first not in "=*#:;|!" and not headed:
            lines.append(" ".join(_RULES.sub("", line).split()))
            continue
        if headed:
            lines.append(headed[1])
        if lines:
            yield 0, " ".join(lines)
            lines = []
        if headed:
            yield min(len(headed[2]), 6), headed[3]
        elif first == "=":
            yield from _heading(line)
        elif first in "*#:;":
            yield from _item(raw, line, rules)
        elif first == HOLE:
            yield _GAP, ""
        elif first == "{" and not line.startswith("{|"):
            lines.append(line)
    if lines:
        yield 0, " ".join(lines)


_BAR = re.compile(r" [|·•] ")
_ROW_ITEMS, _ROW_CHARACTERS = 5, 24


def _is_row(line: str) -> bool:
    """Whether a line is a row of links between bars, such as the neighbours of a year: `1930 | 1931 | 1932 | …`."""
    items = line.count(" | ") + line.count(" · ") + line.count(" • ") + 1
    return items >= _ROW_ITEMS and len(line) < items * _ROW_CHARACTERS and line[-1] not in _ENDS


_BARE = f" .,;:–—-{HOLE}"
"""A line with holes that has only these characters is not a line of text."""


def is_text(block: str) -> bool:
    """Whether a paragraph has a letter or digit, and is not just leftover punctuation."""
    return (len(block) > 12 and HOLE not in block) or any(character.isalnum() for character in block)


def _heading(line: str) -> Iterator[tuple[int, str]]:
    line = line.strip(f"{HOLE} ")
    if not line.endswith("==") and (match := _RUN_IN.fullmatch(line)):
        yield min(len(match[1]), 6), match[2].strip()
        yield 0, match[3]
        return
    title = line.strip("=").strip()
    level = min(len(line) - len(line.lstrip("=")), len(line) - len(line.rstrip("=")))
    if level and title:
        yield min(level, 6), title
    elif title:
        yield 0, _MARKS.sub("", title).strip()


def _item(raw: str, line: str, rules: Rules) -> Iterator[tuple[int, str]]:
    item = line.lstrip("*#:; ") if raw[:1] != " " else line
    if item and (rules.lists == "keep" or raw[:1] == " "):
        yield 0, item
    elif item:
        yield _GAP, ""
