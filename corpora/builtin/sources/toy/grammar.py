"""Agents and their clauses: agreement, pronouns, tense, and objects that fit the verb.

A pattern is a format string such as `{a.agent} {a.past} {a.object} {w.near}`, where `a` is the clause, `b` a
clause of another agent, `c` another clause of the first agent, and `w` gives words that need no agreement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar
from zlib import crc32

from numpy.random import Generator

from corpora.builtin.sources.toy.lexicon import Activity, Kind, Lexicon, Noun, Phrase, lexicon, phrases

T = TypeVar("T")
HELD_OUT = 8
"""One in this many sentences, chosen by checksum, is reserved for the tasks and never in the corpus."""


def held_out(sentence: str) -> bool:
    """Whether a sentence is reserved for the tasks; case and enclosing quotation marks do not matter."""
    return crc32(sentence.strip('"').lower().encode()) % HELD_OUT == 0


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """The forms that agree with an agent: its pronouns, and whether a verb takes `-s`."""

    he: str
    him: str
    his: str
    himself: str
    be: str
    was: str
    third: bool

    @property
    def have(self) -> str:
        """has or have."""
        return "has" if self.third else "have"

    @property
    def do(self) -> str:
        """does or do."""
        return "does" if self.third else "do"


HE = Form("he", "him", "his", "himself", "is", "was", True)
SHE = Form("she", "her", "her", "herself", "is", "was", True)
IT = Form("it", "it", "its", "itself", "is", "was", True)
THEY = Form("they", "them", "their", "themselves", "are", "were", False)
I = Form("I", "me", "my", "myself", "am", "was", False)  # noqa: E741 (it is the word)
WE = Form("we", "us", "our", "ourselves", "are", "were", False)
YOU = Form("you", "you", "your", "yourself", "are", "were", False)


@dataclass(frozen=True, slots=True, eq=False)
class Mention:
    """An agent as named in a text: `Marla`, `she`, `the old baker`, `two cats near the barn`."""

    text: str
    form: Form
    kind: Kind
    named: bool = False
    """Whether it is a name or a pronoun, which has no determiner or adjective to change."""


class Words:
    """Draws from the lexicon with a stream of random bits.

    Args:
        rng: the only source of randomness; read as raw 64-bit words, which are the same in every version of NumPy.
    """

    def __init__(self, rng: Generator) -> None:
        self.lexicon: Lexicon = lexicon()
        self.tables = self.lexicon.tables
        self.draw: Callable[[], int] = _bits(rng).__next__

    def pick(self, items: Sequence[T]) -> T:
        """One of the items, all equally likely."""
        return items[self.draw() % len(items)]

    def skew(self, items: Sequence[T]) -> T:
        """One of the items, early ones more often: item i of n with a probability of about log(n / i) / n.

        Args:
            items: the most frequent first.
        """
        bits = self.draw()
        return items[(bits & 0x7FFF) * (bits >> 16) * len(items) >> 30]

    def chance(self, percent: int) -> bool:
        """True with this probability, in percent."""
        return self.draw() % 100 < percent

    def __getattr__(self, name: str) -> str:
        """A word or phrase from the list of that name, `_` for `-`."""
        try:
            items = self.__dict__["tables"][name]
        except KeyError:
            raise AttributeError(name) from None
        return items[self.draw() % len(items)]  # type: ignore[no-any-return]

    @property
    def she_or_he(self) -> str:
        """A first name."""
        return str(self.she if self.chance(50) else self.he)


def _bits(rng: Generator) -> Iterator[int]:
    raw: Callable[[int], Any] = rng.bit_generator.random_raw
    size = 128
    while True:
        yield from (raw(size) >> 33).tolist()
        size = 4096


class Clause:
    """An agent and its action, with all parts in agreement. A part that is drawn is new at each use.

    Args:
        words: the source of randomness.
        agent: who acts.
        deed: its action; None draws one that its kind performs.
    """

    __slots__ = ("deed", "mention", "noun", "target", "w")

    def __init__(self, words: Words, agent: Mention, deed: Activity | None = None) -> None:
        self.w = words
        self.mention = agent
        self.deed = deed or words.skew(agent.kind.deeds)
        self.noun: Noun = words.skew(self.deed.objects)
        self.target: Phrase = words.skew(phrases(self.noun))

    @property
    def agent(self) -> str:
        """The agent as subject."""
        return self.mention.text

    @property
    def he(self) -> str:
        """The agent's pronoun as subject."""
        return self.mention.form.he

    @property
    def him(self) -> str:
        """The agent's pronoun as object."""
        return self.mention.form.him

    @property
    def his(self) -> str:
        """The agent's possessive."""
        return self.mention.form.his

    @property
    def himself(self) -> str:
        """The agent's reflexive."""
        return self.mention.form.himself

    @property
    def be(self) -> str:
        """am, is or are."""
        return self.mention.form.be

    @property
    def was(self) -> str:
        """was or were."""
        return self.mention.form.was

    @property
    def have(self) -> str:
        """has or have."""
        return self.mention.form.have

    @property
    def do(self) -> str:
        """does or do."""
        return self.mention.form.do

    @property
    def present(self) -> str:
        """The verb in the present tense, in agreement."""
        return self.deed.verb.third if self.mention.form.third else self.deed.verb.base

    @property
    def past(self) -> str:
        """The verb in the past tense."""
        return self.deed.verb.past

    @property
    def base(self) -> str:
        """The verb's base form."""
        return self.deed.verb.base

    @property
    def ing(self) -> str:
        """The verb's present participle."""
        return self.deed.verb.ing

    @property
    def participle(self) -> str:
        """The verb's past participle."""
        return self.deed.verb.participle

    @property
    def object(self) -> str:
        """The object, the same at each use."""
        return self.target.text

    @property
    def objects(self) -> str:
        """The object as a bare plural, or bare if it is uncountable."""
        return self.noun.plural or self.noun.singular

    @property
    def things(self) -> str:
        """A plural or uncountable object with an adjective."""
        return f"{self.w.pick(self.noun.adjectives)} {self.objects}"

    @property
    def it(self) -> str:
        """The object's pronoun."""
        return "them" if self.target.plural else "it"

    @property
    def object_was(self) -> str:
        """was or were, in agreement with the object."""
        return "were" if self.target.plural else "was"

    @property
    def where(self) -> str:
        """A place where the agent's kind is found."""
        return self.mention.kind.where

    @property
    def tool(self) -> str:
        """A tool of the agent's kind."""
        return self.w.skew(self.mention.kind.tools)

    @property
    def went(self) -> str:
        """An intransitive verb in the past tense."""
        return self.w.pick(self.mention.kind.moves or self.w.lexicon.moves).past

    @property
    def goes(self) -> str:
        """An intransitive verb in the present tense, in agreement."""
        verb = self.w.pick(self.mention.kind.moves or self.w.lexicon.moves)
        return verb.third if self.mention.form.third else verb.base

    @property
    def job(self) -> str:
        """The name of the agent's kind."""
        return self.mention.kind.noun.singular


