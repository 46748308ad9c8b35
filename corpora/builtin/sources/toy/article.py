"""Articles of the toy encyclopedia: people, towns, buildings, animals and trades, with facts for question answering."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from corpora import generator
from corpora.builtin.sources.toy import facts, patterns
from corpora.builtin.sources.toy.facts import Fact, Section
from corpora.builtin.sources.toy.grammar import HE, SHE, Words, common, held_out, plain, sentence
from corpora.builtin.sources.toy.inflect import with_article
from corpora.builtin.sources.toy.lexicon import Kind, phrases


@dataclass(frozen=True)
class ArticleSentence:
    """A sentence of an article, with the questions that it answers."""

    text: str
    answers: tuple[tuple[str, str], ...] = ()
    """(question, answer) pairs; each answer is part of the sentence."""


@dataclass
class Article:
    """An article: its sections in order, each with one paragraph. The first has no heading."""

    number: int
    title: str
    kind: str
    links: dict[str, None] = field(default_factory=dict)
    """Names in the article that have or could have their own article, in order."""
    sections: list[tuple[str, list[ArticleSentence]]] = field(default_factory=list)

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The text of each section."""
        return tuple(" ".join(each.text for each in sentences) for _, sentences in self.sections)


class SentenceFacts(dict[str, str]):
    """The facts of one sentence: those of the article, and others drawn on first use.

    Args:
        article: the facts that are true throughout the article.
        words: the source of randomness.
    """

    def __init__(self, article: dict[str, str], words: Words) -> None:
        super().__init__(article)
        self.words, self.kind = words, words.skew(words.lexicon.jobs)

    def __missing__(self, name: str) -> str:
        if name.startswith("a_") and name != "a_job":
            self[name] = with_article(self[name.removeprefix("a_").replace("own_", "")])
        else:
            self[name] = self._draw(name)
        return self[name]

    def _draw(self, name: str) -> str:
        words, kind = self.words, self.kind
        other: dict[str, Callable[[], str]] = {
            "year": self._year,
            "died": self._died,
            "name": lambda: words.she_or_he,
            "she": lambda: words.she_or_he,
            "spouse": lambda: words.he if self.get("he") == "she" else words.she,
            "aunt": self._relative,
            "job": lambda: kind.noun.singular,
            "a_job": lambda: with_article(words.skew(words.lexicon.jobs).noun.singular),
            "jobs": lambda: kind.noun.plural,
            "where": lambda: kind.where,
            "deed": lambda: _deed(words, kind),
            "things": lambda: _things(words),
            "weekday": lambda: words.pick(facts.WEEKDAYS),
            "thousands": lambda: f"{1 + words.draw() % 60},{words.draw() % 10}00",
        }
        return other[name]() if name in other else str(getattr(words, name))

    def _year(self) -> str:
        """A year; for a person, a year of their adult life."""
        if "born" in self:
            return str(int(self["born"]) + 18 + self.words.draw() % 22)
        return str(1700 + self.words.draw() % 200)

    def _died(self) -> str:
        return str(int(self["born"]) + 40 + self.words.draw() % 30)

    def _relative(self) -> str:
        name, kin = self.words.pick((("she", facts.SHE_KIN), ("he", facts.HE_KIN)))
        self["aunt_name"] = getattr(self.words, name)
        return f"{self.words.pick(kin)} {self['aunt_name']}"


def _deed(words: Words, kind: Kind) -> str:
    deed = words.pick(kind.deeds)
    return f"{deed.verb.base} {words.pick(deed.objects).plural or deed.objects[0].singular}"


def _things(words: Words) -> str:
    sold = [noun for deed in words.lexicon.jobs[words.draw() % 20].deeds for noun in deed.objects if noun.plural]
    noun = words.pick(sold)
    return f"{words.pick(noun.adjectives)} {noun.plural}"


