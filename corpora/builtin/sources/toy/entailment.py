"""Pairs of toy sentences, of which the first does or does not entail the second, as in RTE."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import cycle
from typing import NamedTuple

from corpora.builtin.sources.toy.grammar import Mention, Words, common, held_out
from corpora.builtin.sources.toy.lexicon import Activity, Phrase, phrases


class Pair(NamedTuple):
    """Two sentences, and whether the second follows from the first."""

    premise: str
    hypothesis: str
    entailed: bool


@dataclass(frozen=True)
class Event:
    """Who did what to what, where and when."""

    agent: Mention
    deed: Activity
    target: Phrase
    near: str
    when: str
    feeling: str

    def __getitem__(self, name: str) -> str:
        """The text for a slot of the patterns below."""
        form = self.agent.form
        slots: dict[str, str] = {
            "agent": self.agent.text, "past": self.deed.verb.past, "base": self.deed.verb.base,
            "participle": self.deed.verb.participle, "ing": self.deed.verb.ing, "object": self.target.text,
            "near": self.near, "when": self.when, "feeling": self.feeling, "was": form.was,
            "object_was": "were" if self.target.plural else "was",
            "agent_kind": self.agent.kind.noun.category, "object_kind": self.target.noun.category,
        }  # fmt: skip
        return slots[name]


PREMISES = (
    "{when}, {agent} {past} {object} {near}.",
    "{agent}, who {was} {feeling}, {past} {object} {near} {when}.",
    "{object} {object_was} {participle} {near} by {agent}, who {was} {feeling}.",
    "{agent} {was} {near} {when} and {past} {object}.",
)
FOLLOWING = (
    "{agent} {past} {object}.",
    "{object} {object_was} {participle} by {agent}.",
    "It was {agent} that {past} {object}.",
    "{agent} {was} {near}.",
    "Somebody or something {past} {object} {near}.",
    "{agent} {past} a kind of {object_kind}.",
    "A kind of {agent_kind} {past} {object}.",
)
DENIALS = (
    "{agent} did not {base} {object}.",
    "{object} {object_was} not {participle} by {agent}.",
    "{agent} {was} not {near}.",
    "Nothing and nobody {past} {object} {near}.",
)
REVERSED = (
    "{object} {past} {agent}.",
    "{agent} {was} {participle} by {object}.",
    "It was {object} that {past} {agent}.",
)


def pairs(words: Words) -> Iterator[Pair]:
    """An endless stream of pairs, alternately entailed and not; none of their sentences is in the corpus."""
    for entailed in cycle((True, False)):
        yield _pair(words, entailed)


def _pair(words: Words, entailed: bool) -> Pair:
    while True:
        event = _event(words)
        premise = _say(words.pick(PREMISES), event)
        if not held_out(premise):
            continue
        for _ in range(len(FOLLOWING)):
            hypothesis = _say(words.pick(FOLLOWING), event) if entailed else _changed(words, event)
            if held_out(hypothesis):
                return Pair(premise, hypothesis, entailed)


def _changed(words: Words, event: Event) -> str:
    """A sentence that the event does not entail: negated, reversed, or with one part from another event."""
    kind = words.draw() % 6
    if kind == 0:
        return _say(words.pick(DENIALS), event)
    if kind == 1:
        return _say(words.pick(REVERSED), event)
    other = _event(words)
    pattern = words.pick(FOLLOWING)
    if "{near}" in pattern and other.near != event.near:
        return _say(pattern, replace(event, near=other.near))
    if "{object_kind}" in pattern or ("{object}" in pattern and kind % 2):
        return _say(pattern, replace(event, target=_other_target(words, event)))
    while other.agent.kind.noun.category == event.agent.kind.noun.category and "{agent_kind}" in pattern:
        other = _event(words)
    while other.agent.kind is event.agent.kind:
        other = _event(words)
    return _say(pattern, replace(event, agent=other.agent))


def _other_target(words: Words, event: Event) -> Phrase:
    while (target := _event(words).target).noun.category == event.target.noun.category:
        continue
    return target


def _event(words: Words) -> Event:
    kind = words.skew(words.lexicon.jobs if words.chance(60) else words.lexicon.animals)
    deed = words.pick(kind.deeds)
    target = words.skew(phrases(words.skew(deed.objects)))
    return Event(words.skew(common(kind)), deed, target, words.near, words.when_past, words.feeling)


def _say(pattern: str, event: Event) -> str:
    text = pattern.format_map(event)
    return text[0].upper() + text[1:]
