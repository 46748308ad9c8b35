"""Find templates with one scan over the braces, and render those that a component knows; the others are counted."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from operator import itemgetter

from corpora import Template
from corpora.builtin.sources.wikipedia.site import TEMPLATE, Site, key_of
from corpora.builtin.sources.wikipedia.wikitext.blocks import end_of_paragraph
from corpora.builtin.sources.wikipedia.wikitext.markup import HOLE, SOFT, SOFT_END, ArticleMetadata, protect
from corpora.builtin.templates.arguments import Selective

DEPTH = 40
"""Templates nested deeper than this in rendered ones are dropped."""
ARGUMENTS = 500
"""Arguments beyond this number are not read."""
SILENT = frozenset(
    ("defaultsort", "displaytitle", "defaultsortkey", "defaultcategorysort", "sortierung", "clef de tri")
)
"""Functions that set something and have no visible text."""
_BRACES = re.compile(r"\{\{(?:[^{}]*+\}\}(?!\})|\{*+)|\}\}+")
"""A whole template without braces inside, which most are, or a run of braces."""
_LINK = re.compile(r"\[\[[^\[\]]*\]\]")

Node = tuple[int, int, int, list["Node"]]
"""Start, end, braces on each side (2 a template, 3 a parameter, 0 never closed), and the nodes inside."""


def scan(text: str) -> list[Node]:
    """Every template of a text as a forest, in order; one pass, without recursion.

    Args:
        text: wikitext; unclosed braces are ordinary text.
    """
    stack: list[tuple[int, list[int], list[Node]]] = []
    roots: list[Node] = []
    next_start = text.find("{{")
    while next_start >= 0 and (match := _BRACES.search(text, next_start)):
        at, stop = match.span()
        if text[at] == "{" and text[stop - 1] == "}":
            (stack[-1][2] if stack else roots).append((at, stop, 2, []))
        elif text[at] == "{":
            stack.append((at, [stop - at], []))
        while stop - at >= 2 and text[at] == "}" and stack:
            start, left, inside = stack[-1]
            width = 3 if stop - at >= 3 and left[0] >= 3 else 2
            left[0] -= width
            node = (start + left[0], at + width, width, inside)
            at += width
            if left[0] < 2:
                stack.pop()
                (stack[-1][2] if stack else roots).append(node)
            else:
                stack[-1] = (start, left, [node])
        next_start = stop if stack else text.find("{{", stop)
    for start, _, inside in stack:
        roots.append((start, start + 2, 0, []))
        roots.extend(inside)
    return roots


class Templates:
    """Renders the templates of one wiki.

    Args:
        components: tried in order; the first that knows a template renders it.
        site: the names that the wiki uses.
        plain: converts the wikitext of an argument to plain text.
    """

    def __init__(
        self, components: Sequence[Template], site: Site, plain: Callable[[str, ArticleMetadata], str]
    ) -> None:
        self._site, self.plain = site, plain
        # whether a component is selective is asked once: for a protocol, isinstance takes as long as rendering
        self._components = [(c, c if isinstance(c, Selective) else None) for c in components]
        self._names: dict[str, tuple[str, int]] = {}
        self._askable: dict[str, tuple[Template, ...]] = {}

    def rendered(self, text: str, title: str, found: ArticleMetadata) -> str:
        """The text with every template replaced by its text, by a hole, or by nothing.

        Args:
            text: wikitext.
            title: of the page, for `{{PAGENAME}}`.
            found: templates without a text are counted in it.
        """
        if "{{" not in text:
            return text
        return self.expand(text, scan(text), 0, len(text), title, found)

    def expand(
        self,
        text: str,
        nodes: Sequence[Node],
        start: int,
        stop: int,
        title: str,
        found: ArticleMetadata,
        depth: int = 0,
    ) -> str:
        """A part of the text with its templates rendered.

        Args:
            text: the whole wikitext.
            nodes: the templates in the part, as `scan` returns them.
            start: where the part begins.
            stop: where it ends.
            title: of the page.
            found: templates without a text are counted in it.
            depth: how many templates enclose the part.
        """
        pieces, at = [], start
        for node in nodes:
            if node[0] < at:
                continue
            if node[0] >= stop:
                break
            pieces.append(text[at : node[0]])
            name, shown = self._render(text, node, title, found, depth)
            at = node[1] if node[2] else end_of_paragraph(text, node[0])
            if shown is None:
                shown = _hole(text, node[0], at, name, found)
            elif shown[:1].isdigit() and "/" in shown and text[node[0] - 1 : node[0]].isdigit():
                shown = " " + shown
            if shown:
                pieces.append(shown)
            elif text[at : at + 1] in (":", ";") and text[node[0] - 1 : node[0]] in ("\n", ""):
                pieces.append(" ")
        pieces.append(text[at:stop])
        return "".join(pieces)

    def _render(self, text: str, node: Node, title: str, found: ArticleMetadata, depth: int) -> tuple[str, str | None]:
        """A template's name and its text; None if no component knows it."""
        start, end, width, inside = node
        if width == 0 or depth > DEPTH:
            name = "unclosed braces" if width == 0 else "nested too deep"
            found.dropped[name] += 1
            return name, None
        stop = end - width
        bar = text.find("|", start + width, stop)
        bar = stop if bar < 0 else bar
        if width == 3:
            return "", Arguments(self, text, node, bar + 1, title, found, depth, positional=True).get("1", "")
        if inside and inside[0][0] < bar and ":" not in text[start + 2 : inside[0][0]]:
            found.dropped["computed name"] += 1
            return "computed name", None
        raw = text[start + 2 : bar]
        name, after = self._names.get(raw) or self._known(raw)
        if name == "pagename":
            return name, title
        shown = "" if name in SILENT else None
        if components := self._asked(name):
            begin = start + 2 + after if after else bar + 1
            arguments = Arguments(self, text, node, begin, title, found, depth, positional=name[:1] == "#")
            for component in components:
                if (text_shown := component.render(name, arguments, self._site.language)) is not None:
                    shown = text_shown
                    break
        if not shown:
            if name not in SILENT:
                found.dropped[name] += 1
            return name, shown
        if component.name == "pronunciation":
            shown = SOFT + shown + SOFT_END
        return name, protect(shown, found, "'") if "'" in shown else shown

    def _asked(self, name: str) -> tuple[Template, ...]:
        """The components that may know a template, cached by name."""
        if name in self._askable:
            return self._askable[name]
        language = self._site.language
        asked = tuple(c for c, chooser in self._components if chooser is None or chooser.knows(name, language))
        if len(self._askable) < 100_000:
            self._askable[name] = asked
        return asked

    def _known(self, raw: str) -> tuple[str, int]:
        """The name as components know it, and where in `raw` the first argument of a function starts (0 for none)."""
        name, after = key_of(raw), 0
        prefix, colon, rest = name.partition(":")
        if colon:
            inner = self._site.prefixes.get(prefix) == TEMPLATE or prefix in ("subst", "safesubst", "msg")
            name, after = (rest.strip(), 0) if inner else (prefix, raw.index(":") + 1)
        known = (PAGE_NAMES.get(name, name) or "unnamed", after)
        if len(self._names) < 100_000:
            self._names[raw] = known
        return known


