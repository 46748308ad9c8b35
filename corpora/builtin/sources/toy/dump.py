"""Write toy articles as a MediaWiki dump with typical markup, to read them back with the source `wikipedia`."""

from __future__ import annotations

import bz2
from collections.abc import Iterator
from html import escape
from itertools import islice
from pathlib import Path

from corpora.builtin.sources.toy.article import Article, articles

PAGES_A_STREAM = 100
HEAD = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">
  <siteinfo>
    <sitename>Toy</sitename>
    <dbname>toywiki</dbname>
    <base>https://toy.invalid/wiki/Main_Page</base>
    <case>first-letter</case>
    <namespaces>
      <namespace key="0" case="first-letter" />
      <namespace key="6" case="first-letter">File</namespace>
      <namespace key="10" case="first-letter">Template</namespace>
      <namespace key="14" case="first-letter">Category</namespace>
    </namespaces>
  </siteinfo>
"""
TAIL = "</mediawiki>\n"
PAGE = """  <page>
    <title>{title}</title>
    <ns>{namespace}</ns>
    <id>{number}</id>{redirect}
    <revision>
      <id>{number}</id>
      <timestamp>2020-01-01T00:00:00Z</timestamp>
      <contributor><username>Toy</username><id>1</id></contributor>
      <model>wikitext</model>
      <format>text/x-wiki</format>
      <text bytes="{size}" xml:space="preserve">{text}</text>
    </revision>
  </page>
"""


def write_dump(path: Path, number: int, seed: int) -> Path:
    """Write toy articles as a dump, with a redirect after every 20th and a template after every 50th.

    A reader should return the paragraphs of `write_article`. The same arguments always give the same bytes.

    Args:
        path: ends in `.xml`, or in `.xml.bz2` for independent streams of 100 pages with an index file next to them.
        number: how many articles.
        seed: of the articles.
    """
    pages = (page for article in articles(seed, range(number)) for page in _pages(article))
    if path.suffix != ".bz2":
        with path.open("w", encoding="utf-8") as file:
            file.write(HEAD)
            file.writelines(text for _, _, text in pages)
            file.write(TAIL)
        return path
    index: list[str] = []
    with path.open("wb") as file:
        file.write(bz2.compress(HEAD.encode()))
        while some := list(islice(pages, PAGES_A_STREAM)):
            index += [f"{file.tell()}:{number}:{title}" for number, title, _ in some]
            file.write(bz2.compress("".join(text for _, _, text in some).encode()))
        file.write(bz2.compress(TAIL.encode()))
    index_path = path.with_name(path.name.removesuffix(".xml.bz2") + "-index.txt.bz2")
    index_path.write_bytes(bz2.compress("".join(line + "\n" for line in index).encode()))
    return path


def _pages(article: Article) -> Iterator[tuple[int, str, str]]:
    """The number, title and XML of an article's page, and of the redirect or template after it."""
    number = 3 * article.number + 1
    yield number, article.title, _page(number, article.title, wikitext(article))
    if article.number % 20 == 19:
        title = f"About {article.title}"
        redirect = f'\n    <redirect title="{escape(article.title)}" />'
        yield number + 1, title, _page(number + 1, title, f"#REDIRECT [[{article.title}]]", redirect=redirect)
    if article.number % 50 == 49:
        title = f"Template:Box {article.number}"
        yield number + 2, title, _page(number + 2, title, '{| class="box"\n| {{{1}}}\n|}', namespace=10)


def _page(number: int, title: str, text: str, *, namespace: int = 0, redirect: str = "") -> str:
    size, shown = len(text.encode()), escape(text, quote=False)
    return PAGE.format(
        title=escape(title), namespace=namespace, number=number, redirect=redirect, size=size, text=shown
    )


def wikitext(article: Article) -> str:
    """The article with an infobox, a bold title, links, references, headings and categories."""
    parts = [
        f"{{{{Infobox {article.kind}\n| name = {article.title}\n| image = [[File:{article.title}.jpg|thumb]]\n}}}}"
    ]
    links = dict(article.links)
    for number, (heading, sentences) in enumerate(article.sections):
        text = " ".join(_referenced(each.text, number + place) for place, each in enumerate(sentences))
        if not heading:
            text = text.replace(article.title, f"'''{article.title}'''", 1)
        for name in [name for name in links if f" {name}" in text]:
            text = _linked(text, name)
            del links[name]
        parts.append(f"== {heading} ==\n{text}" if heading else text)
    parts.append("== References ==\n{{reflist}}\n\n== External links ==\n* [https://toy.invalid/ Toy]")
    parts.append(f"[[Category:{article.kind.capitalize()}s|{article.title}]]")
    return "\n\n".join(parts)


def _referenced(sentence: str, number: int) -> str:
    """The sentence, sometimes followed by a reference, a template or a comment."""
    marks = (
        "",
        "",
        f"<ref>Book {number}, p. 7.</ref>",
        "",
        '<ref name="toy" />',
        "{{citation needed}}",
        "<!-- seen -->",
    )
    return sentence + marks[(number + len(sentence)) % len(marks)]


def _linked(text: str, name: str) -> str:
    """The text with the first occurrence of the name after a space turned into a link; some links are piped."""
    link = f"[[{name}]]" if len(name) % 2 else f"[[{name} (toy)|{name}]]"
    return text.replace(f" {name}", f" {link}", 1)
