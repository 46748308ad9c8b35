"""Remove the furniture of web pages: navigation, banners, share buttons, side columns, forms and footers.

Semantic elements and roles decide first, then common names of classes, then the share of text in links. An element that
contains most of a page's text is never removed, since pages use all of these names for their text as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from corpora.builtin.sources.books.cleaning.speech import is_dialogue
from corpora.builtin.sources.books.formats.blocks import Block, words_in
from corpora.builtin.sources.elements import Element

MAIN_RATE = 0.5
"""With at least this share of a page's text, `main` is the text; and an element with this share is never furniture."""
LINKED_RATE = 0.8
PROSE_WORDS = 12
LABEL_WORDS = 4
FURNITURE_WORDS = 25
FEW_LINKS = 0.2
LIST_LETTERS = 20_000
TRAIL_LETTERS = 80
ROLES = frozenset({
    "alertdialog", "banner", "complementary", "contentinfo", "dialog", "menu", "menubar", "navigation", "search",
    "toolbar",
})  # fmt: skip
ELEMENTS = frozenset({"dialog", "menu", "nav"})
PARTS = frozenset({"aside", "footer", "form", "header"})
"""Elements that are furniture only in some places."""
NEVER = frozenset({"html", "head", "body", "main", "article", "h1", "p", "pre", "blockquote"})
OPENERS = frozenset({"article", "main", "h1"})
LINKABLE = frozenset({"center", "div", "font", "li", "ol", "p", "section", "span", "table", "td", "ul"})
NOTES = re.compile(
    r"\b(?:admonition|callout|caution|danger|doc-\w+|endnotes?|footnotes?|hint|important|notes?|presentation|tip|warning)\b"
)
"""Names of asides and footers that are part of the text."""
CLASSES = re.compile(
    r"(?:^|\s)(?:[a-z]+[_-])?(?:"
    r"add-?to-?any|ad-?slot|adverts?|advertisement|author-(?:bio|box)|breadcrumbs?|bread-crumbs?|catlinks|comment-?form"
    r"|comment-respond|cookies?(?:-?\w+)*|consent(?:-\w+)*|edit-?section|footer|gdpr(?:-\w+)*|header-?link|jetpack-likes"
    r"|jump-?(?:link|to-nav)|masthead|menu|nav|navbar|navbox|navigation|nav-?links?|newsletter(?:-\w+)*|noprint|pager"
    r"|page-?nav|pagination|paywall|popup|post-?(?:buttons|meta|navigation|profile|tags)|posted-on|entry-(?:footer|meta)"
    r"|printfooter|promo|pull-?quote|reactions|read-?more|recommended|related(?:-?\w+)*|respond|rss|share(?:-?\w+)*"
    r"|sharedaddy|sharing|side-?bar(?:-\w+)*|signature|signup|site-(?:footer|header|info)|site-?sub|skip-?link|skip-to-\w+"
    r"|social(?:-\w+)*|sphinxsidebar|sponsored|subscribe(?:-\w+)*|tag-?(?:list|links|cloud)|teaser-list|toc|toolbar|topbar"
    r"|top-?nav|tweet|user-?(?:info|menu)|widget(?:-\w+)*"
    r")(?=\s|$)"
)
"""Common classes and ids of furniture."""
LABEL = re.compile(
    r"(?:skip (?:to|navigation)\b.*|(?:jump|back) to (?:top|navigation|search|content)\b.*"
    r"|share (?:this|on|via)(?: \w+){0,3}\W*|(?:leave|post|add|write) a (?:reply|comment)\W*|(?:no|\d+) comments?"
    r"|(?:log|sign) in or (?:register|sign up)\b.*|print this (?:page|article)|read more\W*|continue reading\W*"
    r"|filed under\b.*|posted (?:in|on|by)\b.*[^.!?]|you may also (?:like|enjoy)\W*|advertisement"
    r"|related (?:posts?|articles?|stories|topics?)\W*|(?:next|previous|older|newer) (?:page|posts?|topic)"
    r"|your e-?mail address will not be published\b.*|required fields are marked\b.*|follow us on\b.*"
    r"|all rights reserved\W*|(?:proudly )?powered by\b.*[^.!?]|this page was last (?:edited|modified)\b.*"
    r"|last (?:updated|modified)(?: on|:).*|page \d+ of \d+|(?:accept|reject|manage) (?:all )?cookies\b.*"
    r"|(?:this (?:web)?site uses|we use|our (?:web)?site uses) cookies (?:to|on|and|for)\b.*"
    r"|(?:copyright )?(?:©|\(c\)) ?(?:copyright )?\d{4}\b.*|(?:copyright )?©.{1,60}|copyright \d{4}\b.*)",
    re.I,
)
"""Lines that pages without semantic elements have around their text."""
LINK = re.compile(
    r"(?:\W*(?:tweet|pin it|reply|quote|report|permalink|edit|home|next|previous|older|newer|top|log in"
    r"|sign (?:in|up)|subscribe|share|print|e-?mail|more|rss|facebook|twitter|instagram))+\W*",
    re.I,
)
"""Words that are furniture if they are the only link of a paragraph."""
SEPARATORS = re.compile(r"[\s|/>»›«‹·•←→:,&–—-]+|\b(?:and|or)\b", re.I)
TRAIL = re.compile("[|»›>]")
SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]」』]*$")
JOINED = re.compile(r"([a-z])([A-Z])")


def remove_furniture(root: Element) -> None:
    """Remove from a parsed page what is around its text.

    Args:
        root: of the page; it is changed in place.
    """
    page = _Page(root)
    page.keep_main()
    stack = [root]
    while stack:
        node = stack.pop()
        if node.getparent() is not None and page.is_furniture(node):
            node.drop_tree()
        else:
            stack.extend(child for child in reversed(node) if isinstance(child.tag, str))


