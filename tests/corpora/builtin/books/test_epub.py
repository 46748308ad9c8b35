"""EPUB files give their text in reading order, whatever state they are in."""

import pytest

from corpora.builtin.sources.books.clean import document_of
from corpora.builtin.sources.books.draft import Unreadable
from corpora.builtin.sources.books.epub import read_epub


def texts(path):
    return [block.text for block in read_epub(path).blocks]


def test_chapters_come_in_spine_order(make_epub):
    draft = read_epub(make_epub("<h1>One</h1><p>First.</p>", "<p>Second.</p>"))
    assert [tuple(block[:2]) for block in draft.blocks] == [("One", 1), ("First.", 0), ("Second.", 0)]
    assert (draft.title, draft.language) == ("A Book", "en")


def test_drop_capitals_and_line_breaks_neither_split_nor_fuse_words(make_epub):
    path = make_epub("<p><span>T</span>he<br/>end</p><div>of<p>it</p>all</div>")
    assert texts(path) == ["The end", "of", "it", "all"]


def test_page_numbers_captions_and_hidden_notes_are_not_read(make_epub):
    path = make_epub(
        '<p>one <span class="pagenum">Page 2</span>two<a epub:type="pagebreak">3</a></p><figcaption>x</figcaption>'
    )
    assert texts(path) == ["one two"]


def test_tables_of_contents_are_known_by_their_links(make_epub):
    links = "".join(f'<li><a href="c1.xhtml#{n}">Something happens to somebody again</a></li>' for n in range(5))
    path = make_epub(
        f"<ol>{links}</ol>", "<h1>One</h1>" + "<p>There was nothing left to do but to go home again.</p>" * 9
    )
    assert len(document_of(read_epub(path), "book").paragraphs) == 9


def test_xhtml_that_is_no_xml_is_read(make_epub):
    assert texts(make_epub("<p>One & two <i>three</p><p>four&nbsp;five</P>")) == ["One & two three", "four five"]


@pytest.mark.parametrize("missing", ["OPS/text/c1.xhtml", "mimetype", "META-INF/container.xml"])
def test_a_missing_file_costs_no_more_than_itself(make_epub, missing):
    path = make_epub("<p>First.</p>", "<p>Second.</p>", "<p>Third.</p>", extra={missing: None})
    assert texts(path)[0] == "First." and texts(path)[-1] == "Third."


def test_a_text_declares_its_own_encoding(make_epub):
    page = '<?xml version="1.0" encoding="windows-1252"?><html><body><p>caf\xe9 \x93yes\x94</p></body></html>'
    assert texts(make_epub("", extra={"OPS/text/c0.xhtml": page.encode("latin-1")})) == ["café “yes”"]


def test_a_book_without_text_is_refused(make_epub):
    with pytest.raises(Unreadable, match="no text"):
        read_epub(make_epub("<img src='a.png'/>"))
