"""Project Gutenberg's frame is told from the text, in every layout that it has had."""

import textwrap

import pytest

from corpora.builtin.sources.books.cleaning.cleaner import document_of
from corpora.builtin.sources.books.formats.reader import book_of_text

STORY = [
    f"It was the {n}th day of the storm, and nobody in the house had slept, read, or answered the door since noon."
    for n in range(4, 60)
]
BODY = "\n\n".join(textwrap.fill(paragraph, 70) for paragraph in STORY)
HEADER = """The Project Gutenberg Etext of The Storm, by Ada Moor
#2 in our series by Ada Moor

Copyright laws are changing all over the world, be sure to check
the laws for your country before posting these files!!

Please take a look at the important information in this header.
We encourage you to keep this file on your own disk.

**Welcome To The World of Free Plain Vanilla Electronic Texts**

*These Etexts Prepared By Hundreds of Volunteers and Donations*

May, 1994  [Etext #129]
"""
SMALL_PRINT = """***START**THE SMALL PRINT!**FOR PUBLIC DOMAIN ETEXTS**START***
Why is this "Small Print!" statement here?  You know: lawyers.

INDEMNITY
You will indemnify the Project from all liability.

*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*
"""
START = "*** START OF THIS PROJECT GUTENBERG EBOOK THE STORM ***"
END = "End of the Project Gutenberg EBook of The Storm, by Ada Moor"
LICENCE = """*** END OF THIS PROJECT GUTENBERG EBOOK THE STORM ***

***** This file should be named 129.txt *****

Section 1. General Terms of Use
"""


def read(*parts):
    return document_of(book_of_text("\n\n".join(parts) + "\n"), "book")


@pytest.mark.parametrize(
    "parts",
    [
        (START, BODY, END, LICENCE),
        (HEADER, SMALL_PRINT, BODY, "End of The Project Gutenberg Etext of The Storm"),
        (HEADER, BODY, "End of Project Gutenberg's The Storm, by Ada Moor"),
        ("The Storm, by Ada Moor", BODY, END, HEADER, SMALL_PRINT),
        ("This should be the first thing seen when anyone opens the file.", BODY, END, SMALL_PRINT),
        (START, "Produced by A. Volunteer", BODY, LICENCE),
        ("This etext was scanned by A. Volunteer and proofed by B.", BODY, "End of Project Gutenberg Etext Storm"),
        (BODY, "TRANSCRIBER'S NOTES\n\nErrors were corrected.\n\nPage 4: \"teh\" changed to \"the\"."),
        (START, BODY, "[Transcriber's Note: The spelling is\nas in the original.]", END, LICENCE),
        (START, BODY, "Transcriber's note:\n\n   The hyphens were kept.", END, LICENCE),
        (START, "Transcriber's Note\n\nItalic text is shown by _signs_.\n\nThe maps were moved.\n\n\n", BODY, LICENCE),
        (HEADER, BODY, SMALL_PRINT),
    ],
)  # fmt: skip
def test_every_layout_gives_the_same_text(parts):
    assert read(*parts).paragraphs == tuple(STORY)


def test_an_omnibus_with_an_end_line_after_each_book_is_read_to_the_last():
    document = read(START, BODY, END, "THE CALM", BODY, END, LICENCE)
    assert document.paragraphs[: len(STORY)] == document.paragraphs[-len(STORY) :] == tuple(STORY)


def test_files_joined_with_their_headers_and_licences_give_their_texts():
    document = read(START, BODY, END, LICENCE, HEADER, START, BODY, END, LICENCE)
    assert document.paragraphs == (*STORY, *STORY)


def test_the_frame_is_recorded_in_full():
    document = read(HEADER, SMALL_PRINT, BODY, END)
    removed = " ".join(line["text"] for line in document.side_records["removed"] if line["rule"] == "gutenberg")
    assert all(words in removed for words in ("in our series by Ada Moor", "You know: lawyers.", "indemnify", END))


def test_a_character_who_reads_project_gutenberg_stays():
    line = "She opened a copy from Project Gutenberg and at the end of the Project Gutenberg licence she fell asleep."
    assert line in read(START, BODY, line, BODY, END, LICENCE).paragraphs


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Produced by A. Volunteer\n\n\nAnmerkungen zur Transkription:\n\nFehler wurden berichtigt.", ""),
        ("Note de transcription: Les erreurs claires ont été corrigées.", ""),
        ("", "Ende dieses Projekt Gutenberg Etextes Die Fähre, von Ada Moor"),
        ("", "Fin du Projet Gutenberg: Le bac"),
        ("Copyright laws are changing all over the world. Be sure to check those of your country.", ""),
        ("This eBook is made available at no cost and with very few restrictions. These apply only if you sell it.\n\n"
         "Title: The Ferry\n\nDate of first publication: 1921\n\nFaded Page eBook #20170318\n\n"
         "This eBook was produced by: A. Volunteer & others", "[The end of _The Ferry_ by Ada Moor]"),
    ],
)  # fmt: skip
def test_other_libraries_and_languages_frame_their_texts_as_well(before, after):
    story = "\n\n".join(STORY)
    text = f"{before}\n\n\nCHAPTER I\n\n{story}\n\nCHAPTER II\n\n{story}\n\n{after}\n"
    assert document_of(book_of_text(text), "book").paragraphs == (*STORY, *STORY)
