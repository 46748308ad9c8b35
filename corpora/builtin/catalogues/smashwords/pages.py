"""Extract books from Smashwords pages, in the layouts of 2012 and 2017, by their labels and links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from corpora import Entry
from corpora.builtin.catalogues.smashwords.licence import licence_of
from corpora.builtin.sources.elements import Element

SITE = "https://www.smashwords.com"
FORMATS = {"8": "epub", "4": "mobi", "1": "pdf", "3": "rtf", "6": "txt", "7": "pdb", "9": "lrf", "5": "lrf"}
"""Formats by their number in the address of a download; the layout of 2017 also has a suffix."""
PREFERRED = ("epub", "txt", "html")

BOOK = re.compile(r"/books/view/(\d+)")
DOWNLOAD = re.compile(r"/books/download/(\d+)/(\d+)(?:/[^?#]*?)?(?:\.(\w+))?(?:[?#].*)?$")
WORDS = re.compile(r"\bWords:\s*([\d,.]+)")
LANGUAGE = re.compile(r"\bLanguage:\s*([^\n.;:]+?)\s*(?=[\n.]|Published|Categor|ISBN|$)")
PRICE = re.compile(
    r"(?:\bPrice:\s*|\A\s*)(?:(Free|You set the price)|[A-Z]{0,2}[$€£]?\s*(?=\d)([\d.,]*?)(?:[.,](\d\d))?(?![.,]?\d))",
    re.I,
)


def books_of(page: str, *, base: str = SITE) -> list[Entry]:
    """The books on a page: one if it is a book's own page, all listed ones if it is a list.

    Args:
        page: the HTML of a page, as served or as saved by a browser.
        base: the address that relative links are resolved against.
    """
    from lxml import etree, html

    if not page.strip():
        return []
    try:
        root = html.document_fromstring(page.encode("utf-8", "replace"), parser=html.HTMLParser(encoding="utf-8"))
    except etree.ParserError:
        return []
    for gone in root.xpath("//script | //style"):
        gone.drop_tree()
    listed = root.xpath(
        "//*[contains(concat(' ', @class, ' '), ' library-book ')][.//a[contains(@class, 'library-title')]]"
    )
    if listed:
        return _unique(_listed(node, base) for node in listed)
    own = _own(root, base)
    return [own] if own else []


def next_page(page: str) -> str:
    """The address of the next page of a list; empty on the last page.

    Args:
        page: the HTML of the current page.
    """
    from lxml import html

    root = html.document_fromstring(page.encode("utf-8", "replace"), parser=html.HTMLParser(encoding="utf-8"))
    links = root.xpath("//*[contains(@class, 'pagination')]//a[@href]")
    found = [
        link
        for link in links
        if "icon-hand-right" in html.tostring(link, encoding="unicode") or link.get("rel") == "next"
    ]
    return urljoin(SITE, found[-1].get("href")) if found else ""


def _listed(node: Element, base: str) -> Entry:
    title = node.xpath(".//a[contains(@class, 'library-title')]")[0]
    text = _text(node)
    return Entry(
        f"smashwords-{_number(title.get('href') or '')}",
        urljoin(base, title.get("href") or ""),
        title=_line(title),
        author=_author(node),
        language=_language(text),
        words=_words(text),
        price=_price(text),
        categories=_categories(node),
        licence=licence_of(text, node.xpath(".//a/@href")),
    )


def _own(root: Element, base: str) -> Entry | None:
    links = [
        (match, link.get("href")) for link in root.xpath("//a[@href]") if (match := DOWNLOAD.search(link.get("href")))
    ]
    titles = root.xpath("//*[@itemprop='name'] | //*[@id='pageContentFull']//h1 | //h1")
    text = _text(root)
    number = links[0][0][1] if links else _shown_number(root)
    if not number or not titles or WORDS.search(text) is None:
        return None
    whole = {_format(match): urljoin(base, href) for match, href in reversed(links) if "_sample." not in href}
    url = next((whole[name] for name in PREFERRED if name in whole), "")
    return Entry(
        f"smashwords-{number}",
        url,
        title=_line(titles[0]),
        author=_author(root),
        language=_language(text),
        words=_words(text),
        price=_price(text),
        formats=tuple(sorted(whole)),
        categories=_categories(root),
        licence=licence_of(text, root.xpath("//a/@href | //link[@rel='license']/@href")),
    )


def _shown_number(root: Element) -> str:
    for link in root.xpath("//a[contains(@href, '/library/addBook/') or contains(@href, '/reader/read/')]/@href"):
        return str(link).rstrip("/").rpartition("/")[2]
    return next((_number(href) for href in root.xpath("//link[@rel='canonical']/@href") if _number(href)), "")


def _format(match: re.Match[str]) -> str:
    return (match[3] or "").lower() or FORMATS.get(match[2], match[2])


def _number(address: str) -> str:
    match = BOOK.search(address)
    return match[1] if match else ""


def _author(node: Element) -> str:
    """The name after the first `By`, or else the one in the head of the HTML."""
    for link in node.xpath(".//a[contains(@href, '/profile/view/')]"):
        before = link.getprevious().tail if link.getprevious() is not None else link.getparent().text
        if (before or "").strip().lower().endswith("by") and "publish" not in (before or "").lower():
            return _line(link)
    named = node.xpath("//meta[@name='Author' or @name='author']/@content")
    return " ".join(str(named[0]).split()) if named else ""


def _categories(node: Element) -> tuple[str, ...]:
    """Each path of categories as one string, from general to specific."""
    marked = node.xpath(".//*[@itemprop='category']")
    paths = [[_line(a) for a in mark.xpath(".//a")] for mark in marked]
    if not marked:
        links = [
            _line(a) for a in node.xpath(".//*[contains(@class, 'subnote')]//a[contains(@href, '/books/category/')]")
        ]
        paths = [links] if links else []
    return tuple(dict.fromkeys(" » ".join(path) for path in paths if path))


def _language(text: str) -> str:
    """The language without its variety: `English` for `American English`, `Chinese` for `Chinese (Simplified)`."""
    match = LANGUAGE.search(text)
    words = match[1].partition("(")[0].split() if match else []
    return words[-1] if words else ""


def _words(text: str) -> int | None:
    match = WORDS.search(text)
    digits = re.sub(r"\D", "", match[1]) if match else ""
    return int(digits) if digits else None


def _price(text: str) -> float | None:
    """0 if the book is free or the buyer sets the price; None if the page states no price."""
    match = PRICE.search(text[max(text.find("Price:"), 0) :])
    if match is None or "Price:" not in text:
        return None
    return 0.0 if match[1] else float(f"{re.sub('[.,]', '', match[2])}.{match[3] or 0}")


def _line(node: Element) -> str:
    return " ".join(node.text_content().split())


def _text(node: Element) -> str:
    return re.sub(r"[^\S\n]+", " ", "\n".join(node.itertext()))


def _unique(entries: Iterator[Entry]) -> list[Entry]:
    return list({entry.id: entry for entry in entries}.values())
