"""A document cut at once gives what its paragraphs give one by one."""

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpora.builtin.splitters.rules import Rules
from corpora.builtin.splitters.rules.documents import BARRIER

PIECES = [
    *(
        "The old mill",
        "stood",
        "empty",
        "He",
        "she said",
        "Mr",
        "Dr",
        "ill",
        "mix",
        "Yahoo",
        "viz",
        "Mrs",
        "Oh",
        "Go",
        "said",
        "No",
        "St",
        "A",
        "I",
    ),
    *("Kind regards", "Thanks", "With", "ISBN 12", "Monday, May 4, 1998", "Figure 3", "Chapter IV", "12", "3", "7 p.m"),
    *("e.g", "U.S", "1975", "3.5", "0.25%", "Straße", "Élan", "été", "彼は来た", "नदी", "ἦλθε"),
    *(".", ".", ".", "?", "!", "…", "...", ". . .", "。", "।", "—", "--", "-", ",", ":", ";"),
    *('"', "'", "“", "”", "‘", "’", "«", "»", "(", ")", "[1]", "[", "]", "*", "#", "_" * 8, "/", "@", "•", "☺"),
    *(" ", " ", " ", " ", "  ", "\u00a0", "\n", "\n\n"),
]
TEXT = st.lists(st.sampled_from(PIECES), max_size=24).map("".join)
SPACED = st.lists(st.sampled_from(PIECES), max_size=24).map(" ".join)
LANGUAGES = ("en", "de", "fr", "nl", "hi", "el", "xx")


def one_by_one(splitter, paragraphs):
    return [splitter.split(paragraph) for paragraph in paragraphs]


@given(st.lists(TEXT | SPACED, max_size=8), st.sampled_from(LANGUAGES))
@example(["It ended. [1 more", "than] that. So."], "en")
@example(["He asked “Why?” She left.", "", "He sat down. "], "en")
@example([f"One. Two{BARRIER}Three. Four.", "Five. Six."], "en")
@example(["We met in 1999.", "1. Open it. 2. Shut it.", "Then: 1. Open it. 2. Shut it."], "en")
@example(["It was late. 'No. “Go. Now.", "Yahoo! Mail came. Stop! Go! Now . . .", "I was ill. “You too.”"], "en")
@example(["It ended in 1975. The (long) war. ISBN 12. He rose 3.5 Million. U.S. Army men. It is 19.5 Then.1 Go."], "en")
def test_a_document_gives_the_sentences_of_its_paragraphs(paragraphs, language):
    splitter = Rules(language=language)
    assert list(splitter.split_all(paragraphs)) == one_by_one(splitter, paragraphs)


@pytest.mark.parametrize("language", LANGUAGES)
def test_so_do_thousands_of_paragraphs(language):
    draw = random.Random(language)
    paragraphs = [draw.choice(("", " ")).join(draw.choices(PIECES, k=draw.randrange(40))) for _ in range(3000)]
    splitter = Rules(language=language)
    assert list(splitter.split_all(paragraphs)) == one_by_one(splitter, paragraphs)
