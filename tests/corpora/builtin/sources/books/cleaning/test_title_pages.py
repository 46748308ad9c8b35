"""A title page goes, and the first lines of the text stay, however short they are."""

import pytest

from corpora.builtin.sources.books.cleaning.cleaner import document_of
from corpora.builtin.sources.books.formats.blocks import Block, ParsedBook
from corpora.builtin.sources.books.formats.reader import book_of_text

STORY = [
    "The harbour lay quite still that morning, and not a soul was to be seen on the long grey mole.",
    "She sat down beside him and said nothing, for there was nothing that could have been said.",
] * 6
OPENINGS = [
    ["London, 1888"],
    ["Mira"],
    ["Three Winters Later"],
    ["Monday", "It rained."],
    ["Log entry 42"],
    ["EXT. QUAY – DAWN"],
    ["O rain upon the mole", "O never a word"],
]


@pytest.mark.parametrize("opening", OPENINGS)
@pytest.mark.parametrize("level", [1, 2, 3])
def test_short_lines_behind_the_heading_of_a_chapter_stay_at_any_level(opening, level):
    title = [Block("The Ferry", 1), Block("Ada Moor")]
    chapters = [Block("Chapter 1", level), *map(Block, [*opening, *STORY])]
    chapters += [block for n in (2, 3) for block in (Block(f"Chapter {n}", level), *map(Block, STORY))]
    assert document_of(ParsedBook((*title, *chapters)), "book").paragraphs == (*opening, *STORY * 3)


@pytest.mark.parametrize("opening", OPENINGS)
def test_short_lines_at_the_beginning_of_a_file_belong_to_the_text_below(opening):
    title = [Block("The Ferry", 1, opens_file=True), Block("Ada Moor"), Block("For my sister", opens_file=True)]
    first, *rest = map(Block, [*opening, *STORY])
    book = ParsedBook((*title, first._replace(opens_file=True), *rest))
    assert document_of(book, "book").paragraphs == (*opening, *STORY)


@pytest.mark.parametrize("opening", OPENINGS)
def test_short_lines_far_below_a_title_page_belong_to_the_text_below(opening):
    text = "\n\n".join(["The Ferry", "Ada Moor", "\n\n" + opening[0], *opening[1:], *STORY])
    assert document_of(book_of_text(text), "book").paragraphs == (*opening, *STORY)