def _hole(text: str, start: int, stop: int, name: str, found: ArticleMetadata) -> str:
    """The replacement of a template that no component knows: a hole, unless it is clearly a note or a box.

    A template right after a sentence's end is read as a note. One that starts a line and continues over
    several, or that the bold name of an article follows, is a box.
    """
    line_start, line_end = text.rfind("\n", 0, start) + 1, text.find("\n", stop)
    before, after = text[line_start:start].strip(), text[stop : line_end if line_end >= 0 else len(text)]
    if before and before[-1] in _SENTENCE_ENDS and (text[start - 1] != " " or not after.strip()):
        return ""
    if not before and after.strip() and ("\n" in text[start:stop] or after.startswith("'''")):
        return HOLE + "\n"
    in_prose = before[:1] not in _ROWS if before else after.strip()
    if in_prose and len(found.holes) < NAMES:
        found.holes[name] += 1
    return HOLE


_SENTENCE_ENDS = frozenset('.!?,;)"”’»。！？')
_ROWS = frozenset("*#:;|!{")
"""The first characters of lines in lists and tables."""
NAMES = 1000
"""The maximum number of different names per page under which templates without a text are counted."""
PAGE_NAMES = dict.fromkeys(
    ("fullpagename", "basepagename", "subpagename", "rootpagename", "seitenname", "têntrang"), "pagename"
)


class Arguments(Mapping[str, str]):
    """The arguments of one template, parsed on first use; those of most templates are never used.

    Args:
        owner: renders templates in the arguments.
        text: the whole wikitext.
        node: the template.
        start: where the first argument begins; past the closing braces if there is none.
        title: of the page.
        found: templates without a text are counted in it.
        depth: how many templates enclose this one.
        positional: whether an equals sign does not name an argument, as in parser functions.
    """

    def __init__(
        self,
        owner: Templates,
        text: str,
        node: Node,
        start: int,
        title: str,
        found: ArticleMetadata,
        depth: int,
        *,
        positional: bool = False,
    ) -> None:
        self._owner, self._text, self._node, self._start, self._positional = owner, text, node, start, positional
        self._title, self._found, self._depth = title, found, depth

    def __getitem__(self, key: str) -> str:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    @cached_property
    def _values(self) -> dict[str, str]:
        values: dict[str, str] = {}
        number = 0
        for start, stop, equals in self._parts():
            if equals is None or self._positional:
                number += 1
                values[str(number)] = self._value(start, stop)
            else:
                values[self._text[start:equals].strip().lower()] = self._value(equals + 1, stop)
        return values

    def _value(self, start: int, stop: int) -> str:
        inside = self._node[3]
        first = bisect_left(inside, start, key=itemgetter(0))
        if first < len(inside) and inside[first][0] < stop:
            nodes = inside[first : bisect_left(inside, stop, key=itemgetter(0))]
            value = self._owner.expand(self._text, nodes, start, stop, self._title, self._found, self._depth + 1)
        else:
            value = self._text[start:stop]
        return self._owner.plain(value.strip(), self._found)

    def _parts(self) -> Iterator[tuple[int, int, int | None]]:
        """Start, end and equals sign of each argument; pipes in links and inner templates do not count."""
        masked = self._masked()
        at = 0
        for _ in range(ARGUMENTS):
            if at > len(masked):
                return
            end = masked.find("|", at)
            end = len(masked) if end < 0 else end
            equals = masked.find("=", at, end)
            yield self._start + at, self._start + end, None if equals < 0 else self._start + equals
            at = end + 1

    def _masked(self) -> str:
        """The arguments at their full length, with links and inner templates blanked out."""
        pieces, at = [], self._start
        for node in self._node[3]:
            if node[0] >= at:
                pieces += [self._text[at : node[0]], "\0" * (node[1] - node[0])]
                at = node[1]
        masked = "".join(pieces) + self._text[at : self._node[1] - self._node[2]]
        return _LINK.sub(lambda link: "\0" * len(link[0]), masked) if "[[" in masked else masked
