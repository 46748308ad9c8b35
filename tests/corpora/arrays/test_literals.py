"""Literals are found where a search for each finds them."""

from hypothesis import given
from hypothesis import strategies as st

from corpora.arrays import Literals

ALPHABET = st.sampled_from([b"a", b"b", b" ", b"th", b"the ", b"www.", "©".encode(), b"\n"])
BYTES = st.lists(ALPHABET, max_size=40).map(b"".join)
LITERALS = st.lists(ALPHABET, min_size=1, max_size=5).map(b"".join)


def places(text, literal):
    return [at for at in range(len(text)) if text.startswith(literal, at)]


@given(st.lists(LITERALS, max_size=6), BYTES)
def test_every_occurrence_is_found(literals, text):
    found = Literals(literals).places(text)
    expected = {literal: places(text, literal) for literal in literals}
    assert {literal: sorted(found.get(literal, [])) for literal in literals} == expected
    assert found.keys() == {literal for literal in literals if expected[literal]}


def test_long_texts_are_searched_in_chunks():
    text = b"x" * 1_000_003 + b"copyright" + b"y" * 500_001 + b"copyright"
    assert sorted(Literals([b"copyright", b"xyzzy"]).places(text)[b"copyright"]) == [1_000_003, 1_500_013]
