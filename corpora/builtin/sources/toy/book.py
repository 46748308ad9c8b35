"""Novels of the toy world: people with lasting traits, chapters, narration and dialogue."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from corpora import generator
from corpora.builtin.sources.toy import patterns
from corpora.builtin.sources.toy.grammar import (
    HE,
    SHE,
    THEY,
    WE,
    YOU,
    Form,
    I,
    Mention,
    Words,
    anybody,
    common,
    fill,
    held_out,
    plain,
    sentence,
)  # fmt: skip
from corpora.builtin.sources.toy.lexicon import Kind

ALONE = '"{}."'
"""Quoted speech without a speech tag."""


@dataclass(frozen=True)
class Person:
    """A person in a book, with the facts that stay true throughout."""

    name: str
    surname: str
    form: Form
    kind: Kind
    home: str
    trait: str
    hair: str
    colour: str
    wear: str
    treasure: str
    animal: str
    pet: str
    dish: str
    hobby: str
    friend: str

    @property
    def job(self) -> str:
        """Their job."""
        return self.kind.noun.singular

    def mention(self, text: str) -> Mention:
        """A mention of this person by one of their names.

        Args:
            text: a name or description, such as `Marla` or `the old baker`.
        """
        return Mention(text, self.form, self.kind, named=True)


@dataclass(frozen=True)
class Chapter:
    """A heading and the paragraphs under it."""

    title: str
    paragraphs: list[str]


@dataclass
class Book:
    """A finished book."""

    number: int
    title: str
    author: str
    chapters: list[Chapter] = field(default_factory=list)


class Novelist:
    """Writes one book.

    Args:
        words: the source of randomness.
    """

    def __init__(self, words: Words) -> None:
        self.words = words
        self.home = words.town
        self.people = _cast(words, self.home)
        self.mentions = [self._mentions(person) for person in self.people]
        self.pairs = [
            Mention(f"{one.name} and {two.name}", THEY, one.kind, named=True)
            for one in self.people
            for two in self.people
            if one is not two
        ]

    def _mentions(self, person: Person) -> tuple[Mention, ...]:
        texts = (person.name, f"the {person.trait} {person.job}", f"{person.name} {person.surname}", person.name)
        return tuple(person.mention(text) for text in texts)

    def chapter(self, number: int, length: int) -> Chapter:
        """A chapter.

        Args:
            number: in the book, from 1.
            length: the minimum number of words.
        """
        paragraphs: list[str] = []
        words = 0
        while words < length:
            paragraph = self._dialogue() if self.words.chance(30) else [self._told()]
            paragraphs += paragraph
            words += sum(text.count(" ") + 1 for text in paragraph)
        return Chapter(f"Chapter {number}: {self.title()}", paragraphs)

    def title(self) -> str:
        """A chapter's or a book's title."""
        person = self.words.pick(self.people)
        return fill(self.words.pick(patterns.TITLES), self.words, person.mention(person.name), person=person)

    def _told(self) -> str:
        words = self.words
        who = words.draw() % len(self.people)
        person, mentions = self.people[who], self.mentions[who]
        pronoun = person.mention(person.form.he)
        agent, sentences = words.pick(mentions), []
        for _ in range(2 + words.draw() % 6):
            text, about = self._sentence(person, agent)
            sentences.append(text)
            agent = words.pick(mentions) if not about or words.chance(25) else pronoun
        return " ".join(sentences)

    def _sentence(self, person: Person, agent: Mention) -> tuple[str, bool]:
        """A sentence, and whether a pronoun after it would refer to the person."""
        words = self.words
        kind = words.draw() % 100
        if kind < 50:
            pattern = words.pick(patterns.PERSON if kind < 22 else patterns.WORKER if kind < 36 else patterns.ANYBODY)
            return self._fill(pattern, person, agent), "{b." not in pattern and "friend" not in pattern
        if kind < 65:
            return sentence(words.pick(patterns.TRUTH), words, *_truth(words)), False
        if kind < 75:
            return sentence(words.pick(patterns.WORKER), words, words.pick(self.pairs)), False
        agent = anybody(words)
        return sentence(words.pick(patterns.ANYBODY), words, agent), False

    def _fill(self, pattern: str, person: Person, agent: Mention) -> str:
        return sentence(pattern, self.words, agent, person=person)

    def _dialogue(self) -> list[str]:
        words = self.words
        one, two = words.pick(self.people), words.pick(self.people)
        return [self._speech((one, two)[turn % 2], turn) for turn in range(2 + words.draw() % 5)]

    def _speech(self, speaker: Person, turn: int) -> str:
        words = self.words
        name = speaker.name if turn < 2 or words.chance(40) else speaker.form.he
        kind = words.draw() % 4
        if kind == 0:
            return self._quote(patterns.QUESTION, speaker, '"{}?" ' + f"{words.ask} {name}.")
        if kind == 1:
            return f"{self._quote(patterns.SPEECH, speaker, ALONE)} {self._told_after(speaker)}"
        first = self._quote(patterns.SPEECH, speaker, '"{},"' + f" {words.say} {name}.")
        return first if kind == 2 else f"{first} {self._quote(patterns.SPEECH, speaker, ALONE)}"

    def _told_after(self, speaker: Person) -> str:
        pattern = self.words.pick(patterns.PERSON)
        return self._fill(pattern, speaker, speaker.mention(speaker.name))

    def _quote(self, choice: Sequence[str], speaker: Person, frame: str) -> str:
        words = self.words
        pattern = words.pick(choice)
        form = words.pick((I, I, WE, YOU, THEY, SHE, HE))
        agent = Mention(form.he, form, speaker.kind, named=True)
        while True:
            text = frame.format(sentence(pattern, words, agent))
            if not held_out(text):
                return text


def _truth(words: Words) -> tuple[Mention, Callable[[Words], Mention]]:
    """A random job or animal, in the singular or plural, and a function that draws another."""

    def _anything(words: Words) -> Mention:
        kind = words.skew(words.lexicon.jobs if words.chance(50) else words.lexicon.animals)
        return plain(kind) if words.chance(60) else common(kind)[2]

    return _anything(words), _anything


def _cast(words: Words, home: str) -> list[Person]:
    """Five to eight people with different first names, most of them from one town."""
    names: list[tuple[str, Form]] = []
    while len(names) < 5 + words.draw() % 4:
        name = (words.she, SHE) if words.chance(50) else (words.he, HE)
        if name not in names:
            names.append(name)
    return [_person(words, name, form, home, names[number - 1][0]) for number, (name, form) in enumerate(names)]


def _person(words: Words, name: str, form: Form, home: str, friend: str) -> Person:
    home = home if words.chance(60) else words.town
    return Person(
        name, words.surname, form, words.skew(words.lexicon.jobs), home, words.trait, words.hair, words.colour,
        words.wear, words.treasure, words.skew(words.lexicon.animals).noun.singular, words.pet, words.dish,
        words.hobby, friend,
    )  # fmt: skip


def write_book(seed: int, number: int, words: int) -> Book:
    """A book, which depends only on its seed and number.

    Args:
        words: the minimum number of words; a book is up to a quarter longer.
    """
    novelist = Novelist(Words(generator("toy", "book", seed, number)))
    draw = novelist.words.draw
    book = Book(number, novelist.title(), f"{novelist.words.she_or_he} {novelist.words.surname}")
    left = words + draw() % (1 + words // 4)
    while left > 0:
        chapter = novelist.chapter(len(book.chapters) + 1, min(left, 1500 + draw() % 2000))
        book.chapters.append(chapter)
        left -= sum(text.count(" ") + 1 for text in chapter.paragraphs)
    return book


def books(seed: int, numbers: range, words: int) -> Iterator[Book]:
    """The books with these numbers, generated one at a time.

    Args:
        seed: of the corpus.
        numbers: from 0.
        words: the minimum number of words in each book.
    """
    return (write_book(seed, number, words) for number in numbers)
