"""EPUB files give their text in reading order, whatever state they are in."""

import zipfile

import pytest

from corpora.builtin.sources.books.cleaning.cleaner import document_of
from corpora.builtin.sources.books.formats.blocks import Unreadable
from corpora.builtin.sources.books.formats.epub import read_epub


def package(items, spine):
    """A package document with nothing but a manifest and a spine."""
    manifest = "".join(f'<item id="{i}" href="{href}" media-type="{kind}"/>' for i, href, kind in items)
    metadata = '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>A Book</dc:title></metadata>'
    return (
        f'<package xmlns="http://www.idpf.org/2007/opf" version="3.0">{metadata}'
        f"<manifest>{manifest}</manifest><spine>{''.join(spine)}</spine></package>"
    )


def texts(path):
    return [block.text for block in read_epub(path).blocks if not block.rule]


def removed(path):
    return [(block.rule, block.text) for block in read_epub(path).blocks if block.rule]


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


def test_a_package_may_declare_entities_but_none_from_other_files(make_epub):
    path = make_epub("<p>First.</p>")
    with zipfile.ZipFile(path) as archive:
        package = archive.read("OPS/book.opf").decode().replace("A Book", "&a; &b;Book")
    declared = f'<!DOCTYPE package [<!ENTITY a "A"><!ENTITY b SYSTEM "file://{path}">]>{package}'
    for extra in ({}, {"META-INF/container.xml": None}):
        assert read_epub(make_epub("<p>First.</p>", extra={"OPS/book.opf": declared, **extra})).title == "A Book"


def test_xhtml_that_is_no_xml_is_read(make_epub):
    assert texts(make_epub("<p>One & two <i>three</p><p>four&nbsp;five</P>")) == ["One & two three", "four five"]


@pytest.mark.parametrize("missing", ["mimetype", "META-INF/container.xml"])
def test_a_missing_file_that_is_not_a_text_costs_nothing(make_epub, missing):
    assert texts(make_epub("<p>First.</p>", "<p>Second.</p>", extra={missing: None})) == ["First.", "Second."]


def twenty(make_epub, *lost, content=None):
    chapters = [f"<p>This is chapter {n}.</p>" for n in range(20)]
    return make_epub(*chapters, extra={f"OPS/text/c{n}.xhtml": content for n in lost})


def test_a_lost_text_is_named_and_counted(make_epub):
    book = read_epub(twenty(make_epub, 7))
    assert len(book.blocks) == 19
    assert book.metadata == {"spine_lost": ["text/c7.xhtml (missing)"], "spine": {"lost": 1}}


def test_a_book_that_lost_more_than_a_tenth_of_its_spine_is_refused(make_epub):
    assert len(read_epub(twenty(make_epub, 7, 8)).blocks) == 18
    with pytest.raises(Unreadable, match=r"spine lost: 3 of 20 texts: text/c7.xhtml \(missing\)"):
        read_epub(twenty(make_epub, 7, 8, 9))


def test_a_text_in_the_spine_that_is_also_the_navigation_is_read(make_epub):
    contents = '<nav epub:type="toc"><ol><li><a href="c1.xhtml">The Mole</a></li></ol></nav>'
    path = make_epub(f"{contents}<p>Nobody slept.</p>", "<p>Second.</p>")
    with zipfile.ZipFile(path) as archive:
        opf = archive.read("OPS/book.opf").decode()
    opf = opf.replace('href="text/c0.xhtml"', 'href="text/c0.xhtml" properties="nav"')
    path = make_epub(f"{contents}<p>Nobody slept.</p>", "<p>Second.</p>", extra={"OPS/book.opf": opf})
    assert texts(path) == ["Nobody slept.", "Second."]
    assert removed(path) == [("contents", "The Mole")]


def test_a_nav_element_that_holds_the_text_is_text(make_epub):
    assert texts(make_epub('<nav><p>Nobody slept that <a href="c1.xhtml">night</a>, not even Ida.</p></nav>')) == [
        "Nobody slept that night, not even Ida."
    ]


