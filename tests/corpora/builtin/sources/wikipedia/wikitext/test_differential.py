"""Two oracles: mwparserfromhell on fragments that both understand, and MediaWiki's own parser tests."""

import re
from collections import Counter

import mwparserfromhell
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora.builtin.sources.wikipedia.dump.pages import BrokenPage, pages
from corpora.builtin.sources.wikipedia.site import Site
from corpora.builtin.sources.wikipedia.wikitext.markup import Rules
from corpora.builtin.sources.wikipedia.wikitext.text import Reader

WORDS = re.compile(r"\w+")
BEYOND = re.compile(r"[{}<>&]|\[\[[^\]|]*:|__|\|\]\]|://|\]\]\]| [,.;]|\( | \)|,,|[^\x00-\x7f]")
"""What only one of the two handles, or what ours repairs on purpose."""
words = st.sampled_from(["the", "Dog", "ran", "far", "x1", "and", "it's"])
plain = st.lists(words, min_size=1, max_size=4).map(" ".join)
links = st.builds("[[{}|{}]]".format, plain, plain) | plain.map("[[{}]]".format)
marked = st.sampled_from(["''{}''", "'''{}'''", "<small>{}</small>", "<!-- {} -->", "[http://x.org {}]"])
fragments = st.lists(plain | links | st.builds(str.format, marked, plain), min_size=1, max_size=8).map(" ".join)


def squeezed(text: str) -> str:
    return " ".join(text.split())


@given(fragments)
def test_parser_agrees_on_made_fragments(wikitext):
    ours = Reader(Site(), Rules(), ()).article(wikitext).paragraphs
    assert squeezed(" ".join(ours)) == squeezed(mwparserfromhell.parse(wikitext).strip_code())


@pytest.mark.real_data
def test_parser_agrees_on_plain_paragraphs_of_real_pages(wiki):
    reader = Reader(Site(), Rules(), ())
    same = []
    dump = wiki / "enwiki-gensim-pages-articles1-p10-p30302-shortened.xml.bz2"
    for page in pages(dump, 0, None, allow_cut=False):
        assert not isinstance(page, BrokenPage)
        for line in (page.text or "").split("\n"):
            if len(line) >= 80 and line[0] not in "*#:;=|!{ -" and not BEYOND.search(line):
                theirs = squeezed(str(mwparserfromhell.parse(line).strip_code()))
                same.append(squeezed(" ".join(reader.article(line).paragraphs)) == theirs)
    assert len(same) > 1000 and sum(same) / len(same) > 0.995


SKIPPED = re.compile(
    r"\{\{|\{\||<table|<ref|<math|<gallery|<pre|<nowiki|thumb|File:|Image:|<indicator|__|-\{|<!--|<ta[gG]|<T|<translate|"
    r"<html|RFC|PMID|ISBN|~~~|//|<div|&|<section|<langconvert|<br id|includeonly",
)
"""Wikitext whose HTML depends on the test wiki's extensions, or that we drop on purpose."""


@pytest.mark.real_data
def test_words_are_those_that_mediawiki_shows_in_its_own_parser_tests(wiki):
    from lxml import html

    reader, same = Reader(Site(), Rules(lists="keep", headings="keep"), ()), []
    text = (wiki / "parsoid-parserTests" / "parserTests.txt").read_text(encoding="utf-8")
    for test in re.findall(r"!! ?test\n(.*?)!! ?end", text, re.DOTALL):
        parts = re.split(r"^!! ?(.*)$", test, flags=re.MULTILINE)
        section = {parts[i].strip(): parts[i + 1].strip("\n") for i in range(1, len(parts) - 1, 2)}
        shown = section.get("html") or section.get("html/php") or section.get("html/*")
        if not shown or "options" in section or SKIPPED.search(section.get("wikitext", "//")):
            continue
        ours = WORDS.findall(" ".join(reader.article(section["wikitext"]).paragraphs))
        same.append(Counter(ours) == Counter(WORDS.findall(html.fromstring(f"<div>{shown}</div>").text_content())))
    assert len(same) > 150 and sum(same) / len(same) > 0.85
