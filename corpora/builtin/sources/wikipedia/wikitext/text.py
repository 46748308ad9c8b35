"""Convert wikitext to plain text with a sequence of passes, each linear in the length of the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from corpora import Template
from corpora.builtin.sources.wikipedia.site import Site
from corpora.builtin.sources.wikipedia.wikitext.blocks import without_blocks
from corpora.builtin.sources.wikipedia.wikitext.brackets import with_clean_brackets
from corpora.builtin.sources.wikipedia.wikitext.layout import (
    without_quotes,
    without_sections,
    without_switches,
    without_tables,
    without_tags,
)
from corpora.builtin.sources.wikipedia.wikitext.links import with_labels, without_special_links
from corpora.builtin.sources.wikipedia.wikitext.markup import (
    FILLED,
    HOLE,
    Article,
    ArticleMetadata,
    Rules,
    decoded,
    restore,
    without_private,
)
from corpora.builtin.sources.wikipedia.wikitext.nested_links import parsed
from corpora.builtin.sources.wikipedia.wikitext.templates import Templates
from corpora.builtin.sources.wikipedia.wikitext.tidy import blocks, is_text, tidied
from corpora.builtin.templates.dates import Dates
from corpora.builtin.templates.functions import ParserFunctions
from corpora.builtin.templates.music import Music
from corpora.builtin.templates.names import Names
from corpora.builtin.templates.numbers import Numbers
from corpora.builtin.templates.pronunciation import Pronunciation
from corpora.builtin.templates.prose import Prose
from corpora.builtin.templates.references import References

PROSE = Rules()


class Reader:
    """Turns wikitext of one wiki into text.

    Args:
        site: the names that the wiki uses.
        rules: what to do with lists, headings, formulas, captions and holes.
        templates: components that render templates, asked in order.
        parse: the parser for lines that the linear passes cannot read.
    """

    def __init__(
        self,
        site: Site,
        rules: Rules = PROSE,
        templates: Sequence[Template] = (),
        parse: Callable[[str], str] = parsed,
    ) -> None:
        self._site, self._rules, self._parse = site, rules, parse
        self._templates = Templates(templates, site, self._inline)

    def article(self, wikitext: str, title: str = "") -> Article:
        """The article in a page's wikitext.

        Args:
            wikitext: the text of the page.
            title: of the page, for `{{PAGENAME}}`.
        """
        site, rules, found = self._site, self._rules, ArticleMetadata()
        text = wikitext.replace("\r\n", "\n") if "\r" in wikitext else wikitext
        text = without_blocks(without_private(text), rules, found)
        text = self._templates.rendered(text, title, found)
        text = without_tables(text)
        text = without_special_links(text, site, rules, found)
        text = without_sections(text, site.end_sections)
        text = without_switches(with_labels(text, found, self._parse))
        text = decoded(without_tags(without_quotes(text)))
        paragraphs: list[str] = []
        headings: list[tuple[int, str]] = []
        text = with_clean_brackets(text)
        if rules.holes == "close" and HOLE in text:
            text = text.replace(HOLE, "")
        for level, block in blocks(tidied(text, site.language), rules):
            block = restore(block, found)
            if HOLE in block and (level or rules.holes == "fill"):
                block = " ".join(block.replace(HOLE, "" if level else FILLED).split())
            if not is_text(block):
                continue
            if level:
                headings.append((len(paragraphs), block))
            if not level or rules.headings == "keep":
                paragraphs.append(block)
        links = dict.fromkeys(found.links)
        links.pop("", None)
        return Article(
            tuple(paragraphs),
            tuple(headings),
            tuple(dict.fromkeys(found.categories)),
            tuple(links),
            found.dropped,
            found.holes,
        )

    def _inline(self, text: str, found: ArticleMetadata) -> str:
        """An argument of a template as plain text, safe from later passes."""
        if "[" in text or "<" in text or "''" in text or "&" in text or "__" in text or "-{" in text:
            text = with_labels(without_special_links(text, self._site, self._rules, found), found, self._parse)
            text = decoded(without_tags(without_quotes(without_switches(text))), found)
        return text


def plain_text(
    wikitext: str, *, title: str = "", language: str = "en", site: Site | None = None, rules: Rules = PROSE
) -> str:
    """The prose of one page, one paragraph per line, with the built-in templates rendered.

    Args:
        wikitext: the text of the page.
        title: of the page, for `{{PAGENAME}}`.
        language: the code of the wiki; ignored if `site` is given.
        site: the names that the wiki uses.
        rules: what to do with lists, headings, formulas, captions and holes.
    """
    reader = Reader(site, rules, builtin_templates()) if site else _reader(language, rules)
    return "\n".join(reader.article(wikitext, title).paragraphs)


@cache
def builtin_templates() -> tuple[Template, ...]:
    """The built-in renderers. `prose`, which also lists templates without visible text, is tried last."""
    return Numbers(), Dates(), Names(), References(), ParserFunctions(), Music(), Pronunciation(), Prose()


@cache
def _reader(language: str, rules: Rules) -> Reader:
    return Reader(Site(language), rules, builtin_templates())