@pytest.mark.parametrize(
    "link", ["text/m\u00e8re.xhtml", "text/me\u0300re.xhtml", "text/m%C3%A8re.xhtml", "TEXT/M%E8RE.xhtml"]
)
@pytest.mark.parametrize("entry", ["OPS/text/m\u00e8re.xhtml", "OPS/text/me\u0300re.xhtml"])
@pytest.mark.parametrize("flagged", [True, False])
def test_accented_names_are_found_however_they_are_written(make_epub, link, entry, flagged):
    manifest = package([("a", link, "application/xhtml+xml")], ['<itemref idref="a"/>'])
    path = make_epub(extra={"OPS/book.opf": manifest, entry: "<p>La mère.</p>"})
    if not flagged:
        path.write_bytes(without_utf8_flags(path.read_bytes()))
    assert texts(path) == ["La mère."]


def without_utf8_flags(raw):
    raw = bytearray(raw)
    for mark, flags in ((b"PK\3\4", 7), (b"PK\1\2", 9)):
        place = raw.find(mark)
        while place >= 0:
            raw[place + flags] &= ~8
            place = raw.find(mark, place + 4)
    return bytes(raw)


DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg"><title>Page 3</title><text y="1">The boat turned</text>'
    '<text y="2">over in the dark.</text>'
    '<text><tspan x="0" dy="1em">Ida</tspan><tspan x="0" dy="1em">swam.</tspan></text></svg>'
)


def test_the_text_of_drawn_pages_is_read_line_by_line(make_epub):
    lines = ["The boat turned over in the dark.", "Ida swam."]
    assert texts(make_epub(f"<div>{DRAWING}</div>")) == lines
    manifest = package([("a", "a.svg", "image/svg+xml")], ['<itemref idref="a"/>'])
    assert texts(make_epub(extra={"OPS/book.opf": manifest, "OPS/a.svg": DRAWING})) == lines


def test_a_drawing_without_text_does_not_break_a_word(make_epub):
    assert texts(make_epub('<p>Once<svg><path d="M0"/></svg> upon</p>')) == ["Once upon"]


def test_a_spine_item_that_is_a_picture_is_read_by_its_fallback(make_epub):
    items = [("p", "p.png", 'image/png" fallback="t'), ("t", "t.xhtml", "application/xhtml+xml")]
    manifest = package(items, ['<itemref idref="p"/>'])
    assert texts(make_epub(extra={"OPS/book.opf": manifest, "OPS/t.xhtml": "<p>One.</p>"})) == ["One."]


def test_what_the_markup_excludes_is_kept_with_its_rule(make_epub):
    page = '<section epub:type="copyright-page"><p>© 2014</p></section><p>One.<span hidden="">two</span></p>'
    assert removed(make_epub(page)) == [("marked as copyright-page", "© 2014"), ("hidden", "two")]


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
        ('<p>He froze.<span class="footnote-ref">†</span> The lake<sup>3</sup> froze (3 m<sup>2</sup>).</p>',
         ["He froze. The lake froze (3 m2)."]),
        ('<p>The war of <a href="#y">1914</a> (see <a href="b.xhtml#x">12</a>) <a href="#s">(sic)</a>.</p>',
         ["The war of 1914 (see 12) (sic)."]),
        ('<p>He <i>left</i><a href="#n1">1</a> us <a id="r2" href="#n2">2</a>.</p>'
         '<p id="n1"><a href="#r1">1</a> A note.</p>',
         ["He left us."]),
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


def test_a_link_back_from_a_note_is_not_read(make_epub):
    notes = '<aside><p>A bell. <a epub:type="backlink" href="#r">back</a></p><p>An oar. <a href="#s">↩</a></p></aside>'
    assert texts(make_epub(notes)) == ["A bell.", "An oar."]


def test_a_manifest_may_link_into_its_texts(make_epub):
    path = make_epub("<p>One.</p>", "<p>Two.</p>")
    with zipfile.ZipFile(path) as archive:
        opf = archive.read("OPS/book.opf").decode().replace("c1.xhtml", "c1.xhtml#start")
    assert texts(make_epub("<p>One.</p>", "<p>Two.</p>", extra={"OPS/book.opf": opf})) == ["One.", "Two."]


