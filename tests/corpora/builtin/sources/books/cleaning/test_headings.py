"""A heading is told from a sentence by its neighbours."""

import pytest

from corpora.builtin.sources.books.cleaning.cleaner import document_of
from corpora.builtin.sources.books.cleaning.heading_words import number_of
from corpora.builtin.sources.books.cleaning.headings import is_division
from corpora.builtin.sources.books.formats.blocks import Block, ParsedBook

STORY = [
    "The harbour lay quite still that morning, and not a soul was to be seen on the long grey mole.",
    "“You are late,” said the ferryman, without looking up from the rope that he was splicing.",
    "She sat down beside him and said nothing, for there was nothing that could have been said.",
] * 4


def paragraphs(*texts):
    return document_of(ParsedBook(tuple(Block(text) for text in texts)), "book").paragraphs


def headings(*texts):
    return [text for _, text in document_of(ParsedBook(tuple(Block(text) for text in texts)), "book").headings]


@pytest.mark.parametrize(
    "line",
    ["Chapter 1", "CHAPTER XII.",
     "Chapter Four: The Ferry", "BOOK THE SECOND", "Part II — Winter", "IV.", "12", "Prologue",
     "THE FIFTH PART: THE TALE", "Kapitel 3", "Drittes Kapitel", "Chapitre II", "Capítulo 4", "Глава 5", "EPILOGUE."],
)  # fmt: skip
def test_a_division_of_a_book_is_told_by_its_words(line):
    assert is_division(line)


@pytest.mark.parametrize(
    "line",
    ["Chapter one of my life was over.", "Part of me wanted to go.", "Book I read yesterday", "I see.", "Act now!",
     "One day, a notable one, we read on", "Civil", "“I.”"],
)  # fmt: skip
def test_a_sentence_is_no_division(line):
    assert not is_division(line)


@pytest.mark.parametrize(
    ("text", "number"), [("XIV", 14), ("the Third", 3), ("twenty-one", 21), ("7th", 7), ("many", None)]
)
def test_numbers_are_read_as_words_numerals_and_digits(text, number):
    assert number_of(text) == number


OPENINGS = [
    ["He came down before the lamps were out and said to her--"],
    ["It was the 5th of May, 1911, when—"],
    ["The letter began as follows:"],
    ["ARRIVING MONDAY NOON STOP MEET TRAIN STOP COLE"],
    ["Rain.", "More rain.", "Nobody came."],
    ["The sea came in, the sea went out,", "The fishers stood and stared about", "And no one spoke, and no one knew"],
    ["Day 5. We ran out of water."],
]


@pytest.mark.parametrize("opening", OPENINGS)
def test_what_opens_a_chapter_is_text(opening):
    texts = [*opening, *STORY, *STORY]
    assert paragraphs("The Ferry", "by Ada Moor", "Chapter 1", *texts, "Chapter 2", *STORY) == (*texts, *STORY)


@pytest.mark.parametrize(
    "line",
    ["KEEP OUT OF THE MARSH", "TO WHOM IT MAY CONCERN", "MY DEAR COLE,", "BOOM!", "Day 5. We ran out of water.",
     "Fine.", "Seventeen.", "One", "TWENTY-TWO",
     "12", "IV.", "Stories from the war were all he told.", "Dedication was not enough for her.",
     "1. Do not open the door.", "Part of her never left the ferry."],
)  # fmt: skip
def test_a_line_amid_a_chapter_is_text(line):
    texts = [*STORY, line, *STORY]
    assert paragraphs("Chapter 1", *texts, "Chapter 2", *STORY, "Chapter 3", *STORY) == (*texts, *STORY, *STORY)


def book(*heads):
    return [text for head in heads for text in (head, *STORY)]


@pytest.mark.parametrize(
    "heads",
    [["I", "II", "III"], ["One", "Two", "Three"], ["TWENTY", "TWENTY-ONE", "TWENTY-TWO"],
     ["1", "2", "3"], ["1. The Mole", "2. Salt", "3. A Letter"], ["1984", "1985", "1991"],
     ["Day 1", "Day 2", "Day 3"], ["THE MOLE", "SALT", "A LETTER"], ["Part One: Salt", "Part Two: Sand"]],
)  # fmt: skip
def test_numbers_that_count_on_and_regular_capitals_are_headings(heads):
    assert headings(*book(*heads)) == heads
    assert paragraphs(*book(*heads)) == tuple(STORY * len(heads))


def test_titles_under_numbers_are_headings_where_most_chapters_have_one():
    titled = [text for n in range(1, 7) for text in (f"Chapter {n}", f"In which {n} things go wrong", *STORY)]
    assert paragraphs(*titled) == tuple(STORY * 6)
    once = [text for n in range(1, 7) for text in (f"Chapter {n}", *(["And nobody came"] if n == 3 else []), *STORY)]
    assert "And nobody came" in paragraphs(*once)


def test_a_log_whose_entries_count_on_is_text():
    log = [f"Day {n}. We ate the last of the {food}." for n, food in enumerate(("bread", "fish", "rope", "salt"), 1)]
    assert paragraphs("Chapter 1", *STORY, *log, *STORY) == (*STORY, *log, *STORY)
