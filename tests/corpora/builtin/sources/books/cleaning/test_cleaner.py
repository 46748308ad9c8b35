"""From blocks to a document: headings apart, boilerplate and matter out, prose untouched."""

import pytest

from corpora.builtin.sources.books.cleaning.cleaner import document_of
from corpora.builtin.sources.books.formats.blocks import Block, ParsedBook

STORY = [
    "The harbour lay quite still that morning, and not a soul was to be seen on the long grey mole.",
    "“You are late,” said the ferryman, without looking up from the rope that he was splicing.",
    "She sat down beside him and said nothing, for there was nothing that could have been said.",
] * 4


def removed(rule, paragraph, text):
    return {"rule": rule, "position": f"before paragraph {paragraph}", "text": text}


def cleaned(*texts):
    return document_of(ParsedBook(tuple(Block(text) for text in texts)), "book")


def test_headings_stand_before_their_paragraph_and_not_in_it():
    document = cleaned("Chapter 1", "The Ferryman", *STORY, "Chapter 2", *STORY)
    assert document.paragraphs == (*STORY, *STORY)
    assert document.headings == ((0, "Chapter 1"), (0, "The Ferryman"), (len(STORY), "Chapter 2"))


def test_title_pages_and_scene_breaks_go_and_are_counted():
    document = cleaned("The Ferry", "by Ada Moor", "For my sister", "Chapter 1", *STORY, "* * *", *STORY, "###")
    assert document.paragraphs == (*STORY, *STORY)
    assert document.metadata["removed"] == {"front matter": 3, "scene break": 2}


def test_a_table_of_contents_leaves_no_line():
    contents = [f"{number} In which something happens to somebody" for number in range(1, 9)]
    assert cleaned("Contents", *contents, "Chapter 1", *STORY).paragraphs == tuple(STORY)


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


def test_what_is_left_out_is_recorded_in_full_with_rule_and_position():
    document = cleaned("The Ferry", "Chapter 1", *STORY, "* * *", *STORY, "Copyright 2014 Ada Moor")
    assert document.side_records["removed"] == [
        removed("front matter", 1, "The Ferry"),
        removed("scene break", len(STORY) + 1, "* * *"),
        removed("rights notice", 2 * len(STORY) + 1, "Copyright 2014 Ada Moor"),
    ]


def test_a_sentence_that_says_fine_does_not_end_the_book():
    for line in ("Fine.", "The end.", "End of story."):
        assert cleaned("Chapter 1", *STORY, *STORY, line, *STORY[:1]).paragraphs == (*STORY, *STORY, line, *STORY[:1])


def test_a_last_chapter_with_the_title_of_matter_stays():
    assert cleaned("Chapter 1", *STORY, *STORY, "Credits", *STORY).paragraphs[-1] == STORY[-1]
    assert cleaned("Chapter 1", *STORY, "About Me", *STORY, "Chapter 2", *STORY).paragraphs == (*STORY, *STORY, *STORY)


def test_a_long_dedication_is_a_letter_and_stays():
    letter = ["It is the custom to thank those who waited, and nobody waited longer than you did in that house."] * 5
    assert cleaned("Dedication", *letter, "Chapter 1", *STORY).paragraphs == (*letter, *STORY)


def test_contents_with_questions_and_page_numbers_leave_no_line():
    entries = [Block(f"Who Stole the {what}?") for what in ("Tarts", "Boat", "Lamp", "Rope", "Key", "Mole")]
    pages = [Block(str(n * 12), linked=True) for n in range(1, 7)]
    listed = [block for pair in zip(entries, pages, strict=True) for block in pair]
    book = ParsedBook((Block("Contents", 2), *listed, Block("Chapter 1"), *map(Block, STORY)))
    assert document_of(book, "book").paragraphs == tuple(STORY)


def test_captions_of_plates_go_and_a_single_plate_is_a_word():
    captions = ["PLATE I. THE HARBOUR", "PLATE II. THE MOLE"]
    document = cleaned("Chapter 1", *STORY, captions[0], *STORY, captions[1], *STORY)
    assert document.paragraphs == (*STORY, *STORY, *STORY)
    assert cleaned("Chapter 1", *STORY, captions[0], *STORY).paragraphs == (*STORY, captions[0], *STORY)


@pytest.mark.parametrize("page", ["[17]", "- 18 -", "—19—", "* 20 *"])
def test_a_number_between_signs_is_a_page_and_goes(page):
    document = cleaned("Chapter 1", *STORY, page, *STORY)
    assert document.paragraphs == (*STORY, *STORY)
    assert document.metadata["removed"]["page number"] == 1


@pytest.mark.parametrize("mark", ["oOo", "xXx", "XXXXX", "-o-", "~x~", "oOoOo", "-xXx-", "o0o", "~ o ~"])
def test_scene_breaks_of_letters_are_no_paragraphs(mark):
    assert cleaned("Chapter 1", *STORY, mark, *STORY).paragraphs == (*STORY, *STORY)