class Reporter:
    """Writes one article.

    Args:
        words: the source of randomness.
        for_tasks: use the sentences that are reserved for the tasks, instead of those of the corpus.
    """

    def __init__(self, words: Words, *, for_tasks: bool = False) -> None:
        self.words, self.for_tasks = words, for_tasks

    def person(self, number: int, title: str, form_is_she: bool) -> Article:
        """An article about a person's life.

        Args:
            number: of the article.
            title: the full name.
            form_is_she: whether the person is a woman.
        """
        words, form = self.words, SHE if form_is_she else HE
        kind = words.skew(words.lexicon.jobs)
        deed = words.pick(kind.deeds)
        base = {
            "born": str(1700 + words.draw() % 130),
            "title": title, "he": form.he, "his": form.his, "him": form.him, "job": kind.noun.singular,
            "home": words.town, "where": kind.where, "past": deed.verb.past, "deed": _deed(words, kind),
            "object": words.pick([p for p in phrases(deed.objects[0]) if p.adjective]).text,
        }  # fmt: skip
        return self._article(Article(number, title, "person"), base, facts.sections("person"))

    def place(self, number: int, title: str) -> Article:
        """An article about a town.

        Args:
            number: of the town, in the order of all articles.
            title: its name.
        """
        return self._article(Article(number, title, "town"), {"title": title}, facts.sections("town"))

    def building(self, number: int, title: str) -> Article:
        """An article about a building.

        Args:
            number: of the building, in the order of all articles.
            title: its name.
        """
        return self._article(Article(number, title, "building"), {"title": title}, facts.sections("building"))

    def general(self, number: int, kind: Kind) -> Article:
        """An article about a kind of animal or a trade, with sentences that are true of the whole kind.

        Args:
            number: of the article.
            kind: a job or an animal.
        """
        words, noun = self.words, kind.noun
        article = Article(number, noun.singular.capitalize(), "trade" if kind.tools else "animal")
        article.links[noun.category] = None
        what = f"is {with_article(noun.category)} that {{a.present}} {{a.objects}} {{a.where}} {{w.when_present}}"
        agent = common(kind)[2]
        lead = sentence(f"{{a.agent}} {what}.", words, agent)
        for heading in ("", "Habits", "In stories"):
            drawn = range(3 + words.draw() % 4)
            truths = [ArticleSentence(sentence(words.pick(patterns.TRUTH), words, plain(kind))) for _ in drawn]
            article.sections.append((heading, truths if heading else [ArticleSentence(lead), *truths]))
        return article

    def _article(self, article: Article, base: dict[str, str], sections: tuple[Section, ...]) -> Article:
        for heading, section in sections:
            kept = [fact for fact in section if not heading or self.words.chance(80)] or [section[0]]
            article.sections.append((heading, [self._worded(article, base, fact) for fact in kept]))
        return article

    def _worded(self, article: Article, base: dict[str, str], fact: Fact) -> ArticleSentence:
        while True:
            drawn = SentenceFacts(base, self.words)
            text = self.words.pick(fact.wordings).format_map(drawn)
            text = text[0].upper() + text[1:]
            if held_out(text) is self.for_tasks:
                break
        for name in ("town", "home", "county"):
            if drawn.get(name, article.title) in text:
                article.links.setdefault(drawn.get(name, article.title))
        asked = ((q.format_map(drawn), drawn[name]) for name, q in fact.asked.items() if name in drawn)
        return ArticleSentence(text, tuple((question, answer) for question, answer in asked if answer in text))


def write_article(seed: int, number: int, *, for_tasks: bool = False) -> Article:
    """An article, which depends only on its seed and number; every number has a different title.

    Args:
        seed: of the corpus.
        number: of the article, from 0.
        for_tasks: write an article with sentences that are never in the corpus, about a person, a town or a building.
    """
    words = Words(generator("toy", "tasks" if for_tasks else "article", seed, number))
    reporter = Reporter(words, for_tasks=for_tasks)
    lexicon = words.lexicon
    towns = lexicon.lists["town"]
    turn, rest = divmod(number, 8)
    kinds = lexicon.jobs + lexicon.animals
    if rest == 1 and turn < len(towns) * len(facts.PLACES):
        prefix, town = divmod(turn, len(towns))
        return reporter.place(number, facts.PLACES[prefix] + towns[town * 77 % len(towns)])
    if rest == 3 and turn < len(towns) * len(facts.BUILDINGS):
        town, building = divmod(turn, len(facts.BUILDINGS))
        return reporter.building(number, f"{towns[town * 33 % len(towns)]} {facts.BUILDINGS[building]}")
    if rest == 5 and turn < len(kinds) and not for_tasks:
        return reporter.general(number, kinds[turn * 10 % len(kinds)])
    return reporter.person(number, *_full_name(words, number))


def _full_name(words: Words, number: int) -> tuple[str, bool]:
    """The name of the person with this number, unique, and whether it is a woman's name."""
    she, he, surnames = (words.lexicon.lists[name] for name in ("she", "he", "surname"))
    first = she + he
    rest, one = divmod(number, len(first))
    rest, two = divmod(rest + one * 7, len(surnames))
    middle = f"{(she if one < len(she) else he)[rest % len(she)]} " if rest else ""
    turn = f" {rest // len(she) + 1}" if rest >= len(she) else ""
    return f"{first[one]} {middle}{surnames[two]}{turn}", one < len(she)


def articles(seed: int, numbers: range) -> Iterator[Article]:
    """The articles with these numbers, generated one at a time.

    Args:
        seed: of the corpus.
        numbers: from 0.
    """
    return (write_article(seed, number) for number in numbers)
