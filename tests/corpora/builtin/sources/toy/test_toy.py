"""The toy source: the same text under any sharding, varied, agreeing, and never a sentence of the tasks."""

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpora import Document, OptionError, Shard, generator, registry
from corpora.builtin.sources.toy import Toy, inflect, patterns
from corpora.builtin.sources.toy.book import write_book
from corpora.builtin.sources.toy.grammar import Clause, Words, anybody, fill, held_out
from corpora.builtin.sources.toy.lexicon import lexicon, phrases


def documents(toy: Toy) -> list[Document]:
    return [d for shard in toy.shards() for d in toy.read(shard) if isinstance(d, Document)]


def sentences(document: Document) -> list[str]:
    return [s for p in document.paragraphs for s in re.split(r'(?<=[.!?]") (?=[A-Z"])|(?<=[.!?]) (?=[A-Z"])', p)]


def grams(document: Document) -> set[tuple[str, ...]]:
    words = " ".join(document.paragraphs).lower().split()
    return set(zip(*(words[i:] for i in range(5)), strict=False))


SMALL = Toy(books=6, articles=40, words=1500)


def test_it_is_offered_and_labelled_as_generated():
    toy = registry.make("sources", "toy:books=1,articles=1,words=200")
    assert toy.generated and toy.licence == "CC0-1.0"
    assert all(d.metadata["generated"] and d.licence == "CC0-1.0" and d.language == "en" for d in documents(toy))


def test_any_range_of_numbers_gives_the_same_texts():
    whole = {d.id: d for d in documents(SMALL)}
    alone = list(SMALL.read(Shard("books-x", None, 3, 5))) + list(SMALL.read(Shard("articles-x", None, 17, 19)))
    assert [d.id for d in alone] == ["book-000003", "book-000004", "article-000017", "article-000018"]
    assert all(whole[d.id] == d for d in alone)


def test_shards_cover_every_number_once_whatever_the_size():
    shards = Toy(books=20_000, articles=100_000).shards()
    books = [s for s in shards if s.key.startswith("books")]
    assert [s.start for s in books] == [0, *[s.stop for s in books[:-1]]] and books[-1].stop == 20_000
    assert len({s.key for s in shards}) == len(shards)


def test_other_seeds_give_other_texts():
    assert documents(SMALL)[0].paragraphs != documents(Toy(books=1, articles=0, words=1500, seed=7))[0].paragraphs


@pytest.mark.parametrize("words", [100, 5000])
def test_books_have_the_words_asked_for(words):
    for document in documents(Toy(books=3, articles=0, words=words)):
        assert words <= document.words <= words * 1.25 + 400


def test_headings_stand_before_a_paragraph_that_is_there():
    for document in documents(SMALL):
        assert all(0 <= place < len(document.paragraphs) and text for place, text in document.headings)
        assert all(p == " ".join(p.split()) for p in document.paragraphs)


@pytest.mark.slow
def test_ids_and_titles_of_articles_are_unique():
    articles = documents(Toy(books=0, articles=4000))
    assert len({d.id for d in articles}) == len({d.title for d in articles}) == 4000


def test_no_sentence_of_the_corpus_is_held_out():
    found = [s for d in documents(SMALL) for s in sentences(d)]
    assert len(found) > 700 and not [s for s in found if held_out(s)]


def test_no_two_books_share_many_five_grams():
    shingles = [grams(d) for d in documents(Toy(books=6, articles=0, words=8000))]
    shared = [len(a & b) / min(len(a), len(b)) for i, a in enumerate(shingles) for b in shingles[:i]]
    assert max(shared) < 0.3


def test_sentences_have_the_length_of_prose():
    lengths = [len(s.split()) for d in documents(Toy(books=4, articles=0, words=5000)) for s in sentences(d)]
    assert 11 <= sum(lengths) / len(lengths) <= 15 and len(set(lengths)) > 20


def test_words_are_few_enough_for_a_small_vocabulary_and_follow_zipf():
    text = " ".join(p for d in documents(Toy(books=10, articles=100, words=8000)) for p in d.paragraphs).lower()
    counts = [n for _, n in Counter(re.findall(r"[\w']+", text)).most_common()]
    assert 1500 <= len(counts) <= 3000 and counts[0] > 4 * counts[20] > 10 * counts[500]


@pytest.mark.parametrize(
    "pattern", [*patterns.ANYBODY, *patterns.WORKER, *patterns.TRUTH, *patterns.SPEECH, *patterns.QUESTION]
)
def test_every_pattern_can_be_filled_in_many_ways(pattern):
    words = Words(generator("test", pattern))
    agent = lexicon_agent(words)
    assert len({fill(pattern, words, agent) for _ in range(60)}) > 15


def lexicon_agent(words: Words):
    while not (agent := anybody(words)).kind.tools:
        continue
    return agent


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_verbs_agree_with_their_agent(seed):
    words = Words(generator("test", seed))
    clause = Clause(words, anybody(words))
    plural = clause.mention.form.he == "they"
    assert clause.was == ("were" if plural else "was") and clause.have == ("have" if plural else "has")
    assert clause.present == (clause.deed.verb.base if plural else clause.deed.verb.third)


def test_every_object_has_a_phrase_and_every_verb_its_forms():
    known = lexicon()
    deeds = [deed for kind in known.jobs + known.animals for deed in kind.deeds]
    assert all(phrases(noun) for deed in deeds for noun in deed.objects)
    assert {"caught", "wove", "ate", "dug", "chopped"} <= {deed.verb.past for deed in deeds}


@pytest.mark.parametrize(
    ("word", "many"),
    [("mouse", "mice"), ("knife", "knives"), ("ferry", "ferries"), ("day", "days"), ("arch", "arches")],
)
def test_plurals(word, many):
    assert inflect.plural(word) == many


@pytest.mark.parametrize(
    ("word", "phrase"), [("old hat", "an old hat"), ("useful saw", "a useful saw"), ("cow", "a cow")]
)
def test_articles_go_by_sound(word, phrase):
    assert inflect.with_article(word) == phrase


def test_a_book_knows_its_people_to_the_end():
    text = " ".join(p for c in write_book(1, 0, 20_000).chapters for p in c.paragraphs)
    pets = re.findall(r"(\w+) the (\w+) followed", text)
    assert len(pets) > 5 and len(Counter(pets)) <= 8


def test_a_book_of_too_few_words_is_refused():
    with pytest.raises(OptionError, match="words is 5; it must be a whole number of at least 100"):
        Toy(words=5)