def without_labels(blocks: Sequence[Block]) -> list[Block]:
    """The blocks without short lines such as `Share this`, `Leave a reply` or a copyright line."""
    return [b for b in blocks if not (_is_label(b.text) or (b.linked and not b.level and LINK.fullmatch(b.text)))]


def _is_label(text: str) -> bool:
    return words_in(text) <= FURNITURE_WORDS and LABEL.fullmatch(text) is not None and not is_dialogue(text)


class _Size(NamedTuple):
    """How much text an element has."""

    letters: int = 0
    linked: int = 0
    """Of the letters, those in links."""
    articles: int = 0
    """The number of elements in it that begin a text: `article`, `main` and `h1`."""

    @property
    def text(self) -> int:
        """The letters outside links."""
        return self.letters - self.linked


class _Page:
    """A parsed page, measured once so that deeply nested pages take no longer than others."""

    def __init__(self, root: Element) -> None:
        self._root = root
        self._sizes: dict[Element, _Size] = {}
        for node in reversed([*root.iter()]):
            self._sizes[node] = self._measured(node)
        self._most = max(self._sizes[root].text, 1) * MAIN_RATE

    def _measured(self, node: Element) -> _Size:
        if not isinstance(node.tag, str) or node.tag in ("script", "style", "noscript", "template", "title"):
            return _Size()
        parts = [self._sizes[child] for child in reversed(node)]
        tails = sum(len("".join((child.tail or "").split())) for child in reversed(node))
        letters = len("".join((node.text or "").split())) + tails + sum(part.letters for part in parts)
        linked = letters if node.tag == "a" else sum(part.linked for part in parts)
        return _Size(letters, linked, (node.tag in OPENERS) + sum(part.articles for part in parts))

    def keep_main(self) -> None:
        """Remove everything outside the only main element, except a first-level heading if it has none."""
        found: list[Element] = self._root.xpath("//main|//*[@role='main']")
        if len(found) != 1 or self._sizes[found[0]].text < self._most:
            return
        outside: list[Element] = self._root.xpath("//h1[not(ancestor::main)]")
        texts = found if next(found[0].iter("h1"), None) is not None else [*found, *outside[:1]]
        around = {parent for text in texts for parent in text.iterancestors()}
        for parent in around:
            for node in [*reversed(parent)]:
                if isinstance(node.tag, str) and node not in around and node not in texts:
                    node.drop_tree()

    def is_furniture(self, node: Element) -> bool:
        """Whether an element is not part of the page's text."""
        name, size = str(node.tag), self._sizes[node]
        if name in NEVER:
            return name == "p" and self._is_linked(node, name)
        if _is_marked(node, name, size):
            begins_text = size.articles > 0 and name not in PARTS
            return size.text < self._most and not begins_text
        return self._is_linked(node, name)

    def _is_linked(self, node: Element, name: str) -> bool:
        """Whether an element is a row or list of links, or a single short one."""
        size = self._sizes[node]
        if name not in LINKABLE or size.articles or not size.letters / 3 < size.linked or size.letters > LIST_LETTERS:
            return False
        links = [text for link in node.iter("a") if (text := link.text_content().strip())]
        whole = node.text_content().strip()
        if SENTENCE_END.search(whole) or any(words_in(t) >= PROSE_WORDS or SENTENCE_END.search(t) for t in links):
            return False
        if len(links) == 1:
            return name in ("p", "div", "li") and size.linked == size.letters and words_in(whole) <= LABEL_WORDS
        bare, linked = len(SEPARATORS.sub("", whole)), len(SEPARATORS.sub("", "".join(links)))
        is_trail = (
            name in ("p", "div", "td")
            and len(whole) < TRAIL_LETTERS
            and TRAIL.search(whole) is not None
            and linked >= bare / 2
        )
        return is_trail or linked >= bare * LINKED_RATE


def _is_marked(node: Element, name: str, size: _Size) -> bool:
    """Whether an element's name, role or classes say that it is furniture."""
    role, names = (node.get("role") or "").lower(), _names(node)
    if NOTES.search(f"{role} {names}"):
        return False
    if name in ELEMENTS or role in ROLES:
        return True
    if name in PARTS and _is_furniture_part(node, name, size):
        return True
    return CLASSES.search(names) is not None


def _is_furniture_part(node: Element, name: str, size: _Size) -> bool:
    places = {str(parent.tag) for parent in node.iterancestors()}
    if name == "form":
        return next(node.iter("input", "textarea", "select", "button"), None) is not None
    if name == "header":
        is_of_text = bool(places & {"article", "section", "main"}) or size.articles > 0
        return not is_of_text and (size.linked > 0 or not any(_is_prose(part) for part in node.iter("p")))
    if name == "footer":
        return "blockquote" not in places and not _is_closing_text(node, size, places)
    is_text = any(_is_prose(part) for part in node.iter("p", "aside", "div")) and size.linked < size.letters * FEW_LINKS
    return not places & {"article", "main"} or not is_text


def _is_closing_text(node: Element, size: _Size, places: set[str]) -> bool:
    """Whether a footer ends the text of a section or an article, like the signature of a dedication or a remark."""
    if size.linked or next(node.iter("form", "button"), None) is not None:
        return False
    text = " ".join(node.text_content().split())
    if LABEL.search(text):
        return False
    return "section" in places or (bool(places & {"article", "main"}) and _is_prose(node))


def _names(node: Element) -> str:
    names = f"{node.get('class') or ''} {node.get('id') or ''}"
    return JOINED.sub(r"\1-\2", names).lower().strip()


def _is_prose(node: Element) -> bool:
    text = node.text_content().strip()
    return words_in(text) >= PROSE_WORDS and SENTENCE_END.search(text) is not None
