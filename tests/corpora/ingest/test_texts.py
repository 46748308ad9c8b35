"""Paragraphs come back from the text between the stages as they went in."""

from hypothesis import example, given
from hypothesis import strategies as st

from corpora import Document
from corpora.ingest.texts import joined, paragraphs_in, sentence_rows


@given(st.lists(st.text(st.characters(), max_size=9), max_size=5))
@example([])
@example([""])
@example(["", ""])
@example(["a line\nanother", "the next"])
@example(["\ud800", "ÿ"])
def test_paragraphs_come_back_from_the_joined_text(paragraphs):
    assert paragraphs_in(joined(Document("d", tuple(paragraphs)))) == paragraphs


def test_sentences_without_letters_are_left_out_and_counted():
    split = [["One.", "* * *"], [], ["“Zwei”", "…", "3"]]
    rows, dropped = sentence_rows("d", split, keep_symbols=False)
    assert rows["text"].to_pylist() == ["One.", "“Zwei”", "3"]
    assert rows["paragraph"].to_pylist() == [0, 2, 2]
    assert rows["document"].to_pylist() == ["d"] * 3
    assert dropped == 2
    assert sentence_rows("d", split, keep_symbols=True)[0].num_rows == 5
