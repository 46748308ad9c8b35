"""The first pass: comments, references, and tags whose content is not wikitext."""

from __future__ import annotations

import re
from functools import cache

from corpora.builtin.sources.wikipedia.site import names
from corpora.builtin.sources.wikipedia.wikitext.markup import HOLE, ArticleMetadata, Rules, decoded, protect

FORMULAS = frozenset(("math", "ce", "chem"))
_INLINE = re.compile(r"\binline\b")


@cache
def _opening() -> re.Pattern[str]:
    """The start of a comment or an opaque tag, or a whole reference without other tags, which most are."""
    opaque = "|".join(names()["tags"]["opaque"].split())
    simple = r"ref(?=[\s/>])[^<>]*+(?:(?<=/)>|>[^<]*+</ref>)"
    return re.compile(rf"<(?:({simple})|!--|({opaque})(?=[\s/>])([^<>]*)>)", re.IGNORECASE)


def without_blocks(text: str, rules: Rules, found: ArticleMetadata) -> str:
    """The wikitext without comments, references and opaque tags; `<nowiki>` becomes plain characters.

    An unclosed tag is removed up to the end of its paragraph. Takes linear time.

    Args:
        text: wikitext.
        rules: what to do with formulas.
        found: whether characters were protected is recorded in it.
    """
    if "<" not in text:
        return text
    pieces, at, ends, opening = [], 0, _Ends(text), _opening()
    while match := opening.search(text, at):
        pieces.append(text[at : match.start()])
        tag = (match[2] or "!--").lower()
        if match[1] or (tag != "!--" and match[3].endswith("/")):
            at = match.end()
            continue
        stop, at = ends.of(tag, match)
        if tag in _KEPT:
            pieces.append(_kept(tag, match[3], text[match.end() : stop], rules, found))
        elif tag in _LEFT_OUT:
            pieces.append(HOLE)
        elif tag == "!--":
            at = _past_its_line(text, match.start(), at)
    pieces.append(text[at:])
    return "".join(pieces)


@cache
def _closing(tag: str) -> re.Pattern[str]:
    return re.compile(rf"</{tag}(?:\s[^<>]*)?>", re.IGNORECASE)


_KEPT = FORMULAS | {"nowiki", "syntaxhighlight", "source"}
_LEFT_OUT = frozenset(("gallery", "timeline", "score", "pre", "graph", "chart", "hiero", "imagemap", "mapframe"))
"""Tags whose content is visible on the page but left out, so that they leave a hole."""


def _past_its_line(text: str, start: int, stop: int) -> int:
    """Where reading continues after a comment: at the next line if the comment has its line to itself."""
    before = text[text.rfind("\n", 0, start) + 1 : start].strip()
    line_end = text.find("\n", stop)
    if start == 0 or line_end < 0 or (before and not (before.startswith("<!--") and before.endswith("-->"))):
        return stop
    return stop if text[stop:line_end].strip() else line_end + 1


def _kept(tag: str, attributes: str, content: str, rules: Rules, found: ArticleMetadata) -> str:
    if tag in FORMULAS:
        if rules.math == "tex":
            return protect(" ".join(content.split()), found)
        return "formula" if rules.math == "placeholder" else HOLE
    if tag == "nowiki" or _INLINE.search(attributes):
        return protect(decoded(content), found)
    return f"\n{HOLE}"


class _Ends:
    """Finds where tags are closed; each position is searched only once, so that no input takes quadratic time."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._next: dict[str, tuple[int, int]] = {}
        self._comments = "<!--" in text

    def of(self, tag: str, match: re.Match[str]) -> tuple[int, int]:
        """Where the content ends, and where reading continues."""
        start = match.end()
        known = self._closing(tag, start)
        if self._comments and tag == "ref" and (comment := self._text.rfind("<!--", start, known[0])) >= 0:
            after = self._closing("!--", comment)[1]
            known = self._closing(tag, after) if after > known[0] else known
        if known[0] < 0:
            end = end_of_paragraph(self._text, start)
            return end, end
        if tag == "ref" and (again := self._text.find("<ref", start, known[0])) >= 0:
            return self._forgotten(match, again)
        return known

    def _closing(self, tag: str, start: int) -> tuple[int, int]:
        """The begin and end of the first closing tag from `start` on, or -1."""
        known = self._next.get(tag)
        if known is None or (known[0] < start and known[0] >= 0):
            known = self._next[tag] = self._search(tag, start)
        return known

    def _forgotten(self, match: re.Match[str], again: int) -> tuple[int, int]:
        """A reference in which the next one starts: `<ref name="x">` without its slash, or one that is never closed."""
        if "name" in match[3] and match[3].rstrip()[-1:] in "\"'":
            return match.end(), match.end()
        stop = min(again, end_of_paragraph(self._text, match.end()))
        return stop, stop

    def _search(self, tag: str, start: int) -> tuple[int, int]:
        if tag == "!--":
            stop = self._text.find("-->", start)
            return (stop, stop + 3) if stop >= 0 else (-1, -1)
        close = _closing(tag).search(self._text, start)
        return close.span() if close else (-1, -1)


def end_of_paragraph(text: str, start: int) -> int:
    """Where the paragraph around a position ends: at a blank line, or at the end of the text.

    Args:
        text: wikitext.
        start: an index in it.
    """
    stop = text.find("\n\n", start)
    return len(text) if stop < 0 else stop
