"""Numbered notes at the end of a plain text are not its text, if the text refers to them."""

import pytest

from corpora.builtin.sources.books.formats.plain_text import blocks_of

STORY = "The ferry was late again, and nobody on the quay knew why.\n\n" * 12
MARKED = "He wrote to the harbour master.{} No answer came.\n\n"
NOTES = ["His third letter in that year.", "The office burned down in spring.", "So at least he told his wife."]


def book(marks, heading, labels, notes=NOTES):
    told = "".join(STORY + MARKED.format(mark) for mark in marks) + STORY
    return told + f"{heading}\n\n" + "\n\n".join(f"{label} {note}" for label, note in zip(labels, notes, strict=True))


@pytest.mark.parametrize("labels", [["1.", "2.", "3."], ["[1]", "[2]", "[3]"]])
@pytest.mark.parametrize("heading", ["NOTES", "Endnotes", "FOOTNOTES:"])
def test_notes_that_marks_refer_to_are_removed_and_recorded_with_their_heading(heading, labels):
    blocks = blocks_of(book(["[1]", "[2]", "[3]"], heading, labels), transcribed=True)
    notes = [f"{label} {note}" for label, note in zip(labels, NOTES, strict=True)]
    assert [block.text for block in blocks if block.rule == "note"] == [heading, *notes]
    assert [block.text for block in blocks if not block.rule][-1] == STORY.strip().split("\n")[0]
    assert sum(block.text == MARKED.strip().format("") for block in blocks) == 3


@pytest.mark.parametrize(
    ("marks", "labels", "notes"),
    [
        (["", "", ""], ["1.", "2.", "3."], NOTES),
        (["[1]", "[2]", "[3]"], ["4.", "2.", "9."], NOTES),
        (["[1]", "[2]", "[3]"], ["", "", ""], NOTES),
    ],
)
def test_a_chapter_called_notes_stays(marks, labels, notes):
    blocks = blocks_of(book(marks, "NOTES", labels, notes), transcribed=True)
    assert not any(block.rule == "note" for block in blocks)
    assert blocks[-1].text.endswith(NOTES[-1])
