"""Sentences with a hole are dropped and counted, and no mark is ever written."""

import pytest

from corpora import HOLE, registry
from corpora.ingest.holes import whole_sentences, whole_spans, with_stand_ins


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
    splitter = registry.make("splitters", "rules")
    assert [*whole_sentences([paragraph], splitter)] == [(kept, dropped)]
    texts = with_stand_ins(["First.", paragraph, "Last."])
    (begins, stops), holes = whole_spans(["First.", paragraph, "Last."], splitter.spans(texts))
    found = ["\n".join(texts)[begin:stop] for begin, stop in zip(begins, stops, strict=True)]
    assert (found, holes) == (["First.", *kept, "Last."], dropped)
