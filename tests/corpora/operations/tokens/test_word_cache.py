"""Ids by words are the tokenizer's own, whatever the text."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from corpora.operations.tokens.word_cache import WordCache
from corpora.store.tokenizers import wordpiece

LETTERS = "abcdefghijklmnopqrstuvwxyzéßøαβγσςдёжשרअविह東京한국"
PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *LETTERS, *(f"##{c}" for c in LETTERS), *".,-'’[]<>", "the"]
ODD = st.sampled_from(
    ["\u0301", "\u0345", "\u200d", "\xad", "\x00", "\t", "\xa0", "\u3000", " ", "[MASK]", "[mask]", "["]
)
TEXTS = st.lists(st.lists(st.text(LETTERS + "THE ") | ODD | st.text(max_size=4)).map("".join))


def tokenizer(casing: str = "uncased") -> Tokenizer:
    return wordpiece(PIECES, casing, "the test")  # type: ignore[arg-type]


def rows_of(cache: WordCache, texts: list[str]) -> list[list[int]]:
    block = cache.encode(texts)
    return [block.values[a:b].tolist() for a, b in zip(block.offsets[:-1], block.offsets[1:], strict=True)]


def expected(made: Tokenizer, texts: list[str]) -> list[list[int]]:
    return [made.encode(text, add_special_tokens=False).ids for text in texts]


@pytest.mark.parametrize("casing", ["uncased", "cased"])
@settings(max_examples=60)
@given(texts=TEXTS)
def test_ids_by_words_are_those_of_the_whole_text(casing: str, texts: list[str]) -> None:
    made = tokenizer(casing)
    assert rows_of(WordCache(made), texts) == expected(made, texts)


def test_a_text_that_spells_a_special_token_goes_whole() -> None:
    cache, texts = WordCache(tokenizer()), ["the [MASK] the", "the [ the", "", "the  the"]
    assert rows_of(cache, texts) == expected(tokenizer(), texts)
    assert cache.whole_texts == 1


def test_text_without_spaces_goes_whole_and_is_not_kept() -> None:
    cache, texts = WordCache(tokenizer()), ["東京" * 50, "the"]
    assert rows_of(cache, texts) == expected(tokenizer(), texts)
    assert cache.whole_texts == 1


def test_a_full_cache_begins_again_with_the_same_ids() -> None:
    cache, texts = WordCache(tokenizer(), most_words=2), ["the a b", "a the", "c d the"]
    assert [rows_of(cache, [text])[0] for text in texts * 2] == expected(tokenizer(), texts * 2)


@pytest.mark.parametrize("change", [{"normalizer": None}, {"pre_tokenizer": {"type": "Whitespace"}}])
def test_tokenizers_of_another_kind_get_all_texts_whole(change: dict[str, object]) -> None:
    made = Tokenizer.from_str(json.dumps(json.loads(tokenizer().to_str()) | change))
    cache, texts = WordCache(made), ["the a", "A, b"]
    assert rows_of(cache, texts) == expected(made, texts)
    assert cache.whole_texts == 2


def test_an_added_token_that_is_found_after_normalizing_gets_all_texts_whole() -> None:
    made = tokenizer()
    made.add_tokens(["the a"])
    cache, texts = WordCache(made), ["b the a b"]
    assert rows_of(cache, texts) == expected(made, texts)
