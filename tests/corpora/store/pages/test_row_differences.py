"""Differences of rows: nothing lost, and each piece said to be what it is."""

from hypothesis import given
from hypothesis import strategies as st

from corpora.store.pages.row_differences import TextPiece, differences

ROWS = st.lists(st.sampled_from("abcde"), max_size=12)


def pieces(words):
    """A row of words."""
    return [TextPiece(word) for word in words]


def states(parts):
    """Every word with its state."""
    return [(word, part.state) for part in parts for word in part.text.split()]


@given(ROWS, ROWS)
def test_both_rows_are_whole_and_what_moved_is_on_both_sides(before, after):
    old, new = (states(parts) for parts in differences(pieces(before), pieces(after)))
    assert [word for word, _ in old] == before and [word for word, _ in new] == after
    assert sorted(w for w, s in old if s == "moved") == sorted(w for w, s in new if s == "moved")
    assert [w for w, s in old if s == "same"] == [w for w, s in new if s == "same"]
    assert {w for w, s in old if s == "gone"}.isdisjoint(w for w, s in new if s == "new")


def test_equal_rows_are_all_the_same():
    [part], [other] = differences(pieces("abc"), pieces("abc"))
    assert part == other and part.state == "same" and part.text == "a b c"


def test_pieces_of_words_are_joined():
    [part], _ = differences([TextPiece("play"), TextPiece("ing", glued=True), TextPiece("now")], [])
    assert (part.text, part.state) == ("playing now", "gone")
