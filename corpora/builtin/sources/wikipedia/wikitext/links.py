"""Replace links by their labels: links to articles, files, categories, other wikis and the web."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

from corpora.builtin.sources.wikipedia.site import CATEGORY, FILE, Site, key_of, languages, projects
from corpora.builtin.sources.wikipedia.wikitext.blocks import end_of_paragraph
from corpora.builtin.sources.wikipedia.wikitext.lines import with_changed_lines
from corpora.builtin.sources.wikipedia.wikitext.markup import ArticleMetadata, Rules
from corpora.builtin.sources.wikipedia.wikitext.nested_links import worth_parsing

Parse = Callable[[str], str]

_PREFIXED = re.compile(r"\[\[[ _]*([^\[\]|:\n]++):")
_MEDIA = re.compile(
    r"[^\[\]|\n]{1,250}\.(?:jpe?g|png|svg|gif|tiff?|webp|webm|og[agv]|mp3|wav|flac|pdf|djvu)\s{0,9}(?:\||\]\])",
    re.IGNORECASE,
)
"""The rest of a file link after its prefix, for wikis with an unknown name for files."""
_LINK = re.compile(r"\[\[([^\[\]|\n]*)(?:\|([^\[\]|]*))?\]\]")
_ODD = re.compile(r"\[\[((?>[^\[\]\n]+|\[(?!\[)[^\[\]\n]*\](?!\]))*)\]\]")
_HALF = re.compile(r"\[\[([^\[\]\n]*)\](?!\])")
_WITHOUT_LINKS = re.compile(r"\[\[[^\[\]]*+\]\]")
_OPEN = re.compile(r"\[\[")
_TOKEN = re.compile(r"\[\[|\]\]")
_WEB = re.compile(r"\[(?:[A-Za-z][A-Za-z+.-]{0,20}:)?//[^\s\[\]<>\"]{0,1000}[ \t]{0,9}([^\]\n]{0,1000})\]")
_MAIL = re.compile(
    r"\[(?:mailto|news|urn|tel|geo|magnet|xmpp|sips?|sms|bitcoin):[^\s\[\]]{0,500}[ \t]{0,9}([^\]\n]{0,2000})\]",
    re.IGNORECASE,
)
_BARE = re.compile(r"\b(?:https?|ftps?|ircs?|gopher|telnet|nntp|svn|git)://[^\s<>\"\[\]{}|]*[^\s<>\"\[\]{}|.,;:!?')]")
_ENCODED = re.compile(r"(?:%[0-9A-Fa-f]{2})++")
_PIPE_TRICK = re.compile(r"^(?:[^:]*:)?([^,(]*?)(?: ?\(.*\)|,.*)?$")


def without_special_links(text: str, site: Site, rules: Rules, found: ArticleMetadata) -> str:
    """The text without files, categories and links to the same article in other languages.

    Args:
        text: wikitext.
        site: the names that the wiki uses for files and categories.
        rules: what to do with captions.
        found: the categories are recorded in it.
    """
    pieces, at = [], 0
    prefixes = site.prefixes
    for match in _PREFIXED.finditer(text):
        start = match.start()
        if start < at:
            continue
        prefix = key_of(match[1])
        number = prefixes.get(prefix)
        if number != FILE and number != CATEGORY and prefix not in languages():
            if number is not None or prefix in projects() or not _MEDIA.match(text, match.end()):
                continue
            number = FILE
        pieces.append(text[at:start])
        stop = _balanced_end(text, start)
        at = end_of_paragraph(text, start) if stop is None else stop
        content = text[match.end() : at - 2 if stop else at]
        if number == CATEGORY:
            found.categories.append(content.partition("|")[0].replace("_", " ").strip())
        elif number == FILE and rules.captions == "keep":
            pieces.append(_caption(content))
    pieces.append(text[at:])
    return "".join(pieces)


def _balanced_end(text: str, start: int) -> int | None:
    if whole := _WITHOUT_LINKS.match(text, start):
        return whole.end()
    depth = 0
    for token in _TOKEN.finditer(text, start):
        depth += 1 if text[token.start()] == "[" else -1
        if depth == 0:
            return token.end()
        if depth > 20:
            return None
    return None


def _caption(content: str) -> str:
    masked = _LINK.sub(lambda link: "\0" * len(link[0]), content)
    caption = content[masked.rfind("|") + 1 :].strip()
    return f"\n\n{caption}\n\n" if " " in caption and "|" in masked else ""


def with_labels(text: str, found: ArticleMetadata, parse: Parse) -> str:
    """The text with every link replaced by its label, and without bare addresses.

    Args:
        text: wikitext without special links.
        found: the targets of links are recorded in it.
        parse: the parser for lines in which links are nested or damaged.
    """
    if "[[" in text or "]]" in text:
        text = _labels(text, _LINK, found)
        text = with_changed_lines(text, _OPEN, lambda line: _line(line, found, parse))
        text = text.replace("]]", "") if "]" in text else text
    if "//" in text:
        text = "".join(_WEB.split(text))
        if "://" in text:
            text = _BARE.sub("", text)
    if "[" in text and "[mailto:" in text:
        text = "".join(_MAIL.split(text))
    return text


def _labels(text: str, pattern: re.Pattern[str], found: ArticleMetadata) -> str:
    pieces = pattern.split(text)
    targets, labels = pieces[1::3], pieces[2::3]
    found.links += targets
    pieces[1::3] = [
        label or (target if label is None and ":" not in target and "%" not in target else _shown(target, label))
        for target, label in zip(targets, labels, strict=True)
    ]
    pieces[2::3] = [""] * len(labels)
    return "".join(pieces)


def _shown(target: str, label: str | None) -> str:
    """The visible text of a link with an empty label (the pipe trick), or a prefix or encoded bytes in its target."""
    if "%" in target:
        target = _ENCODED.sub(_decoded, target)
    if target.startswith(":"):
        target = target[1:]
    prefix, colon, rest = target.partition(":")
    if colon and key_of(prefix) in projects():
        target = rest
    if label is None:
        return target
    trick = _PIPE_TRICK.match(target.partition("#")[0])
    return trick[1] if trick else target


def _decoded(match: re.Match[str]) -> str:
    try:
        return unquote(match[0], errors="strict")
    except UnicodeDecodeError:
        return match[0]


def _line(line: str, found: ArticleMetadata, parse: Parse) -> str:
    """A line that still has the start of a link: one with brackets in its label, half closed, or never closed."""
    if "]]" in line and worth_parsing(line):
        shown = parse(line)
        if "[[" not in shown:
            return shown
    line = _ODD.sub(lambda link: _odd(link[1], found), line)
    line = _HALF.sub(lambda link: _odd(link[1], found), line)
    return line.partition("[[")[0]


def _odd(content: str, found: ArticleMetadata) -> str:
    target, bar, label = content.partition("|")
    found.links.append(target)
    return label if bar else _shown(target, None)
