"""Paragraphs come back from the text between the stages as they went in."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpora import Document, registry
from corpora.ingest.texts import (
    GROUP_CHARACTERS,
    are_spans,
    joined,
    named,
    paragraphs_in,
    sentence_rows,
    span_rows,
    together,
)


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


@pytest.mark.parametrize("keep_symbols", [False, True])
@given(paragraphs=st.lists(st.text("aÉ3 .“…\u00a0语🙂", max_size=12), max_size=6))
@example(paragraphs=[])
@example(paragraphs=["“Zwei.” … Ä.", "", "* * *", "3"])
def test_places_of_sentences_give_the_rows_of_the_sentences(paragraphs, keep_symbols):
    splitter = registry.make("splitters", "rules")
    split = list(splitter.split_all(paragraphs))
    rows = span_rows([("d", paragraphs)], splitter.spans(paragraphs), keep_symbols=keep_symbols)
    assert rows == sentence_rows("d", split, keep_symbols=keep_symbols)


def test_places_in_several_documents_give_the_rows_of_each():
    splitter = registry.make("splitters", "rules")
    documents = [("a", ["One. Two. …", "Drei."]), ("b", []), ("c", ["* * *"]), ("d", ["Éins. Four."])]
    spans = splitter.spans([paragraph for _, paragraphs in documents for paragraph in paragraphs])
    rows, dropped = span_rows(documents, spans, keep_symbols=False)
    apart = [sentence_rows(name, splitter.split_all(texts), keep_symbols=False) for name, texts in documents]
    assert rows.to_pylist() == [row for each, _ in apart for row in each.to_pylist()]
    assert dropped == sum(each for _, each in apart) == 2


def test_short_documents_are_split_together_if_their_splitter_is_the_same():
    english, german = (registry.make("splitters", "rules").for_language(code) for code in ("en", "de"))
    short, long = ["One."], ["One. " * (GROUP_CHARACTERS // 5 + 1)]
    given = [(english, "a", short), (english, "b", short), (german, "c", short), (german, "d", long), (german, "e", [])]
    groups = [(splitter, [name for name, _ in group]) for splitter, group in together(given)]
    assert groups == [(english, ["a", "b"]), (german, ["c", "d"]), (german, ["e"])]
    assert named([("a", short)]) == "document a"
    assert named([("a", short), ("b", short), ("c", [])]) == "documents a to c"


@pytest.mark.parametrize(
    ("begins", "stops", "right"),
    [([], [], True), ([0, 4], [4, 9], True), ([0], [4, 9], False), ([0, 3], [4, 9], False), ([0], [10], False),
     ([-1], [3], False), ([2], [2], False), ([4, 0], [9, 4], False)],
)  # fmt: skip
def test_places_of_sentences_are_checked(begins, stops, right):
    assert are_spans((np.array(begins, np.int64), np.array(stops, np.int64)), 9) is right
