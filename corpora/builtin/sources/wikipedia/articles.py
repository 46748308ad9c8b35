"""From pages to documents, with a reason for every page that does not become one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from corpora import Document, IsolationError, Reject, Shard, Template, run_in_sandbox
from corpora.builtin.sources.wikipedia.dump.pages import BrokenPage, Page, pages, site_of
from corpora.builtin.sources.wikipedia.site import Site, disambiguation_templates, redirects
from corpora.builtin.sources.wikipedia.wikitext.markup import Article, Rules
from corpora.builtin.sources.wikipedia.wikitext.nested_links import parsed
from corpora.builtin.sources.wikipedia.wikitext.text import Reader

if TYPE_CHECKING:
    from corpora.builtin.sources.wikipedia import Wikipedia

WIKITEXT_CHARACTERS = 8 << 20
"""Longer pages are rejected; MediaWiki itself allows 2 MB."""
_REDIRECT = re.compile(r"\s*#\s?([^\W\d_]+(?:[ _-][^\W\d_]+)?)\s*:?\s*\[\[[^\]\n]+\]\]")
_HOLES: dict[str, Literal["mark", "fill", "close"]] = {"drop": "mark", "fill": "fill", "keep": "close"}
"""How each value of the option `holes` treats gaps in the text; a build drops sentences with a mark."""


class Articles:
    """Reads the shards of one source.

    Args:
        templates: renderers, in the order in which they are tried.
    """

    def __init__(self, source: Wikipedia, templates: Sequence[Template]) -> None:
        self._source = source
        self._rules = Rules(source.lists, source.headings, source.math, source.captions, _HOLES[source.holes])
        self._templates = tuple(templates)

    def read(self, shard: Shard) -> Iterator[Document | Reject]:
        """A document or a reject for every page that starts in the shard."""
        assert shard.path is not None
        site = site_of(shard.path, self._source.language)
        reader = Reader(site, self._rules, self._templates, _parsed_apart)
        number = 0
        for page in pages(shard.path, shard.start, shard.stop, allow_cut=self._source.allow_cut):
            number += 1
            if isinstance(page, BrokenPage):
                yield Reject(f"{shard.key}:{number}", "read", page.reason, f"{page.title}: {page.detail}")
                continue
            id = f"{site.database or site.language + 'wiki'}:{page.id or page.title}"
            reason, detail = rejected(page, site)
            if reason:
                yield Reject(id, "read", reason, detail or page.title)
                continue
            try:
                article = reader.article(page.text or "", page.title)
            except IsolationError as error:
                yield Reject(id, "read", "parser died", f"{page.title}: {error}", failed=True)
                continue
            if self._source.disambiguation == "drop" and is_disambiguation(page, article):
                yield Reject(id, "read", "disambiguation", page.title)
            elif not article.paragraphs:
                yield Reject(id, "read", "no prose", page.title)
            else:
                yield document(id, page, article, site)


def _parsed_apart(line: str) -> str:
    """The text that the parser makes of a line, in a child process that may crash."""
    return run_in_sandbox(parsed, line)


def rejected(page: Page, site: Site) -> tuple[str, str]:
    """Why a page is not an article, and a detail for the reject; two empty strings if it is one.

    Args:
        page: at its newest revision.
        site: the wiki, whose namespaces and redirect words apply.
    """
    namespace = page.namespace
    if namespace is None:
        prefix, colon, _ = page.title.partition(":")
        namespace = site.prefixes.get(prefix.strip().lower(), 0) if colon else 0
    if namespace != 0:
        return "namespace", page.title
    if page.text is None:
        return "no text", page.title
    if page.model != "wikitext":
        return "not wikitext", page.model
    if page.redirect or is_redirect(page.text):
        return "redirect", page.title
    if len(page.text) > WIKITEXT_CHARACTERS:
        return "too large", f"{len(page.text):,} characters"
    return "", ""


def is_redirect(wikitext: str) -> bool:
    """Whether a text starts with `#REDIRECT [[…]]` in some language: a known word, or one word in capitals.

    Old dumps have no <redirect> element. `#1 Hits [[…]]` and `#Born in [[…]]` start lists.

    Args:
        wikitext: of the page, unchanged.
    """
    match = _REDIRECT.match(wikitext[:400])
    return match is not None and (match[1].lower() in redirects() or (match[1].isupper() and " " not in match[1]))


def is_disambiguation(page: Page, article: Article) -> bool:
    """Whether a page is a disambiguation page, by its templates, its switch, or its title.

    Args:
        page: whose text or title may say so.
        article: its content, with the names of the templates that gave no text.
    """
    names = disambiguation_templates()
    if any(name in names for name in article.dropped):
        return True
    return "__DISAMBIG__" in (page.text or "") or page.title.endswith("(disambiguation)")


def document(id: str, page: Page, article: Article, site: Site) -> Document:
    """The article as a document, with the attribution that its licence requires: address, revision, authors.

    Args:
        id: unique in the dump.
        page: gives the title, the revision and its time.
        article: gives the paragraphs, headings, categories and links.
        site: gives the address and the licence.
    """
    return Document(
        id=id,
        paragraphs=article.paragraphs,
        title=page.title,
        author="Wikipedia contributors" if site.project in ("", "wikipedia") else f"{site.project} contributors",
        url=site.url(page.title),
        licence="CC BY-SA 4.0",
        language=site.language,
        headings=article.headings,
        metadata={
            "revision": page.revision,
            "timestamp": page.timestamp,
            "categories": list(article.categories),
            "links": list(article.links),
            "dropped_templates": dict(sorted(article.dropped.items())),
            "templates": dict(sorted(article.holes.items())),
        },
    )
