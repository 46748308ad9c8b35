"""Toy sentences that are positive or negative, some with a negation, as in SST-2."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle

from corpora.builtin.sources.toy.grammar import HE, SHE, Mention, Words, fill, held_out

GOOD = ("kind", "clever", "brave", "cheerful", "patient", "honest", "careful", "gentle", "generous", "wise", "polite",
        "loyal", "thrifty", "merry", "sensible")  # fmt: skip
BAD = ("proud", "stubborn", "lazy", "greedy", "nervous", "grumpy", "clumsy", "jealous", "restless", "stern", "timid")
PRAISE = (
    "{a.agent} was {mood} when {a.he} {a.past} {a.object} {w.near}.",
    "Everybody thought that {a.agent} was {mood}, because {a.he} {a.past} {a.object} {w.adverb}.",
    "{w.when_past}, {a.agent} {a.past} {a.object} and was {mood}.",
)
BLAME = (
    "{a.agent} was never {mood} when {a.he} {a.past} {a.object} {w.near}.",
    "Nobody thought that {a.agent} was {mood}, because {a.he} {a.past} {a.object} {w.adverb}.",
    "{w.when_past}, {a.agent} {a.past} {a.object} but was not {mood}.",
)


def sentiment_examples(words: Words) -> Iterator[tuple[str, bool]]:
    """An endless stream of sentences, alternately positive and negative, none in the corpus; a third are negated."""
    for good in cycle((True, False)):
        text = ""
        while not text or not held_out(text):
            negated = words.chance(33)
            mood = words.pick(GOOD if good is not negated else BAD)
            name, form = (words.she, SHE) if words.chance(50) else (words.he, HE)
            agent = Mention(name, form, words.skew(words.lexicon.jobs), named=True)
            text = fill(words.pick(BLAME if negated else PRAISE).replace("{mood}", mood), words, agent)
        yield text, good
