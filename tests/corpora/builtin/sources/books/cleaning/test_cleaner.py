"""From blocks to a document: headings apart, boilerplate and matter out, prose untouched."""

import pytest

from corpora.builtin.sources.books.cleaning.cleaner import document_of
from corpora.builtin.sources.books.cleaning.headings import is_division
from corpora.builtin.sources.books.formats.blocks import Block, ParsedBook
from corpora.builtin.sources.books.formats.reader import book_of_text

STORY = [
    "The harbour lay quite still that morning, and not a soul was to be seen on the long grey mole.",
    "“You are late,” said the ferryman, without looking up from the rope that he was splicing.",
    "She sat down beside him and said nothing, for there was nothing that could have been said.",
] * 4


def cleaned(*texts):
    return document_of(ParsedBook(tuple(Block(text) for text in texts)), "book")


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


def test_headings_stand_before_their_paragraph_and_not_in_it():
    document = cleaned("Chapter 1", "The Ferryman", *STORY, "Chapter 2", *STORY)
    assert document.paragraphs == (*STORY, *STORY)
    assert document.headings == ((0, "Chapter 1"), (0, "The Ferryman"), (len(STORY), "Chapter 2"))


def test_title_pages_and_scene_breaks_go_and_are_counted():
    document = cleaned("The Ferry", "by Ada Moor", "For my sister", "Chapter 1", *STORY, "* * *", *STORY, "###")
    assert document.paragraphs == (*STORY, *STORY)
    assert document.metadata["removed"] == {"front matter": 8, "scene break": 2}


def test_a_table_of_contents_leaves_no_line():
    contents = [f"{number} In which something happens to somebody" for number in range(1, 9)]
    assert cleaned("Contents", *contents, "Chapter 1", *STORY).paragraphs == tuple(STORY)


@pytest.mark.parametrize(
    "line",
    [
        "Smashwords Edition",
        "Published by Ada Moor at Smashwords",
        "This ebook is licensed for your personal enjoyment only, and may not be resold or given away.",
        "If you did not purchase it, please buy your own copy. Thank you for respecting the hard work of this author.",
        "Copyright 2014 Ada Moor",
        "© 2014 by Ada Moor. All rights reserved.",
        "No part of this book may be copied in any form without permission.",
        "This is a work of fiction. Names, places and characters are invented by the author.",
        "Any resemblance to actual persons, living or dead, is a coincidence.",
        "ISBN: 978-1-234-56789-7",
        "The scanning, uploading and distribution of this book without permission is illegal.",
        "Printed in the United States of America",
        "First printing, June 2011",
        "10 9 8 7 6 5 4 3 2 1",
        "Here is a sneak peek at my next novel, THE MOLE:",
        "Coming in 2014 from a bookseller near you",
        "Thank you for reading!",
        "Cover design by A. N. Other",
        "If you enjoyed this book, please leave a review at your favorite retailer.",
        "Discover other titles by Ada Moor:",
        "Follow me on Twitter: http://twitter.com/adamoor",
        "www.adamoor.com",
        "Produced by A. Volunteer and the Online Distributed Proofreading Team at https://www.pgdp.net",
    ],
)
@pytest.mark.parametrize("place", [0, 5, 24])
def test_boilerplate_goes_wherever_it_stands(line, place):
    texts = [*STORY, *STORY]
    texts.insert(place, line)
    assert cleaned(*texts).paragraphs == (*STORY, *STORY)


@pytest.mark.parametrize(
    "line",
    [
        "The review in the Times was kind, and he kept it in his pocket for a year.",
        "She had the copyright of the song, he said, and would not part with it for money.",
        "All his rights he had reserved, and the captain knew it.",
        "“Thanks for reading to me,” she said. “You were always good at that.”",
        "The edition was small, and it sold within a week.",
        "The letter was printed in the United States, as far as anybody knew.",
        "Coming home in the evening, she saw the lamp.",
        "He was the author of our misfortune, and we followed him on foot to the licensed house.",
    ],
)
def test_prose_that_only_sounds_like_boilerplate_stays(line):
    assert line in cleaned(*STORY, line, *STORY).paragraphs


def test_notes_on_the_author_and_lists_of_titles_go_to_the_end():
    after = ["About the Author", "Ada Moor lives in Hull with two dogs.", "Also by Ada Moor", "The Mole", "The Rope"]
    assert cleaned("Chapter 1", *STORY, *after).paragraphs == tuple(STORY)


def test_short_lines_among_the_last_requests_go_with_them():
    after = ["Thank you for reading my book.", "Thanks!", "Ada Moor", "http://example.org/moor"]
    assert cleaned(
        "The Ferry", "This book is dedicated to my mother.", "Chapter 1", *STORY, *after
    ).paragraphs == tuple(STORY)
    assert cleaned("Chapter 1", *STORY, *after, "Chapter 1", "So.", *STORY).paragraphs == (*STORY, "So.", *STORY)


def test_what_follows_the_end_goes_unless_it_is_another_book():
    tail = ["More stories of the sort that you like are to be had wherever books are sold."]
    assert cleaned("Chapter 1", *STORY, *STORY, "THE END", *tail).paragraphs == (*STORY, *STORY)
    assert cleaned("Chapter 1", *STORY, "THE END", "Chapter 1", *STORY).paragraphs == (*STORY, *STORY)
    assert cleaned("Chapter 9", "The End", *STORY).paragraphs == tuple(STORY)


def test_gutenbergs_header_licence_and_credits_are_not_in_the_text():
    story = "\n\n".join(STORY)
    text = (
        "The Project Gutenberg EBook of The Ferry, by Ada Moor\n\nTitle: The Ferry\n\nAuthor: Ada Moor\n\n"
        "Language: English\n\n*** START OF THIS PROJECT GUTENBERG EBOOK THE FERRY ***\n\n\nProduced by A. Volunteer\n\n"
        f"CHAPTER I\n\n{story}\n\nEnd of the Project Gutenberg EBook of The Ferry\n\n"
        "*** END OF THIS PROJECT GUTENBERG EBOOK THE FERRY ***\n\nSection 1. General Terms of Use\n"
    )
    document = document_of(book_of_text(text), "book")
    assert document.paragraphs == tuple(STORY)
    assert (document.title, document.author, document.language) == ("The Ferry", "Ada Moor", "en")


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
