"""EPUB files give their text in reading order, whatever state they are in."""

import zipfile

import pytest

from corpora.builtin.sources.books.cleaning.cleaner import document_of
from corpora.builtin.sources.books.formats.blocks import Unreadable
from corpora.builtin.sources.books.formats.epub import read_epub


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


@pytest.mark.parametrize("kind", ['epub:type="titlepage"', 'epub:type="bodymatter imprint"', 'role="doc-cover"'])
def test_what_calls_itself_no_text_is_none(make_epub, kind):
    assert texts(make_epub(f"<section {kind}><p>By somebody</p></section><p>One</p>")) == ["One"]


def test_marks_of_notes_do_not_stick_to_words(make_epub):
    assert texts(make_epub('<p>one<a epub:type="noteref" href="#n">1</a> two<a class="fnanchor">[2]</a></p>')) == [
        "one two"
    ]


@pytest.mark.parametrize(("words", "read"), [(10, False), (500, True)])
def test_a_page_that_the_guide_calls_copyright_is_left_out_if_it_is_a_page(make_epub, words, read):
    guide = '</spine><guide><reference type="copyright-page" href="text/c0.xhtml#x"/></guide>'
    path = make_epub(f"<p>{'word ' * words}</p>", "<p>Two.</p>")
    with zipfile.ZipFile(path) as archive:
        opf = archive.read("OPS/book.opf").decode()
    path = make_epub(f"<p>{'word ' * words}</p>", "<p>Two.</p>", extra={"OPS/book.opf": opf.replace("</spine>", guide)})
    assert (len(texts(path)) == 2) is read


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


@pytest.mark.parametrize(
    ("page", "read"),
    [
        ('<p>He left.<a href="#n1"><sup>1</sup></a> She stayed.<sup><a href="b.xhtml#n2">[2]</a></sup></p>',
         ["He left. She stayed."]),
        ('<p>So x<sup>2</sup>.<a href="b.xhtml#n">*</a> A<sup>[3]</sup></p>', ["So x2. A"]),
        ('<div class="footnote"><p><a href="#r1">[1]</a> A note.</p></div>', ["A note."]),
        ('<p>The war of <a href="#y">1914</a> (see <a href="b.xhtml#x">12</a>) <a href="#s">(sic)</a>.</p>',
         ["The war of 1914 (see 12) (sic)."]),
        ('<p>He <i>left</i><a href="#n1">1</a> us <a id="r2" href="#n2">2</a>.</p>'
         '<p id="n1"><a href="#r1">1</a> A note.</p>',
         ["He left us .", "A note."]),
        ('<p><a href="#n1">12</a> men came.<a href="#n2">[iv]</a></p>', ["12 men came."]),
        ('<h2><a href="#toc">12</a></h2><p><a href="#x">T</a>he end</p>', ["12", "The end"]),
    ],
)  # fmt: skip
def test_marks_of_notes_are_told_by_their_links(make_epub, page, read):
    assert texts(make_epub(page)) == read


def test_two_line_breaks_are_the_border_of_paragraphs_and_one_is_none(make_epub):
    assert texts(make_epub("One<br/>goes on.<br/><br/>Two.<br />\n&nbsp;<br/>Three.")) == [
        "One goes on.",
        "Two.",
        "Three.",
    ]


def test_blank_lines_of_preformatted_text_are_borders_of_paragraphs(make_epub):
    assert texts(make_epub("<pre>One\ngoes <b>on.\n \nTwo</b>\n\nThree.</pre>")) == ["One goes on.", "Two", "Three."]


def test_a_picture_of_an_initial_is_its_letter_and_other_pictures_are_nothing(make_epub):
    path = make_epub('<p><img src="o.png" alt="O"/>nce <img src="c.png" alt="A cat"/>upon</p><div><img alt="I"/></div>')
    assert texts(path) == ["Once upon"]


@pytest.mark.parametrize(
    "page",
    ['<p>漢<ruby>字<rp>(</rp><rt>ji</rt></ruby></p>', '<p>漢字<span style="x:y; display: none">no</span></p>',
     '<div class="transnote"><p>Typos are fixed.</p></div><p>漢字</p>',
     '<p>漢<span class="x-ebookmaker-pageno" title="3">3</span>字</p>'],
)  # fmt: skip
def test_what_readers_do_not_show_in_the_line_is_not_read(make_epub, page):
    assert texts(make_epub(page)) == ["漢字"]
