"""Names of speakers stay in the text of plays; names of narrators divide novels."""

import pytest

from corpora.builtin.sources.books.cleaning.cleaner import document_of
from corpora.builtin.sources.books.formats.blocks import Block, ParsedBook

STORY = [
    "The harbour lay quite still that morning, and not a soul was to be seen on the long grey mole.",
    "“You are late,” said the ferryman, without looking up from the rope that he was splicing.",
    "She sat down beside him and said nothing, for there was nothing that could have been said.",
] * 4


def read(*texts):
    document = document_of(ParsedBook(tuple(Block(text) for text in texts)), "book")
    return document.paragraphs, [text for _, text in document.headings]


@pytest.mark.parametrize("stop", [".", "", ":"])
def test_speakers_on_lines_of_their_own_are_not_headings(stop):
    lines = [f"MARTHA{stop}", "The road is closed.", f"OLD JACOB{stop}", "Then I shall wait,", "If there is a fire.",
             f"MARTHA{stop}", "There is one.", f"OLD JACOB{stop}", "(sitting)", "Good."]  # fmt: skip
    paragraphs, headings = read("ACT I", "SCENE I. A room in the inn.", *lines, "SCENE II. The road.", *lines)
    assert headings == ["ACT I", "SCENE I. A room in the inn.", "SCENE II. The road."]
    assert list(paragraphs) == [*lines, *lines]


def test_a_speaker_under_each_scene_is_not_its_title():
    scenes = [line for n in "123" for line in (f"Scene {n}", "JACOB.", "Who is there?", "MARTHA.", "It is I.")]
    assert read(*scenes)[1] == ["Scene 1", "Scene 2", "Scene 3"]


def test_scenes_start_over_in_each_act():
    act = ["SCENE I. A cellar under the inn.", "JACOB. Who is there?", "SCENE II. The road.", "MARTHA. Nobody."]
    assert read("ACT I", *act, "ACT II", *act)[1] == ["ACT I", act[0], act[2], "ACT II", act[0], act[2]]


def test_chapters_named_after_their_narrators_are_headings():
    names = ["MARTHA", "TOM", "MARTHA", "TOM"]
    assert read(*(line for name in names for line in (name, *STORY)))[1] == names