NEAR = ("near {}", "beside {}", "with {}", "behind {}", "next to {}", "opposite {}")
"""Phrases between an agent and its verb, so that the nearest noun is not always the one to agree with."""


@cache
def common(kind: Kind) -> tuple[Mention, ...]:
    """A table of mentions of a kind, such as a baker or some cats; workers are women as often as men."""
    both = (HE, SHE) if kind.tools else (IT, IT)
    return tuple(
        Mention(phrase.text, THEY if phrase.plural else both[number % 2], kind)
        for number, phrase in enumerate(phrases(kind.noun))
    )


@cache
def plain(kind: Kind) -> Mention:
    """A kind as a bare plural, for general truths."""
    return Mention(kind.noun.plural, THEY, kind)


def distracted(words: Words, mention: Mention) -> Mention:
    """The agent followed by a phrase whose noun may differ in number."""
    other = words.skew(phrases(words.pick(words.pick(words.skew(words.lexicon.jobs).deeds).objects)))
    return Mention(f"{mention.text} {words.pick(NEAR).format(other.text)}", mention.form, mention.kind)


def anybody(words: Words) -> Mention:
    """A random worker or animal, sometimes with a phrase that distracts from its number."""
    kind = words.skew(words.lexicon.jobs if words.chance(60) else words.lexicon.animals)
    mention = words.skew(common(kind))
    return distracted(words, mention) if words.chance(15) else mention


def sentence(
    pattern: str, words: Words, agent: Mention, other: Callable[[Words], Mention] = anybody, *, person: object = None
) -> str:
    """A pattern filled in and capitalised; a sentence reserved for the tasks is replaced by another.

    Args:
        other: draws the agent of clause `b`, if the pattern has one.
        person: provides the facts for `{p.…}`.
    """
    while True:
        text = fill(pattern, words, agent, other, person=person)
        if not held_out(text):
            return text


def fill(
    pattern: str,
    words: Words,
    agent: Mention,
    other: Callable[[Words], Mention] = anybody,
    *,
    person: object = None,
    first: type[Clause] = Clause,
) -> str:
    """A pattern filled in once and capitalised; clause `a` has the class `first`."""
    parts: dict[str, object] = {"a": first(words, agent), "w": words, "p": person}
    if "{b." in pattern:
        parts["b"] = Clause(words, other(words))
    if "{c." in pattern:
        parts["c"] = Clause(words, agent)
    text = pattern.format_map(parts)
    return text[0].upper() + text[1:]