def test_a_container_that_is_no_xml_does_not_cost_the_book(make_epub):
    assert texts(make_epub("<p>One.</p>", extra={"META-INF/container.xml": "broken"})) == ["One."]


def test_a_spine_of_unknown_items_is_read_in_the_order_of_the_manifest_or_of_names(make_epub):
    path = make_epub("<p>One.</p>", "<p>Two.</p>")
    with zipfile.ZipFile(path) as archive:
        opf = archive.read("OPS/book.opf").decode()
    unknown = opf.replace('idref="c', 'idref="x')
    assert texts(make_epub("<p>One.</p>", "<p>Two.</p>", extra={"OPS/book.opf": unknown})) == ["One.", "Two."]
    empty = {"OPS/book.opf": package([], ['<itemref idref="c0"/>']), "__MACOSX/OPS/text/._c0.xhtml": b"\0\5\x16\7"}
    assert texts(make_epub("<p>One.</p>", "<p>Two.</p>", extra=empty)) == ["One.", "Two."]


def test_a_text_may_be_called_plain_xml(make_epub):
    opf = package([("c0", "text/c0.xml", "text/plain")], ['<itemref idref="c0"/>'])
    page = "<html><body><p>One.</p></body></html>"
    assert texts(make_epub(extra={"OPS/book.opf": opf, "OPS/text/c0.xml": page})) == ["One."]


LONG = (
    "She carried the lamp along the quay until the rain had put it out, and nobody asked her why she had come at all. "
)


@pytest.mark.parametrize(
    "lines",
    [
        [(LONG * 2).strip(), (LONG * 2).strip()],
        ["\u3000\u3000老人打开窗户。", "\u3000\u3000“谁？”她问。", "\u3000\u3000没有人。"],
        ["\u3000祖母は浜にいた。", "「だれ」と訊いた。", "\u3000雨が降っていた。"],
        ["&#160;&#160;&#160;He sat down.", "&#160;&#160;&#160;“Who?” she said.", "&#160;&#160;&#160;Nobody."],
    ],
)
def test_long_or_indented_lines_are_paragraphs(make_epub, lines):
    read = [line.replace("&#160;", "").strip() for line in lines]
    assert texts(make_epub(f"<div>{'<br/>'.join(lines)}</div>")) == read


def test_indented_lines_of_verse_are_one_stanza(make_epub):
    stanza = "<p>O rain, O rain<br/>&#160;&#160;upon the quay,<br/>and not a word<br/>&#160;&#160;for me.</p>"
    assert texts(make_epub(stanza)) == ["O rain, O rain upon the quay, and not a word for me."]


@pytest.mark.parametrize(
    ("page", "headings"),
    [
        ('<p><span><img src="1.png" alt="Chapter One"/></span></p><p>It rained.</p>', ["Chapter One"]),
        ('<h1><img src="1.png" alt="The Salt"/></h1><p>It rained.</p>', ["The Salt"]),
        ('<h1><img src="1.png" alt="head_1.png"/></h1><p>It rained.</p>', []),
        ('<p><img src="1.png" alt="A map of the quay"/></p><p>It rained.</p>', []),
        ('<h1>Salt <img src="1.png" alt="An oar"/></h1><p>It rained.</p>', ["Salt"]),
    ],
)
def test_headings_may_be_pictures(make_epub, page, headings):
    assert [block.text for block in read_epub(make_epub(page)).blocks if block.level] == headings


def test_a_text_behind_front_matter_needs_no_heading(make_epub):
    story = "".join(f"<p>{LONG}That was night {n} of the rain.</p>" for n in range(8))
    also = "<h2>Also by Ada Moor</h2><p>The Oar</p><p>The Mole</p>"
    rights = "<h2>Copyright</h2><p>© 2014 Ada Moor</p>"
    for front in (also, rights):
        document = document_of(read_epub(make_epub(front, story, story.replace("night", "day"))), "book")
        assert len(document.paragraphs) == 16
        document = document_of(read_epub(make_epub(front + story)), "book")
        assert len(document.paragraphs) == 8
