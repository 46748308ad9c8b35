"""The notes of a plain text, to which marks in it refer, are not part of it."""

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


TOLD = "The frost{} came in May, and nobody was warned.\n\nThe ferry was late again."
NOTE = "The first of three in that century."


@pytest.mark.parametrize(
    ("mark", "note"),
    [
        ("[1]", f"[1] {NOTE}"), ("[A]", f"   [A] {NOTE}"), (" [2]", f"[Footnote 2: {NOTE}]"),
        ("[1]", f"[Note 1: {NOTE}]"),
        ("*", f"* {NOTE}"), ("*", f"[* {NOTE}]"), ("†", f"† {NOTE}"), ("[*]", f"[*] {NOTE}"), ("(1)", f"(1) {NOTE}"),
        ("{1}", f"{{1}} {NOTE}"), ("^1", f"^1 {NOTE}"), ("^{1}", f"[1] {NOTE}"), ("", f"[Footnote: {NOTE}]"),
        ("[1]", f"[Footnote 1: {NOTE}\n\nAnd [see above] the worst.]"),
    ],
)  # fmt: skip
def test_a_paragraph_with_the_label_of_a_mark_above_it_is_a_note(mark, note):
    blocks = blocks_of(f"{STORY}{TOLD.format(mark)}\n\n{note}\n\n{STORY}", transcribed=True)
    assert TOLD.format("").split("\n")[0] in [block.text for block in blocks]
    assert "".join(block.text for block in blocks if block.rule == "note").count("three in that century") == 1
    assert not any(NOTE in block.text for block in blocks if not block.rule)


@pytest.mark.parametrize("label", ["[{}] {}", "[Footnote {}: {}]", "({}) {}", "{}. {}"])
@pytest.mark.parametrize("heading", ["NOTES", "Footnotes:"])
def test_notes_whose_numbers_start_over_in_each_chapter_belong_to_its_marks(label, heading):
    told = [f"{STORY}The frost[1] of year {n} came in May.\n\nNobody[2] was warned.\n\n{STORY}" for n in (1, 2, 3)]
    notes = ["\n\n".join(label.format(k, f"See page {n}{k}.") for k in (1, 2)) for n in (1, 2, 3)]
    chapters = [f"{a}{heading}\n\n{b}\n\n\n" for a, b in zip(told, notes, strict=True)]
    parted = "".join(f"CHAPTER {n}\n\n{chapter}" for n, chapter in enumerate(chapters))
    gathered = "".join(told) + f"{heading}\n\n" + "\n\n".join(notes)
    for text in (parted, gathered):
        blocks = blocks_of(text, transcribed=True)
        assert sum("See page" in block.text for block in blocks if block.rule == "note") == 6
        assert [block.text for block in blocks if "frost" in block.text][2] == "The frost of year 3 came in May."
        assert not any("See page" in block.text or "[" in block.text for block in blocks if not block.rule)


@pytest.mark.parametrize(
    "line",
    ["* Salt, bread, and two candles.", "(1) The mole is closed.", "[3] The mole is closed.", "1. Nobody came."],
)
def test_labelled_lines_without_a_mark_above_them_are_text(line):
    assert line in [block.text for block in blocks_of(f"{STORY}{line}\n\nIt was 1740[A].\n\n{STORY}", transcribed=True)]


def test_words_between_stars_are_no_notes():
    texts = [
        block.text
        for block in blocks_of(f"{STORY}He was *very* late, and *nobody* waited.\n\n{STORY}", transcribed=True)
    ]
    assert "He was very late, and nobody waited." in texts
