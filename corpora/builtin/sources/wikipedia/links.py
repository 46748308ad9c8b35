"""Links: to articles, files, categories, other wikis and the web."""

from __future__ import annotations

import re

from corpora.builtin.sources.wikipedia.blocks import end_of_paragraph
from corpora.builtin.sources.wikipedia.markup import Found, Rules
from corpora.builtin.sources.wikipedia.site import CATEGORY, FILE, LANGUAGES, PROJECTS, Site, key_of

_PREFIXED = re.compile(r"\[\[[ _]*([^\[\]|:\n]+):")
_LINK = re.compile(r"\[\[([^\[\]|\n]*)(?:\|([^\[\]|]*))?\]\]")
_ODD = re.compile(r"\[\[((?>[^\[\]\n]+|\[(?!\[)[^\[\]\n]*\](?!\]))*)\]\]")
_HALF = re.compile(r"\[\[([^\[\]\n]*)\](?!\])")
_TOKEN = re.compile(r"\[\[|\]\]")
_WEB = re.compile(r"\[(?:[A-Za-z][A-Za-z+.-]*:)?//[^\s\]<>\"]*[ \t]*([^\]\n]*)\]")
_MAIL = re.compile(
    r"\[(?:mailto|news|urn|tel|geo|magnet|xmpp|sips?|sms|bitcoin):[^\s\]]*[ \t]*([^\]\n]*)\]", re.IGNORECASE
)
_BARE = re.compile(r"\b(?:https?|ftps?|ircs?|gopher|telnet|nntp|svn|git)://[^\s<>\"\[\]{}|]*[^\s<>\"\[\]{}|.,;:!?')]")
_PIPE_TRICK = re.compile(r"^(?:[^:]*:)?([^,(]*?)(?: ?\(.*\)|,.*)?$")


def without_special_links(text: str, site: Site, rules: Rules, found: Found) -> str:
    """The text without files, categories and links to the same article in other languages; categories are kept."""
    pieces, at = [], 0
    prefixes = site.prefixes
    for match in _PREFIXED.finditer(text):
        start = match.start()
        if start < at:
            continue
        prefix = key_of(match[1])
        number = prefixes.get(prefix)
        if number != FILE and number != CATEGORY and prefix not in LANGUAGES:
            continue
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


def with_labels(text: str, found: Found) -> str:
    """The text with every link as what it shows, and bare addresses gone."""
    if "[[" in text or "]]" in text:
        text = _labels(text, _LINK, found)
        if "[[" in text:
            text = _ODD.sub(lambda link: _odd(link[1], found), text)
            text = _HALF.sub(lambda link: _odd(link[1], found), text)
            text = _unclosed(text)
        text = text.replace("]]", "")
    if "//" in text:
        text = "".join(_WEB.split(text))
        if "://" in text:
            text = _BARE.sub("", text)
    if "[mailto:" in text:
        text = "".join(_MAIL.split(text))
    return text


def _labels(text: str, pattern: re.Pattern[str], found: Found) -> str:
    pieces = pattern.split(text)
    targets, labels = pieces[1::3], pieces[2::3]
    found.links += targets
    pieces[1::3] = [
        label or (target if label is None and ":" not in target else _shown(target, label))
        for target, label in zip(targets, labels, strict=True)
    ]
    pieces[2::3] = [""] * len(labels)
    return "".join(pieces)


def _shown(target: str, label: str | None) -> str:
    """What a link shows whose label is empty (the pipe trick) or that has a prefix."""
    if target.startswith(":"):
        target = target[1:]
    prefix, colon, rest = target.partition(":")
    if colon and key_of(prefix) in PROJECTS:
        target = rest
    if label is None:
        return target
    trick = _PIPE_TRICK.match(target.partition("#")[0])
    return trick[1] if trick else target


def _odd(content: str, found: Found) -> str:
    """A link with more pipes or single brackets in its label, or closed by one bracket only."""
    target, bar, label = content.partition("|")
    found.links.append(target)
    return label if bar else _shown(target, None)


def _unclosed(text: str) -> str:
    """The text with what follows a link that never closes gone, to the end of its line."""
    pieces, at = [], 0
    while (start := text.find("[[", at)) >= 0:
        pieces.append(text[at:start])
        stop = text.find("\n", start)
        at = len(text) if stop < 0 else stop
    pieces.append(text[at:])
    return "".join(pieces)
