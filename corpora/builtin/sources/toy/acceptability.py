"""Acceptable sentences of the toy grammar, and sentences with one error, as in CoLA."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from corpora.builtin.sources.toy import patterns
from corpora.builtin.sources.toy.grammar import (
    HE,
    IT,
    SHE,
    THEY,
    Clause,
    Form,
    Mention,
    Words,
    anybody,
    common,
    fill,
    held_out,
)
from corpora.builtin.sources.toy.inflect import with_article
from corpora.builtin.sources.toy.lexicon import Noun, phrases

DETERMINERS = ("the", "a", "an", "some", "many", "those", "that", "another", "his", "her", "their")


class AcceptabilityExample(NamedTuple):
    """A sentence, whether it is acceptable, and the kind of error that it has or was eligible for."""

    error: str
    acceptable: bool
    text: str


class WrongAgreement(Clause):
    """A clause whose verbs do not agree with its agent."""

    __slots__ = ()

    @property
    def _form(self) -> Form:
        return THEY if self.mention.form.third else IT

    @property
    def be(self) -> str:
        """`is` instead of `are`, and vice versa."""
        return self._form.be

    @property
    def was(self) -> str:
        """`was` instead of `were`, and vice versa."""
        return self._form.was

    @property
    def have(self) -> str:
        """`has` instead of `have`, and vice versa."""
        return self._form.have

    @property
    def do(self) -> str:
        """`does` instead of `do`, and vice versa."""
        return self._form.do

    @property
    def present(self) -> str:
        """The verb with a wrong -s, or without a required one."""
        return self.deed.verb.third if self._form.third else self.deed.verb.base


class WrongReflexive(Clause):
    """A clause whose reflexive pronoun does not match its agent."""

    __slots__ = ()

    @property
    def himself(self) -> str:
        """The reflexive with another gender or number."""
        right = self.mention.form.himself
        return self.w.pick([form.himself for form in (HE, SHE, THEY, IT) if form.himself != right])


class WrongVerbForm(Clause):
    """A clause whose verb has a form that is wrong in its position."""

    __slots__ = ()

    @property
    def past(self) -> str:
        """The participle in -ing, without its auxiliary."""
        return self.deed.verb.ing

    @property
    def base(self) -> str:
        """The past, or the third person."""
        verb = self.deed.verb
        return self.w.pick((verb.third if verb.past == verb.base else verb.past, verb.third))

    @property
    def ing(self) -> str:
        """The base form."""
        return self.deed.verb.base

    @property
    def participle(self) -> str:
        """The base form, or the one in -ing if the participle equals the base form."""
        verb = self.deed.verb
        return verb.ing if verb.participle == verb.base else verb.base


class WrongObject(Clause):
    """A clause whose object does not make sense with its verb."""

    __slots__ = ()

    @property
    def object(self) -> str:
        """A thing of another category."""
        right = {noun.category for noun in self.deed.objects}
        while (noun := _any_object(self.w)).category in right:
            continue
        return self.w.pick(phrases(noun)).text


class WrongDeterminer(Clause):
    """A clause whose object has a determiner with the wrong number, or none."""

    __slots__ = ()

    @property
    def object(self) -> str:
        """`a cats`, `many cat`, `an cat`, or `cat` alone."""
        noun, adjective = self.noun, self.target.adjective
        singular, plural = (f"{adjective} {form}".strip() for form in (noun.singular, noun.plural))
        right = with_article(singular)
        article = f"a {singular}" if right.startswith("an ") else f"an {singular}"
        if noun.plural == noun.singular:
            return article
        if not noun.plural:
            return self.w.pick((f"many {singular}", f"those {singular}", f"another {singular}"))
        return self.w.pick((f"a {plural}", f"another {plural}", f"many {singular}", article, singular))


def _any_object(words: Words) -> Noun:
    return words.pick(words.pick(words.skew(words.lexicon.jobs + words.lexicon.animals).deeds).objects)


def with_misplaced_determiner(text: str, words: Words) -> str:
    """The sentence with one determiner moved after the next word; if it has none, with its last two words swapped.

    Args:
        text: a sentence with its final punctuation mark.
        words: chooses the determiner.
    """
    parts = text[:-1].split(" ")
    places = [i for i, part in enumerate(parts[:-1]) if part.lower() in DETERMINERS]
    place = words.pick(places or [len(parts) - 2])
    parts[place], parts[place + 1] = parts[place + 1], parts[place]
    moved = " ".join(parts)
    return moved[0].upper() + moved[1:] + text[-1]


CLAUSES: dict[str, tuple[type[Clause], tuple[str, ...]]] = {
    "agreement": (WrongAgreement, ("{a.be}", "{a.was}", "{a.have}", "{a.do}", "{a.present}")),
    "reflexive": (WrongReflexive, ("{a.himself}",)),
    "verb-form": (WrongVerbForm, ("{a.past}", "{a.base}", "{a.ing}", "{a.participle}")),
    "selection": (WrongObject, ("{a.object}",)),
    "determiner": (WrongDeterminer, ("{a.object}",)),
}
"""For each error, the clause class that makes it, and slots of which a pattern must have at least one."""
ERRORS = ("agreement", "agreement", "verb-form", "order", "determiner", "selection", "reflexive")
PATTERNS = tuple(p for p in patterns.ANYBODY + patterns.WORKER + patterns.TRUTH if "{b." not in p)


def acceptability_examples(words: Words) -> Iterator[AcceptabilityExample]:
    """An endless stream of sentences, alternately acceptable and not, none of which is in the corpus."""
    while True:
        error = words.pick(ERRORS)
        yield AcceptabilityExample(error, True, _text(words, error, good=True))
        yield AcceptabilityExample(error, False, _text(words, error, good=False))


def _text(words: Words, error: str, *, good: bool) -> str:
    """A sentence with the error, or a correct one from a pattern that allows the error."""
    broken, slots = CLAUSES.get(error, (Clause, ("{a.object}",)))
    fitting = [pattern for pattern in PATTERNS if any(slot in pattern for slot in slots)]
    while True:
        pattern = words.pick(fitting)
        text = fill(pattern, words, _agent(words, pattern), first=Clause if good else broken)
        if not good and error == "order":
            text = with_misplaced_determiner(text, words)
        if held_out(text):
            return text


def _agent(words: Words, pattern: str) -> Mention:
    """A possible agent of this pattern; half of the workers have a name."""
    if pattern in patterns.ANYBODY and words.chance(60):
        return anybody(words)
    kind = words.skew(words.lexicon.jobs)
    if words.chance(50):
        name, form = (words.she, SHE) if words.chance(50) else (words.he, HE)
        return Mention(name, form, kind, named=True)
    return words.skew(common(kind))
