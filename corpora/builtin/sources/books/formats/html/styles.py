"""How classes look by the style sheets of a book: bold, centred, large, hidden, a block, floating."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from corpora.builtin.sources.elements import Element

MAX_CHARACTERS = 1 << 20
"""Style sheets are read up to this length together."""
MAX_SELECTORS = 20_000
SELECTOR = re.compile(r"(?:[A-Za-z][\w-]*)?\.([\w-]+)")
"""One class, perhaps of one element; longer selectors are too specific to matter for whole paragraphs."""
BOLD = re.compile(r"font-weight:(?:bold|[6-9]00)|font:[^;]*\bbold")
LARGE = re.compile(
    r"font-size:(?:x{1,2}-large|large\b|larger|(?:1\.(?:1[5-9]|[2-9])|[2-9])[\d.]*r?em|1(?:1[5-9]|[2-9]\d)(?:\.\d+)?%"
    r"|[2-9]\d\d(?:\.\d+)?%|(?:1[5-9]|[2-9]\d)(?:\.\d+)?pt|[2-9]\d(?:\.\d+)?px)"
)
HIDDEN, BLOCK, FLOATING = "h", "d", "f"
LOOKS = {"c": "text-align:center", HIDDEN: "display:none", BLOCK: "display:block", FLOATING: "float:left"}
EMPHASIS = {"b": "b", "strong": "b", "big": "l", "center": "c"}
FONT_SIZE = re.compile(r"\+[1-9]|[5-7]")


class Styles:
    """The letters of the looks of classes: `b` bold, `c` centred, `l` large, and those for no paragraph.

    Args:
        sheets: in CSS; rules for special media are left out.
    """

    def __init__(self, sheets: Iterable[str] = ()) -> None:
        self._looks: dict[str, str] = {}
        self._hidden: set[str] = set()
        self._add(sheets)

    def with_sheets(self, sheets: Iterable[str]) -> Styles:
        """These styles and those of other sheets."""
        styles = Styles()
        styles._looks, styles._hidden = {**self._looks}, {*self._hidden}
        styles._add(sheets)
        return styles

    def _add(self, sheets: Iterable[str]) -> None:
        for selectors, declarations in _rules("\n".join(sheets)[:MAX_CHARACTERS]):
            found = looks_of(declarations)
            for selector in selectors.split(",") if found else ():
                match = SELECTOR.fullmatch(selector.strip())
                if match and len(self._looks) < MAX_SELECTORS:
                    self._looks[match[1]] = "".join(sorted({*self._looks.get(match[1], ""), *found}))
                    self._hidden |= {match[1]} if HIDDEN in found else set()

    def hide(self, node: Element) -> bool:
        """Whether a class of an element is not shown."""
        return bool(self._hidden) and not self._hidden.isdisjoint((node.get("class") or "").split())

    def of(self, node: Element) -> str:
        """The letters of the looks of an element, by its name, attributes and classes."""
        name = node.tag if isinstance(node.tag, str) else ""
        found = EMPHASIS.get(name, "")
        if not node.attrib:
            return found
        if (node.get("align") or "").strip().lower() == "center":
            found += "c"
        if name == "font" and FONT_SIZE.fullmatch((node.get("size") or "").strip()):
            found += "l"
        if style := node.get("style"):
            found += looks_of(style)
        if self._looks and (classes := node.get("class")):
            found += "".join([self._looks.get(kind, "") for kind in classes.split()])
        return found


def looks_of(declarations: str) -> str:
    """The letters of the looks that declarations of CSS give."""
    compact = "".join(declarations.split()).lower()
    patterns = "b" * bool(BOLD.search(compact)) + "l" * bool(LARGE.search(compact))
    return patterns + "".join([letter for letter, words in LOOKS.items() if words in compact])


def _rules(text: str) -> Iterator[tuple[str, str]]:
    """The selectors and the declarations of each rule outside of media blocks; linear, whatever the text is."""
    depth = 0
    plain = "".join([part.partition("*/")[2] if n else part for n, part in enumerate(text.split("/*"))])
    for part in plain.split("}"):
        head, opened, body = part.partition("{")
        if not opened:
            depth = max(depth - 1, 0)
        elif "{" in body or head.strip().startswith("@"):
            depth += 1 if "{" in body else 0
        elif not depth:
            yield head, body
