"""Rows before and after: matched where rows moved, merged or went, and honest where they cannot be."""

from dataclasses import dataclass
from typing import ClassVar

import corpora
from corpora import TextTransform
from corpora.inspect.row_pairs import compare
from corpora.store.store import default_store


def text(side) -> str:
    """What a side reads."""
    return "".join((" " if part.space else "") + part.text for part in side.parts).strip()


def test_rewritten_rows_stand_beside_the_rows_they_were(tokens):
    found = compare(corpora.transform(tokens, "shuffle"), default_store())
    assert len(found.pairs) == 6
    for pair in found.pairs:
        assert pair.before.numbers == pair.after.numbers
        assert {part.state for part in [*pair.before.parts, *pair.after.parts]} <= {"same", "moved"}


def test_merged_rows_stand_beside_all_that_they_were_made_of(tokens):
    found = compare(corpora.transform(tokens, "merge"), default_store())
    assert found.pairs and any(len(pair.before.numbers) > 1 for pair in found.pairs)
    assert all(text(p.before).replace("¶", "").split() == text(p.after).split() for p in found.pairs)
    assert {part.text for p in found.pairs for part in p.before.parts if part.state != "same"} == {"¶"}


def test_rows_are_matched_where_others_were_dropped(corpus, offer):
    @dataclass(frozen=True)
    class NoHello(TextTransform):
        """Silence."""

        name: ClassVar[str] = "no-hello"

        def rewrite(self, sentence, rng):
            """Nothing, for some."""
            return "" if "hello" in sentence else sentence.replace("ends", "stops")

    offer(transforms=[NoHello])
    found = compare(corpora.transform(corpus, NoHello()), default_store())
    assert [pair.before.numbers for pair in found.pairs[:2]] != [pair.after.numbers for pair in found.pairs[:2]]
    assert all(text(pair.before).replace("ends", "stops") == text(pair.after) for pair in found.pairs)
    assert {part.text for pair in found.pairs for part in pair.after.parts if part.state == "new"} == {"stops"}


def test_rows_of_a_sample_stand_between_the_rows_around_them(tokens):
    sample = corpora.transform(tokens, "sample", rate=0.2)
    found = compare(sample, default_store())
    assert found.kind == "selected" and len(found.pairs) == 6
    numbers = [pair.before.numbers[0] for pair in found.pairs]
    assert numbers == sorted(numbers)
    assert all(p.above.numbers[0] + 1 == p.before.numbers[0] == p.below.numbers[0] - 1 for p in found.pairs[1:-1])


def test_neighbours_that_were_taken_too_are_said_to_be(tokens):
    everything = compare(corpora.transform(tokens, "sample", rate=1.0), default_store())
    beside = [side for pair in everything.pairs for side in (pair.above, pair.below) if side]
    assert beside and all(side.taken for side in beside)


def test_sentences_stand_beside_their_pieces(corpus, tokens):
    found = compare(tokens, default_store())
    assert found.kind == "tokenized" and len(found.pairs) == 6
    for pair in found.pairs:
        assert text(pair.after).replace(" ##", "").replace(" ", "") == text(pair.before).lower().replace(" ", "")


def test_what_was_built_or_put_together_is_not_compared(corpus, tokens):
    both = corpora.concat([tokens, corpora.transform(tokens, "shuffle")], name="both")
    assert compare(corpus, default_store()) is None and compare(both, default_store()) is None
    assert compare(corpora.tokenize(corpus, train=120, unit="packed:32", name="p"), default_store()) is None
