"""Verse in plain text: lines that are not wrapped stay lines."""

import textwrap

import pytest

from corpora.builtin.sources.books.formats.plain_text import blocks_of

QUAY = (
    "Nobody on the quay had a word for the stranger until the bell of the little chapel rang for the second time "
    "that day, and even then the oldest of the fishermen only asked him number {} of the questions that he had."
)
SONG = "o the nets are torn\nand the sails are worn by the wind\nand the gulls cry\nover the stones where he stood"


def texts(text):
    return [block.text for block in blocks_of(text)]


def novel(width, between=""):
    pages = ["\n\n".join(textwrap.fill(QUAY.format(n), width) for n in range(12)) for _ in range(2)]
    return f"{pages[0]}\n\n{between}\n\n{pages[1]}"


@pytest.mark.parametrize("blank", ["\n\n", "\n"])
def test_a_file_of_lower_case_verse_is_read_by_lines(blank):
    assert texts(blank.join([SONG] * 6)) == SONG.split("\n") * 6


@pytest.mark.parametrize("indent", ["", "      "])
@pytest.mark.parametrize("song", [SONG, "\n".join(line.capitalize() for line in SONG.split("\n"))])
def test_verse_without_punctuation_amid_wrapped_prose_is_read_by_lines(song, indent):
    found = texts(novel(68, textwrap.indent(song, indent)))
    assert found[12:16] == song.split("\n")
    assert len(found) == 28


@pytest.mark.parametrize("width", [34, 48, 72])
def test_wrapped_prose_of_any_width_is_not_verse(width):
    assert len(texts(novel(width))) == 24


def test_a_quotation_wrapped_to_a_narrower_column_is_one_paragraph():
    quotation = textwrap.indent(textwrap.fill(QUAY.format(99).lower(), 40), "    ")
    assert texts(novel(72, quotation))[12] == QUAY.format(99).lower()


def test_verse_with_punctuation_keeps_its_sentences_whole():
    verse = (
        "The nets are torn, the sails are worn\nBy winds that come from the west;\nAnd all day long\nThe gulls sing on."
    )
    assert texts(novel(72, verse))[12] == " ".join(verse.split("\n"))


def test_an_address_is_not_verse():
    address = "Miss Ada Moor\nSalt Lane Number Nine\nHarbour Town\nEngland and the World"
    assert texts(novel(72, address))[12] == " ".join(address.split("\n"))


def test_numbers_that_count_the_lines_at_the_right_margin_are_not_read():
    lines = [f"  The nets are torn in year {n} of the wind,{f'{n:>12}' if n % 5 == 0 else ''}" for n in range(1, 21)]
    verse, table = "\n".join(lines), "\n".join(f"  The price of salt in town {n}    {n * n}" for n in range(1, 21))
    (read,) = [text for text in texts_of_transcribed(novel(68, verse)) if "nets" in text]
    assert "year 5 of the wind, The" in read
    assert "town 4 16" in " ".join(texts_of_transcribed(novel(68, table)))


def texts_of_transcribed(text):
    return [block.text for block in blocks_of(text, transcribed=True)]
