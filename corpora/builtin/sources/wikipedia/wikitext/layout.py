"""Remove the layout of a page, which is not text: tables, sections, tags, and bold and italic marks."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache

from corpora.builtin.sources.wikipedia.site import magic_words, names
from corpora.builtin.sources.wikipedia.wikitext.lines import with_changed_lines
from corpora.builtin.sources.wikipedia.wikitext.markup import HOLE

_WIKI_TABLE = re.compile(r"\n[ \t:*#;]*(?:(\{\|)|\|\}(?!\}))")
_HTML_TABLE = re.compile(r"<(?:(table)\b|/table\s*>)", re.IGNORECASE)
_HEADING = re.compile(r"\n(={1,6})([^\n]+?)(={1,6})[ \t\ue0f0]*(?=\n|\Z)")
_MARKS = re.compile(r"<[^<>]*>|\[\[(?:[^\[\]|]*\|)?|\]\]|''+")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)\b[^<>]*>")
_QUOTES = re.compile(r"''+")
_VARIANTS = re.compile(r"-\{([^{}]*)\}-")

_BREAK = "\n\n"
_GAP = f"\n\n{HOLE}\n\n"
_RAISED = str.maketrans("0123456789-−–+n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁻⁺ⁿ")
_CHARGE = re.compile(r"(?:[0-9]{0,2}[+−-])")
_WRITTEN = frozenset("ijkmpqtxyzN.,/^")
"""Characters in exponents that have no superscript character of their own."""
_MINUS = re.compile(r"&(?:minus|ndash|#8722|#8211|#x2212);")
_EXPONENT = re.compile(
    r"<sup\b[^<>]*>\s*((?:[-−–+]|&(?:minus|ndash|#8722|#8211|#x2212);)?"
    r"(?:[0-9](?:[0-9.,/^–−-]{0,14}[0-9])?|[ijkmnpqtxyzN](?:[+−-][0-9]+)?)|[0-9]{0,2}(?:[+−-]|&minus;))\s*</sup\s*>"
)
_BASE = re.compile(r"(?:(?<![^\W\d_])[^\W\d_]{1,3}|([0-9])|\))(?:<small>)?\Z")
"""A number raised after a number, a bracket, or the letters of a unit or a variable."""


@cache
def tags() -> dict[str, tuple[str, str]]:
    """The replacement of each opening and closing tag; other names in angle brackets are text."""
    known = names()["tags"]
    return {
        **dict.fromkeys(known["inline"].split(), ("", "")),
        **dict.fromkeys(known["block"].split(), (_BREAK, _BREAK)),
        **dict.fromkeys(("li", "dt", "dd"), ("\n* ", "\n")),
        **dict.fromkeys(("td", "th", "br"), (" ", " ")),
        "q": ('"', '"'),
        **{f"h{n}": ("\n" + "=" * n + " ", " " + "=" * n + "\n") for n in range(1, 7)},
    }


def without_tables(text: str) -> str:
    """The text without tables, nested or not; an unclosed table is removed up to the next heading.

    Args:
        text: wikitext without comments and references.
    """
    if "{" in text and "{|" in text:
        text = _outside("\n" + text, _WIKI_TABLE)
    if "<" in text and ("<table" in text or "<TABLE" in text):
        text = _outside(text, _HTML_TABLE)
    return text


def _outside(text: str, tokens: re.Pattern[str]) -> str:
    """The parts of a text outside of balanced pairs; a token with a group 1 opens a pair."""
    pieces, at, depth, start = [], 0, 0, 0
    for token in tokens.finditer(text):
        if token[1]:
            start = token.start() if depth == 0 else start
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                pieces += [text[at:start], _GAP]
                at = token.end()
    if depth:
        heading = text.find("\n=", start)
        pieces.append(text[at:start])
        at = len(text) if heading < 0 else heading
    pieces.append(text[at:])
    return "".join(pieces)


def without_sections(text: str, titles: Collection[str]) -> str:
    """The text without some sections and their subsections.

    Args:
        text: wikitext.
        titles: of the sections to remove, case-folded.
    """
    text = "\n" + text
    pieces, at, dropping = [], 0, 0
    for match in _HEADING.finditer(text):
        level = min(len(match[1]), len(match[3]))
        if dropping and level > dropping:
            continue
        if dropping:
            at, dropping = match.start(), 0
        if _title(match[2]) in titles:
            pieces.append(text[at : match.start()])
            dropping = level
    if not dropping:
        pieces.append(text[at:])
    return "".join(pieces)


def _title(raw: str) -> str:
    if "<" in raw or "[" in raw or "'" in raw:
        raw = _MARKS.sub("", raw)
    return " ".join(raw.split()).rstrip(":.").casefold()


def without_tags(text: str) -> str:
    """The text without HTML and MediaWiki tags; blocks break the paragraph, `<br>` is a space."""
    if "<" not in text:
        return text
    if "<sup" in text:
        shorter = _EXPONENT.sub(_exponent, text)
        text = _EXPONENT.sub(_exponent, shorter) if "^" in shorter else shorter
    return _TAG.sub(_tag, text)


def _exponent(match: re.Match[str]) -> str:
    """`10^6` after a number, `km²` after letters, and the digits alone after anything else."""
    start = match.start()
    base = _BASE.search(match.string, max(0, start - 12), start)
    power = _MINUS.sub("−", match[1])
    if _CHARGE.fullmatch(power) or match.string.endswith(("</sub>", "</SUB>"), 0, start):
        return power.translate(_RAISED) if not _WRITTEN.intersection(power) else power
    if base is None:
        return power
    raised = power.translate(_RAISED)
    if base[1] is None and not any(character in _WRITTEN for character in raised):
        return raised
    return f"^({power})" if power[0].isalpha() and len(power) > 1 else f"^{power}"


def _tag(match: re.Match[str]) -> str:
    known = tags().get(match[2].lower())
    return match[0] if known is None else known[match[1] == "/"]


def without_switches(text: str) -> str:
    """The text without behaviour switches such as `__NOTOC__`, and one variant of `-{zh-hans:…; zh-hant:…}-`."""
    if "_" in text:
        text = magic_words().sub("", text)
    return _VARIANTS.sub(_variant, text) if "{" in text else text


def _variant(match: re.Match[str]) -> str:
    flags, bar, content = match[1].rpartition("|")
    if bar and set(flags.upper().replace(";", "").split()) & {"H", "T", "-", "D"}:
        return ""
    first = content.partition(";")[0]
    name, colon, shown = first.partition(":")
    return shown.strip() if colon and re.fullmatch(r"\s*[a-z]{2,3}(-[a-z]+)?\s*", name) else content


def without_quotes(text: str) -> str:
    """The text without bold and italic marks, by MediaWiki's own rules for apostrophes.

    Args:
        text: wikitext; each line is treated separately, as in MediaWiki.
    """
    return with_changed_lines(text, _QUOTES, _without_quotes)


def _without_quotes(line: str) -> str:
    if "''''" in line or line.count("'''") % 2:
        return _quotes(line)
    return line.replace("'''", "").replace("''", "")


def _quotes(line: str) -> str:
    """One line with marks that do not pair: one of the apostrophes is a letter, as in `L'''amour''`."""
    texts, marks = _QUOTES.split(line), [len(run) for run in _QUOTES.findall(line)]
    kept = ["'" * (1 if n == 4 else max(0, n - 5)) for n in marks]
    marks = [3 if n == 4 else min(n, 5) for n in marks]
    bold = sum(n in (3, 5) for n in marks)
    italic = sum(n in (2, 5) for n in marks)
    if bold % 2 and italic % 2:
        kept[_apostrophe(texts, marks)] += "'"
    return texts[0] + "".join(k + t for k, t in zip(kept, texts[1:], strict=True))


def _apostrophe(texts: list[str], marks: list[int]) -> int:
    """Which bold mark is an apostrophe and an italic mark: one after a single letter, else a word, else a space."""
    first: dict[str, int] = {}
    for i in (i for i, n in enumerate(marks) if n == 3):
        before = texts[i]
        kind = "space" if before.endswith(" ") else "letter" if before[-2:-1] == " " else "word"
        first.setdefault(kind, i)
    for kind in ("letter", "word", "space"):
        if kind in first:
            return first[kind]
    return 0
