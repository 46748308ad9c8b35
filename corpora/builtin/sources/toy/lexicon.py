"""The words of the toy world, read once from the lists in `words/`, and phrases made from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import zip_longest

from corpora.builtin.sources.toy import inflect
from corpora.builtin.sources.toy.inflect import Verb, with_article

NUMBERS = ("two", "three", "four", "five", "six", "seven")


@dataclass(frozen=True, slots=True, eq=False)
class Noun:
    """A noun with its category and the adjectives that fit it."""

    singular: str
    plural: str
    """Empty if uncountable, such as bread."""
    category: str
    adjectives: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Activity:
    """An activity: a verb, and the nouns that can be its object."""

    verb: Verb
    objects: tuple[Noun, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """A job or an animal: its names, where it is found, what it does. The same in every text."""

    noun: Noun
    where: str
    tools: tuple[str, ...]
    deeds: tuple[Activity, ...]
    moves: tuple[Verb, ...]
    """Verbs without an object."""


@dataclass(frozen=True, slots=True, eq=False)
class Phrase:
    """A noun with its determiner and adjective: `the two rusty nails`."""

    text: str
    noun: Noun
    plural: bool
    determiner: str
    adjective: str


@dataclass(frozen=True)
class Lexicon:
    """Everything that the grammar draws from. Tables repeat frequent items, so that a uniform draw is Zipf-like."""

    nouns: dict[str, Noun]
    jobs: tuple[Kind, ...]
    animals: tuple[Kind, ...]
    lists: dict[str, tuple[str, ...]]
    """The lists of `rest.txt` and `names.txt`, without repetition."""
    tables: dict[str, tuple[str, ...]]
    """The same lists as tables, with `_` for `-` in names."""
    moves: tuple[Verb, ...]
    """Intransitive verbs for people."""


@cache
def lexicon() -> Lexicon:
    """The lexicon, read on first use."""
    verbs = {fields[0]: inflect.verb(*fields) for fields in rows("verbs")}
    nouns = {noun.singular: noun for noun in _nouns()}
    animals = list(rows("animals"))
    nouns |= {f[0]: Noun(f[0], inflect.plural(f[0]), f[1], nouns["calf"].adjectives) for f in animals}
    lists = {f[0]: tuple(commas(f[1])) for f in [*rows("rest"), *rows("names")]}
    lists["town"] = tuple(head + tail for tail in lists["town-tail"] for head in lists["town-head"])
    people = lists["age"]
    jobs = list(rows("jobs"))
    nouns |= {f[0]: Noun(f[0], inflect.plural(f[0]), "worker", people) for f in jobs}
    known = _Reader(verbs, nouns)
    return Lexicon(
        nouns=nouns,
        jobs=tuple(Kind(nouns[f[0]], f[1], tuple(commas(f[2])), known.deeds(f[3]), ()) for f in jobs),
        animals=tuple(Kind(nouns[f[0]], f[2], (), known.deeds(f[3]), known.verbs(f[4])) for f in animals),
        lists=lists,
        tables={name.replace("-", "_"): table(words) for name, words in lists.items()},
        moves=known.verbs("laugh, smile, wait, sing, dance, sleep, cry, work, walk, whistle, nod, cough, yawn, swim"),
    )


@dataclass(frozen=True)
class _Reader:
    irregular: dict[str, Verb]
    nouns: dict[str, Noun]

    def verbs(self, text: str) -> tuple[Verb, ...]:
        """The verbs named by their base forms, separated by commas; regular ones are inflected by rule."""
        return tuple(self.irregular.get(base) or inflect.verb(base) for base in commas(text))

    def deeds(self, text: str) -> tuple[Activity, ...]:
        """The deeds in a text such as `mend: net, sail; sell: fish`: a verb with its possible objects."""
        pairs = (part.split(":") for part in text.split(";"))
        return tuple(
            Activity(self.verbs(base.strip())[0], tuple(self.nouns[noun] for noun in commas(objects)))
            for base, objects in pairs
        )


def _nouns() -> Iterator[Noun]:
    for category, adjectives, counted, mass in rows("things"):
        fitting = tuple(commas(adjectives))
        for word in commas(counted):
            yield Noun(word, inflect.plural(word), category, fitting)
        for word in commas(mass):
            yield Noun(word, "", category, fitting)


def rows(name: str) -> Iterator[list[str]]:
    """The fields of every line of a word list; `|` separates them.

    Args:
        name: of a file in `words/`, without `.txt`.
    """
    return ([field.strip() for field in line.split("|")] for line in lines(name))


def lines(name: str) -> Iterator[str]:
    """The lines of a word list, without empty ones and comments.

    Args:
        name: of a file in `words/`, without `.txt`.
    """
    text = (files("corpora.builtin.sources.toy") / "words" / f"{name}.txt").read_text(encoding="utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))


def commas(text: str) -> Iterator[str]:
    """The parts of a field; commas separate them."""
    return (part.strip() for part in text.split(",") if part.strip())


def table(words: Sequence[str]) -> tuple[str, ...]:
    """The words, each repeated roughly in proportion to 1 / rank^0.8, for uniform draws.

    Args:
        words: the most frequent first.
    """
    size = 4 * len(words)
    return tuple(word for rank, word in enumerate(words, 1) for _ in range(max(1, round(size / 4 / rank**0.8))))


@cache
def phrases(noun: Noun) -> tuple[Phrase, ...]:
    """The phrases of a noun: plain ones first, alternately singular and plural."""
    if not noun.plural:
        return tuple(_mass(noun))
    mixed = zip_longest(_singular(noun), _plural(noun))
    return tuple(phrase for both in mixed for phrase in both if phrase)


def _singular(noun: Noun) -> Iterable[Phrase]:
    for number, adjective in enumerate(("", "", *noun.adjectives)):
        words = f"{adjective} {noun.singular}".strip()
        for determiner in ("the", "the", "a", "that" if number % 2 else "a", "another" if number % 3 else "the"):
            text = with_article(words) if determiner == "a" else f"{determiner} {words}"
            yield Phrase(text, noun, False, determiner, adjective)


def _plural(noun: Noun) -> Iterable[Phrase]:
    for number, adjective in enumerate(("", *noun.adjectives)):
        words = f"{adjective} {noun.plural}".strip()
        for determiner in ("the", "some", NUMBERS[number % len(NUMBERS)], "many" if number % 2 else "those"):
            yield Phrase(f"{determiner} {words}", noun, True, determiner, adjective)


def _mass(noun: Noun) -> Iterable[Phrase]:
    for adjective in ("", "", *noun.adjectives):
        words = f"{adjective} {noun.singular}".strip()
        for determiner in ("the", "the", "some", "his" if adjective else "the", ""):
            if determiner != "his":
                yield Phrase(f"{determiner} {words}".strip(), noun, False, determiner, adjective)
