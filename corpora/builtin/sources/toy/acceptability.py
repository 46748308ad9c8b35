"""Acceptable sentences of the toy grammar, and others broken in one place: the layout of CoLA."""

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


class Judged(NamedTuple):
    """A sentence, whether it is acceptable, and the kind of error that it has or was spared."""

    error: str
    acceptable: bool
    text: str


class Wrong(Clause):
    """A clause whose verbs do not agree with its agent."""

    __slots__ = ()

    @property
    def _form(self) -> Form:
        return THEY if self.mention.form.third else IT

    @property
    def be(self) -> str:
        """is for are, and are for is."""
        return self._form.be

    @property
    def was(self) -> str:
        """was for were, and were for was."""
        return self._form.was

    @property
    def have(self) -> str:
        """has for have, and have for has."""
        return self._form.have

    @property
    def do(self) -> str:
        """does for do, and do for does."""
        return self._form.do

    @property
    def present(self) -> str:
        """The verb with -s where none belongs, and without where one does."""
        return self.deed.verb.third if self._form.third else self.deed.verb.base


class WrongReflexive(Clause):
    """A clause whose reflexive means somebody else."""

    __slots__ = ()

    @property
    def himself(self) -> str:
        """The reflexive of another gender or number."""
        right = self.mention.form.himself
        return self.w.pick([form.himself for form in (HE, SHE, THEY, IT) if form.himself != right])


class WrongVerbForm(Clause):
    """A clause whose verb has a form that its place in the sentence forbids."""

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
        """The base form, or one in -ing where the two are alike."""
        verb = self.deed.verb
        return verb.ing if verb.participle == verb.base else verb.base


class WrongObject(Clause):
    """A clause whose object is nothing that its verb could be done to."""

    __slots__ = ()

    @property
    def object(self) -> str:
        """A thing of another category."""
        right = {noun.category for noun in self.deed.objects}
        while (noun := _any_object(self.w)).category in right:
            continue
        return self.w.pick(phrases(noun)).text


class WrongDeterminer(Clause):
    """A clause whose object has a determiner of the wrong number, or none."""

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


def disordered(text: str, words: Words) -> str:
    """The sentence with one determiner behind the word that it belongs before; without one, its last two words."""
    parts = text[:-1].split(" ")
    places = [i for i, part in enumerate(parts[:-1]) if part.lower() in DETERMINERS]
    place = words.pick(places or [len(parts) - 2])
    parts[place], parts[place + 1] = parts[place + 1], parts[place]
    moved = " ".join(parts)
    return moved[0].upper() + moved[1:] + text[-1]


CLAUSES: dict[str, tuple[type[Clause], tuple[str, ...]]] = {
    "agreement": (Wrong, ("{a.be}", "{a.was}", "{a.have}", "{a.do}", "{a.present}")),
    "reflexive": (WrongReflexive, ("{a.himself}",)),
    "verb-form": (WrongVerbForm, ("{a.past}", "{a.base}", "{a.ing}", "{a.participle}")),
    "selection": (WrongObject, ("{a.object}",)),
    "determiner": (WrongDeterminer, ("{a.object}",)),
}
"""What breaks a sentence, and the slots of which a pattern must have one to be broken so."""
ERRORS = ("agreement", "agreement", "verb-form", "order", "determiner", "selection", "reflexive")
PATTERNS = tuple(p for p in patterns.ANYBODY + patterns.WORKER + patterns.TRUTH if "{b." not in p)


def judged(words: Words) -> Iterator[Judged]:
    """Sentences without end, good and bad in turn, none of which the corpus has."""
    while True:
        error = words.pick(ERRORS)
        yield Judged(error, True, _text(words, error, good=True))
        yield Judged(error, False, _text(words, error, good=False))


def _text(words: Words, error: str, *, good: bool) -> str:
    """A sentence that has the error, or that could have had it."""
    broken, slots = CLAUSES.get(error, (Clause, ("{a.object}",)))
    fitting = [pattern for pattern in PATTERNS if any(slot in pattern for slot in slots)]
    while True:
        pattern = words.pick(fitting)
        text = fill(pattern, words, _agent(words, pattern), first=Clause if good else broken)
        if not good and error == "order":
            text = disordered(text, words)
        if held_out(text):
            return text


def _agent(words: Words, pattern: str) -> Mention:
    """Anybody who can be the agent of this pattern; half of the workers have a name."""
    if pattern in patterns.ANYBODY and words.chance(60):
        return anybody(words)
    kind = words.skew(words.lexicon.jobs)
    if words.chance(50):
        name, form = (words.she, SHE) if words.chance(50) else (words.he, HE)
        return Mention(name, form, kind, named=True)
    return words.skew(common(kind))
