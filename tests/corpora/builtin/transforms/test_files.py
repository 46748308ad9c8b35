"""Built-in transforms as users run them: dataset in, dataset out."""

import numpy as np
import pytest

import corpora
from corpora import Sequences
from corpora.store.blocks import sequences_of


def rows(dataset) -> list[tuple[int, ...]]:
    blocks: list[Sequences] = [sequences_of(batch) for batch in dataset.batches()]
    return [tuple(block.row(i).tolist()) for block in blocks for i in range(len(block))]


def test_samples_are_exact_and_nested(tokens):
    large = corpora.transform(tokens, "sample", rate=0.5, name="large")
    small = corpora.transform(tokens, "sample", rows=17, name="small")
    assert (large.rows, small.rows) == (tokens.rows // 2, 17)
    remaining = iter(rows(large))
    assert all(row in remaining for row in rows(small))


def test_a_shuffle_keeps_each_row_and_its_document(tokens):
    made = corpora.transform(tokens, "shuffle")
    assert [sorted(row) for row in rows(made)] == [sorted(row) for row in rows(tokens)]
    assert rows(made) != rows(tokens)
    documents = [batch["document"].to_pylist() for batch in (*made.batches(), *tokens.batches())]
    assert documents[: len(documents) // 2] == documents[len(documents) // 2 :]


@pytest.mark.parametrize("draw", ["unigram", "bigram", "uniform", "zipf"])
def test_generated_rows_are_as_many_whatever_they_are_drawn_from(tokens, draw):
    made = corpora.transform(tokens, f"generate:draw={draw},lengths=kept")
    assert (made.rows, made.tokens) == (tokens.rows, tokens.tokens)


@pytest.mark.parametrize(
    "short", ["shuffle:word,within=document", pytest.param("generate:bigram", marks=pytest.mark.slow)]
)
def test_two_workers_give_the_same_bytes_as_one(tokens, short, home):
    one = corpora.transform(tokens, short)
    bytes_of_one = [path.read_bytes() for path in one.files]
    corpora.Store(home).remove(one.reference)
    two = corpora.transform(tokens, short, executor="processes:workers=2")
    assert [path.read_bytes() for path in two.files] == bytes_of_one


def test_twice_the_same_noise_hits_other_tokens(tokens):
    once = corpora.transform(tokens, "replace:0.3", name="once")
    twice = corpora.transform(tokens, "replace:0.3", then=["replace:0.3"], name="twice")
    text = np.concatenate([sequences_of(batch).values for batch in tokens.batches()])
    changed = [np.concatenate([sequences_of(b).values for b in made.batches()]) != text for made in (once, twice)]
    spread = 4 * np.sqrt(0.25 / len(text))
    assert changed[0].mean() == pytest.approx(0.3, abs=spread)
    assert changed[1].mean() == pytest.approx(0.51, abs=spread + 0.01)
