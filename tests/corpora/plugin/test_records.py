"""What documents say of themselves."""

from hypothesis import given
from hypothesis import strategies as st

from corpora import Document

SPACED = st.text(st.sampled_from("ab.é“ \t\n\x0b\x1c\x85\xa0\u2003\u3000"))


@given(st.lists(SPACED))
def test_a_documents_words_are_runs_without_white_space(paragraphs):
    assert Document("d", tuple(paragraphs)).words == sum(len(paragraph.split()) for paragraph in paragraphs)


def test_a_documents_text_has_a_line_for_each_paragraph():
    assert Document("d", ("Où?", "Here.")).text == "Où?\nHere.".encode()
