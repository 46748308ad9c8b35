"""Line breaks in plain text: which are paragraphs, and which only hard wraps."""

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora.builtin.sources.books.formats.plain_text import blocks_of, layout_of

PROSE = (
    "It was a bright cold day in the valley, and the clocks of the old town were striking thirteen as she came in.",
    "“Is he in?” asked the stranger, who had not taken off his hat. “How very efficient of you, my dear Watson.”",
    "Nobody answered him. The fire had burned low, the lamp was smoking, and outside the rain went on falling.",
)
BOOK = PROSE * 12


def texts(text):
    return [block.text for block in blocks_of(text, transcribed=True)]


@pytest.mark.parametrize("between", ["\n", "\n\n", "\r\n", "\r\n\r\n", "\r", "\n \n"])
def test_one_line_a_paragraph_is_kept(between):
    assert texts(between.join(BOOK)) == list(BOOK)


@pytest.mark.parametrize("width", [40, 65, 72, 80])
def test_hard_wraps_are_undone(width):
    assert texts("\n\n".join(textwrap.fill(p, width) for p in BOOK)) == list(BOOK)


def test_indented_first_lines_mark_paragraphs_where_no_blank_line_does():
    assert texts("\n".join(textwrap.fill(p, 60, initial_indent="    ") for p in BOOK)) == list(BOOK)


def test_short_last_lines_mark_paragraphs_where_nothing_else_does():
    assert texts("\n".join(textwrap.fill(p, 60) for p in BOOK)) == list(BOOK)


def test_wrapped_text_with_a_blank_line_after_each_line_is_one_text():
    text = "\n\n\n".join(textwrap.fill(p, 60).replace("\n", "\n\n") for p in BOOK)
    assert layout_of(text) == "double-spaced"
    assert texts(text) == list(BOOK)


def test_the_last_paragraph_counts_without_a_final_line_break():
    assert texts("First.\n\nSecond.\n\nThe end of it") == ["First.", "Second.", "The end of it"]


def test_short_speeches_on_their_own_lines_stay_apart():
    speeches = ["“No.”", "“Yes.”", "He left.", "“And so?”", "She laughed at that."] * 20
    assert texts("\n".join(speeches)) == speeches


def test_a_word_that_the_wrap_cut_is_whole_again_and_a_hyphen_stays():
    text = "\n\n".join([*(textwrap.fill(p, 60) for p in BOOK), "the strang-\ner wore a well-\nworn coat"])
    assert texts(text)[-1] == "the stranger wore a well-worn coat"


def test_italics_page_numbers_and_pictures_leave_nothing():
    assert texts("He was _very late_. [Illustration: A clock] {12} It was ten.") == ["He was very late. It was ten."]


def test_notes_stand_where_they_are_as_paragraphs_and_never_in_a_line():
    text = "It was late[1] then[A] [sic].\n\n[1] In May.\n\n[Footnote A: In June.]\n\nA big [Footnote: Old] cup[*]."
    assert texts(text) == ["It was late then [sic].", "In May.", "In June.", "A big cup."]
    assert texts("One,[1] two.[2]\n\nThree.[3]") == ["One, two.", "Three."]


def test_brackets_behind_words_are_words_where_no_note_is():
    assert texts("The items[0], x[A] and m[3].\n\n[B] It is.") == ["The items[0], x[A] and m[3].", "[B] It is."]


def test_soft_hyphens_zero_width_and_no_break_spaces_leave_plain_words():
    assert texts("ex\xadtra\u200bordinary\xa0men") == ["extraordinary men"]


@given(st.lists(st.text("abc XYZ.,“”\xa0", min_size=1), min_size=1))
def test_no_word_is_lost(lines):
    assert " ".join(texts("\n".join(lines))).split() == " ".join(lines).split()
