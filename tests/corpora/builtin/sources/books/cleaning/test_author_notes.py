"""Notes of authors to their readers go from the edges of chapters, and the same words in the story stay."""

import pytest

from corpora.builtin.sources.books.cleaning.cleaner import document_of
from corpora.builtin.sources.books.formats.blocks import Block, ParsedBook

STORY = (
    "The harbour lay quite still that morning, and not a soul was to be seen on the long grey mole.",
    "“You are late,” said the ferryman, without looking up from the rope that he was splicing.",
    "She sat down beside him and said nothing, for there was nothing that could have been said.",
)  # fmt: skip


def paragraphs(*texts):
    return document_of(ParsedBook(tuple(Block(text) for text in texts)), "book").paragraphs


@pytest.mark.parametrize(
    "note",
    [
        "A/N: So this took a while, and the ferryman did not want to talk to me.",
        "[A/N] Who do you think is in the boat?",
        "Author's Note: my exams are over at last!",
        "Disclaimer: The ferryman belongs to Ada Moor, and so does the boat.",
        "Please R&R!",
        "Don't forget to vote and comment, lovely people!",
        "Thanks to everyone who reviewed!",
        "Sorry for the late update, the boat sank.",
        "Kudos and comments keep the boat afloat!",
        "Rated: K+ - English - Drama - Words: 2,340 - Reviews: 3",
    ],
)
def test_notes_at_the_edges_of_chapters_go(note):
    assert paragraphs("Chapter 1", note, *STORY, note, "Chapter 2", *STORY, note, "xoxo Ada") == STORY * 2


def test_the_data_and_the_notes_of_a_story_from_an_archive_go():
    front = ("The Ferry", "Archive Warning: None", "Rating: General Audiences", "Fandom: The Mole", "Summary",
             "A boat sinks.", "Notes", "Written in a week.")  # fmt: skip
    back = ("End Notes", "I like boats.", "Please drop by the archive and comment to tell the creator!")
    assert paragraphs(*front, "Chapter 1", *STORY, "Chapter 2", *STORY, *back) == STORY * 2


@pytest.mark.parametrize(
    "line",
    [
        "Disclaimer: I am not at my best before noon.",
        "“Please vote and comment on the motion,” said the ferryman.",
        "She did not own the boat, nor any of the characters in it.",
        "Please review the charts before you sail, he told them.",
        "He was sorry for the long wait, and said so.",
        "“Until next time!” she called across the water.",
        "Notes were passed along the mole all morning.",
    ],
)
def test_the_same_words_in_the_story_stay(line):
    story = (line, *STORY, line)
    assert paragraphs("Chapter 1", *story, "Chapter 2", *story) == story * 2


def test_a_note_amid_a_chapter_is_part_of_the_story():
    story = (*STORY, "A/N: Please R&R!", *STORY)
    assert paragraphs("Chapter 1", *story, "Chapter 2", *story) == story * 2


@pytest.mark.parametrize(
    "note",
    [
        "（本章完）",
        "【未完待续】",
        "PS：明天三更，求月票。",
        "作者有话要说：求收藏。",
        "Hết chương.",
        "ブックマークと評価をお願いします。",
    ],
)
def test_what_writers_on_the_web_say_at_the_end_of_a_chapter_goes_in_other_languages(note):
    story = ["老人打开窗户，望着大海。", "没有人知道她从哪里来。", "“本章完了吗？”他问。"] * 4
    texts = ["第一章 盐", *story, note, "第二章 灯", *story, note]
    document = document_of(ParsedBook(tuple(Block(text) for text in texts)), "book")
    assert document.paragraphs == (*story, *story)


def test_the_title_of_a_story_from_an_archive_is_above_its_notes():
    front = [Block("Posted originally on the Archive of Our Own"), Block("The Ferry", 1), Block("Summary")]
    front += [Block("A boat sinks."), Block("Notes"), Block("Written in a week."), Block("Chapter 1", 2)]
    book = ParsedBook((*front, *map(Block, STORY)))
    assert document_of(book, "book").paragraphs == tuple(STORY)
