"""Sentences with a hole are dropped and counted, and no mark is ever written."""

import pytest

from corpora import HOLE, registry
from corpora.ingest.holes import whole_sentences


@pytest.mark.parametrize(
    ("paragraph", "kept", "dropped"),
    [
        ("It rains. The sun shines.", ["It rains.", "The sun shines."], 0),
        (f"It rains. Let {HOLE} be even. The sun shines.", ["It rains.", "The sun shines."], 1),
        (f"{HOLE} showed it. The sun shines.", ["The sun shines."], 1),
        (f"It rains. {HOLE} The sun shines.", ["It rains."], 1),
        (f"It rains. They are: {HOLE}", ["It rains."], 1),
        (f"Both {HOLE} and {HOLE}. The sun shines. So is {HOLE}.", ["The sun shines."], 2),
        (HOLE, [], 1),
        (f"The Formula {HOLE} is new. Formula one is old.", ["Formula one is old."], 1),
    ],
)
def test_only_the_sentence_around_a_hole_goes(paragraph, kept, dropped):
    assert [*whole_sentences([paragraph], registry.make("splitters", "rules"))] == [(kept, dropped)]