@pytest.mark.parametrize("line", ["xoxo", "Oo!", "Ooo.", "“X”", "X.", "OK", "Xxx"])
def test_words_and_signs_of_the_same_letters_stay(line):
    assert line in cleaned("Chapter 1", *STORY, line, *STORY).paragraphs


@pytest.mark.parametrize(
    "form", ["# Chapter {}", "== Chapter {} ==", "***Chapter {}***", "~ Chapter {} ~", "[Chapter {}]"]
)
def test_signs_around_the_headings_of_chapters_go(form):
    document = cleaned(form.format(1), *STORY, form.format(2), *STORY)
    assert (document.paragraphs, document.headings) == ((*STORY, *STORY), ((0, "Chapter 1"), (len(STORY), "Chapter 2")))


def test_the_date_of_the_first_entry_of_a_diary_is_text():
    days = ("3 May 1911", *STORY, "4 May 1911", *STORY)
    assert cleaned(*days).paragraphs == days
    assert cleaned("May 1911", "Chapter 1", *STORY).paragraphs == tuple(STORY)


def test_what_google_puts_in_front_of_its_scans_and_credits_of_translators_go():
    notes = (
        "This is a digital copy of a book that was kept on library shelves before it was carefully scanned by Google.",
        "Usage guidelines",
        "Public domain books belong to the public.",
        "Traduit de l’anglais par A. N. Other",
    )
    assert cleaned(*notes, "Chapter 1", *STORY, "Chapter 2", *STORY).paragraphs == (*STORY, *STORY)


@pytest.mark.parametrize("salutation", ["Dear Anna,", "My dearest Ben!", "Liebe Mutter,", "Querida Eva:"])
def test_the_salutation_of_the_first_letter_is_not_a_title_page(salutation):
    assert cleaned("Letters", "by Ada Moor", salutation, *STORY).paragraphs == (salutation, *STORY)


def test_a_table_of_contents_ends_where_its_first_entry_returns():
    verse = ["the boats are in the nets are dry", "it only rocks the day away"]
    document = cleaned("The Ferry", "by Ada Moor", "Contents", "Low Water", "Sea Fog", "Low Water", *verse, *STORY)
    assert document.paragraphs == (*verse, *STORY)


def test_a_bibliography_at_the_end_goes():
    works = ["Moor, A. The Ferry. Oslo: Havn, 1990.", "Lund, I. Ropes. London: Quay Press, 1988."]
    document = cleaned("Chapter 1", *STORY, "Chapter 2", *STORY, "Bibliography", *works)
    assert document.paragraphs == (*STORY, *STORY)
    assert document.side_records["removed"] == [removed("matter section", 2 * len(STORY) + 1, work) for work in works]


def test_a_dedication_that_tells_of_somebody_goes_and_an_opening_stays():
    for line in ("For Ada, who knew why", "To the man who left us the boat"):
        assert cleaned("The Ferry", "by Ada Moor", line, "Chapter 1", *STORY).paragraphs == tuple(STORY)
    opening = "For Ada, who knew why, it was too late."
    assert cleaned("The Ferry", "by Ada Moor", opening, "Chapter 1", *STORY).paragraphs == (opening, *STORY)


@pytest.mark.parametrize(
    ("contents", "chapter", "thanks", "author"),
    [
        ("Spis treści", "Rozdział", "Podziękowania", "O autorce"),
        ("Inhoud", "Hoofdstuk", "Dankwoord", "Over de auteur"),
        ("Innehåll", "Kapitel", "Tack", "Om författaren"),
        ("Obsah", "Kapitola", "Poděkování", "O autorovi"),
        ("Содержание", "Глава", "Благодарности", "Об авторе"),
        ("Зміст", "Розділ", "Подяки", "Про авторку"),
        ("İçindekiler", "Bölüm", "Teşekkür", "Yazar hakkında"),
        ("Tartalom", "Fejezet", "Köszönetnyilvánítás", "A szerzőről"),
        ("Cuprins", "Capitolul", "Mulțumiri", "Despre autor"),
        ("Περιεχόμενα", "Κεφάλαιο", "Ευχαριστίες", "Για την συγγραφέα"),
        ("目次", "章", "謝辞", "著者について"),
    ],
)
def test_contents_thanks_and_notes_on_the_author_go_in_other_languages(contents, chapter, thanks, author):
    heads = [f"{chapter} {number}" for number in range(1, 5)]
    texts = [contents, *heads, *(text for head in heads for text in (head, *STORY))]
    texts += [thanks, "Eva had much patience with this.", author, "The writer lives by a lake."]
    assert cleaned(*texts).paragraphs == tuple(STORY * 4)
