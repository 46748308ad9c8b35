"""The original corpus' look: lower case, Treebank tokens, ASCII."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora import registry


def rewrite(text, short="ptb"):
    return registry.make("transforms", short).rewrite(text, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("“Stop!” he said.", "`` stop ! '' he said ."),
        ("I don't know, and can't say.", "i do n't know , and ca n't say ."),
        ("It’s Ada's; they’ll see.", "it 's ada 's ; they 'll see ."),
        ("Wait… what—now?", "wait ... what -- now ?"),
        ("Mr. Moor paid $3,000 (or so).", "mr. moor paid $ 3,000 ( or so ) ."),
        ("‘No,’ she said.", "` no , ' she said ."),
        ("The dogs' café was naïve.", "the dogs ' cafe was naive ."),
        ("I cannot, gonna try.", "i can not , gon na try ."),
        ("'Tis late at 5:30.", "'tis late at 5:30 ."),
    ],
)
def test_words_and_marks_become_tokens(text, tokens):
    assert rewrite(text) == tokens


def test_case_can_stay():
    assert rewrite("Call me Ishmael.", "ptb:lower=false") == "Call me Ishmael ."


@given(st.text())
def test_tokens_are_ascii_and_single_spaced(text):
    tokens = rewrite(text)
    assert tokens.isascii() and tokens == " ".join(tokens.split())
