"""The texts of an EPUB as one book, and the markup of initials, notes and pages in them."""

import pytest

from corpora.builtin.sources.books.formats.blocks import Unreadable
from corpora.builtin.sources.books.formats.epub import read_epub

RAIN = "<p>It rained on the reeds all day.</p>"


def texts(path):
    return [block.text for block in read_epub(path).blocks if not block.rule]


@pytest.mark.parametrize(("end", "start"), [("heron", "left"), ("her-", "on left")])
def test_a_sentence_that_goes_on_in_the_next_text_is_whole(make_epub, end, start):
    path = make_epub(f"{RAIN}<p>At noon the grey {end}</p>", f"<p>{start} at last.</p>{RAIN}")
    assert texts(path)[1:-1] == ["At noon the grey heron left at last."]


def test_texts_that_end_in_a_stop_or_begin_with_a_capital_stay_apart(make_epub):
    path = make_epub("<p>It rained.</p>", "<p>but not for long</p>", "<p>Then it stopped.</p>")
    assert texts(path) == ["It rained.", "but not for long", "Then it stopped."]


@pytest.mark.parametrize(
    "initial",
    [
        '<div class="x">T</div><p>he heron left.</p>',
        '<p><span class="dropcap">T</span>\n<span>he</span> heron left.</p>',
        '<p><span><img src="t.png" alt="T"/></span>he heron left.</p>',
        '<div><img src="t.png" alt="T"/></div><p>he heron left.</p>',
    ],
)
def test_a_large_initial_is_part_of_its_word(make_epub, initial):
    assert texts(make_epub(initial)) == ["The heron left."]


def test_a_letter_above_a_whole_word_is_not_its_initial(make_epub):
    elements = "<p>H</p><p>hydrogen</p><p>A gas, hydrogen burns.</p>"
    assert texts(make_epub(elements)) == ["H", "hydrogen", "A gas, hydrogen burns."]


def test_an_initial_that_is_a_word_stays_one(make_epub):
    assert texts(make_epub('<p><span class="dropcap">A</span> heron left.</p>')) == ["A heron left."]


@pytest.mark.parametrize(
    "mark",
    [
        '<a id="page_12" class="x">12</a>', '<span id="pg12">[12]</span>', '<span class="hidden">x</span>',
        '<span style="visibility: hidden">x</span>', '<a href="#r1">Back to text</a>', '<span class="linenum">5</span>',
    ],
)  # fmt: skip
def test_page_numbers_hidden_text_and_links_back_are_not_read(make_epub, mark):
    assert texts(make_epub(f"<p>The heron {mark}left.</p>")) == ["The heron left."]


def test_a_raised_number_behind_a_stop_is_a_note_and_behind_a_number_a_power(make_epub):
    assert texts(make_epub("<p>It left.<sup>2</sup> All 10<sup>6</sup> of them.</p>")) == ["It left. All 106 of them."]


def test_raised_numbers_of_verses_are_not_read(make_epub):
    verses = "<p><sup>1</sup> It rained. <sup>2</sup> It stopped. <sup>12</sup>It rained.</p>"
    assert texts(make_epub(verses)) == ["It rained. It stopped. It rained."]


def test_the_number_of_a_note_that_links_back_goes_with_its_stop(make_epub):
    assert texts(make_epub('<p id="n1"><a href="c0.xhtml#r1">1.</a> In spring.</p>')) == ["In spring."]


def test_lines_that_are_set_as_blocks_do_not_run_together(make_epub):
    line = '<span style="display: block">'
    assert texts(make_epub(f"<div>{line}The reeds,</span>{line}the rain.</span></div>")) == ["The reeds, the rain."]


def test_a_line_that_ends_every_text_is_no_text(make_epub):
    pages = [f"<p>Part {n} of the rain.</p><footer><p>The Grey Heron</p></footer>" for n in range(4)]
    assert texts(make_epub(*pages)) == [f"Part {n} of the rain." for n in range(4)]


def test_sentences_marked_as_headings_are_text_if_the_whole_book_is(make_epub):
    book = "<h2>One</h2>" + "<h4>It rained on the reeds all day.</h4>" * 3
    levels = [block.level for block in read_epub(make_epub(book)).blocks]
    assert levels == [2, 0, 0, 0]


def test_ligatures_of_type_are_letters(make_epub):
    assert texts(make_epub("<p>A ﬁne oﬃce ﬂoor, æther.</p>")) == ["A fine office floor, æther."]


def test_a_short_page_in_an_unnamed_encoding_has_that_of_the_others(make_epub):
    page = "<html><body><p>“Élise était née à Orléans, près de la forêt”, écrivit-elle à sa mère.</p></body></html>"
    short = "<html><body><p>Here — rain.</p></body></html>"
    pages = {"OPS/text/c0.xhtml": page.encode("cp1252"), "OPS/text/c1.xhtml": short.encode("cp1252")}
    assert texts(make_epub("x", "x", extra=pages))[1] == "Here — rain."


def test_pages_in_no_known_encoding_are_lost_by_name(make_epub):
    with pytest.raises(Unreadable, match="spine lost") as error:
        read_epub(make_epub("x", extra={"OPS/text/c0.xhtml": bytes(range(128, 256)) * 4}))
    assert "uncertain encoding" in error.value.detail


LONG = "The light of the old lamp in the window of the kitchen was"


@pytest.mark.parametrize(
    "between", ["", '<span epub:type="pagebreak" id="p3"/>', '<p><img src="a.png" alt="a map"/></p>']
)
def test_a_sentence_that_goes_on_in_the_next_paragraph_is_whole(make_epub, between):
    assert texts(make_epub(f"<p>{LONG}</p>{between}<p>dim over the bay.</p>")) == [f"{LONG} dim over the bay."]
    assert texts(make_epub(f"<p>{LONG} won-</p>{between}<p>derful.</p>")) == [f"{LONG} wonderful."]


@pytest.mark.parametrize(
    "lines",
    [
        ["the rain, the rain", "on the tin of the roof"],
        [f"{LONG} lit.", "and it was late."],
        [f"{LONG} this:", "a cat."],
        [f"{LONG} lit", "Nobody came."],
    ],
)
def test_verse_and_whole_sentences_stay_apart(make_epub, lines):
    assert texts(make_epub("".join(f"<p>{line}</p>" for line in lines))) == lines


def test_items_of_a_list_stay_apart(make_epub):
    assert texts(make_epub(f"<ul><li><p>{LONG} lit</p></li><li><p>and it was late.</p></li></ul>")) == [
        f"{LONG} lit",
        "and it was late.",
    ]
