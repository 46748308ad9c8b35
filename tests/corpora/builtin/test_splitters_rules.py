"""Sentences as our own rules see them."""

import pytest

from corpora.builtin.splitters.rules import Rules

FICTION = [
    ['"Stop!" he said.', "Then he ran."],
    ['"Is he in?', 'How efficient."'],
    ["“Is he in?", "How efficient.”", "“Quite.”"],
    ['"Stop!" Holmes said.', '"Go!"', "Holmes turned."],
    ["'You too?' she asked.", "'Yes.'"],
    ["J. R. R. Tolkien met Mr. Lewis at St. Mary's at 9 a.m. on Monday.", "They talked."],
]


@pytest.mark.parametrize("sentences", FICTION, ids=lambda s: s[0][:20])
def test_sentences_of_novels(sentences: list[str]) -> None:
    assert Rules().split(" ".join(sentences)) == sentences
