"""Tokenizing: ids, units, limits, casing, and what a tokenizer may be."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import corpora
from corpora import Sequences
from corpora.operations.tokenization import fit, pack

rows = st.lists(st.lists(st.integers(0, 65535), max_size=40), max_size=20)


def test_like_takes_the_tokenizer_of_another_dataset_and_is_the_same_version(corpus, tokens):
    again = corpora.tokenize(corpus, like=tokens, name="a")
    assert again.fingerprint == corpora.tokenize(corpus, tokenizer=tokens.tokenizer_file, name="b").fingerprint
    with pytest.raises(corpora.OptionError, match="--like takes a dataset of tokens"):
        corpora.tokenize(corpus, like=corpus)
    with pytest.raises(corpora.OptionError, match="or --like DATASET"):
        corpora.tokenize(corpus, like=tokens, train=100)
    with pytest.raises(corpora.OptionError, match="leave --casing out"):
        corpora.tokenize(corpus, like=tokens, casing="cased")


def test_ids_are_small_and_without_special_tokens(tokens):
    batch = next(tokens.batches())
    assert str(batch.schema.field("input_ids").type) == "list<item: uint16>"
    assert not {0, 2, 3} & set(np.concatenate(batch["input_ids"].to_numpy(zero_copy_only=False)).tolist())
    assert tokens.tokenizer_file.exists() and tokens.rows == 480


def test_a_second_run_finds_the_first_and_workers_change_nothing(corpus, tokens):
    assert corpora.tokenize(corpus, train=120).manifest.created == tokens.manifest.created
    again = corpora.tokenize(corpus, tokenizer=tokens.tokenizer_file, name="a")
    ids = [batch["input_ids"].to_pylist() for batch in again.batches()]
    from corpora.store.store import default_store

    default_store().remove("a")
    other = corpora.tokenize(corpus, tokenizer=tokens.tokenizer_file, name="a", executor="processes:workers=2")
    assert [batch["input_ids"].to_pylist() for batch in other.batches()] == ids


def test_limits_count_the_two_special_tokens(corpus, tokens):
    made = corpora.tokenize(corpus, tokenizer=tokens.tokenizer_file, min_tokens=3, max_tokens=6, name="limited")
    lengths = [len(ids) for batch in made.batches() for ids in batch["input_ids"].to_pylist()]
    assert min(lengths) >= 1 and max(lengths) <= 4
    counts = made.manifest.accounting
    assert counts["dropped"] + counts["split"] > 0 and counts["sequences"] == corpus.rows


def test_paragraphs_and_packs_are_whole_sentences_joined(corpus, tokens):
    paragraphs = corpora.tokenize(corpus, tokenizer=tokens.tokenizer_file, unit="paragraph", name="p")
    packed = corpora.tokenize(corpus, tokenizer=tokens.tokenizer_file, unit="packed:128", name="k")
    assert paragraphs.rows == 240 and paragraphs.tokens == packed.tokens == tokens.tokens
    assert packed.rows < paragraphs.rows
    assert max(len(ids) for batch in packed.batches() for ids in batch["input_ids"].to_pylist()) <= 126


@given(rows, st.integers(0, 6), st.integers(6, 12))
def test_fit_keeps_every_id_of_rows_that_are_long_enough(lists, shortest, longest):
    block = Sequences.from_rows(lists)
    result, origin = fit(block, shortest, longest)
    expected = [ids[i : i + longest] for ids in lists for i in range(0, max(len(ids), 1), longest)]
    kept = [piece for piece in expected if len(piece) >= max(shortest, 1)]
    assert [result.row(i).tolist() for i in range(len(result))] == kept and len(origin) == len(kept)


@given(rows, st.integers(1, 30))
def test_pack_keeps_order_and_never_crosses_documents(lists, size):
    documents = [str(number // 3) for number in range(len(lists))]
    packed, names = pack(Sequences.from_rows(lists), documents, size)
    assert np.concatenate([packed.row(i) for i in range(len(packed))] or [[]]).tolist() == [i for r in lists for i in r]
    assert len(names) == len(packed) and names == sorted(names, key=int)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "either a tokenizer"),
        ({"tokenizer": "nowhere/at/all.json"}, "does not exist"),
        ({"train": 100, "unit": "words"}, "unit is 'words'; it must be sentence, paragraph, or packed:N"),
        ({"train": 100, "unit": "packed:9999"}, "packed:N with N up to 512"),
        ({"train": 100, "min_tokens": 60, "max_tokens": 50}, "leave no sequence that fits"),
    ],
)
def test_settings_that_cannot_work_are_refused(corpus, settings, message):
    with pytest.raises(corpora.CorporaError, match=message):
        corpora.tokenize(corpus, **settings)


def test_a_vocabulary_with_upper_case_pieces_is_cased_and_cannot_be_called_uncased(corpus, tmp_path):
    vocabulary = tmp_path / "vocab.txt"
    vocabulary.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "Document", "hello", "."]))
    with pytest.raises(corpora.OptionError, match="it is a cased vocabulary"):
        corpora.tokenize(corpus, tokenizer=vocabulary, casing="uncased")
    made = corpora.tokenize(corpus, tokenizer=vocabulary, name="cased")
    assert next(made.batches())["input_ids"][0].as_py()[0] == 5


def test_a_file_that_is_no_vocabulary_is_refused(corpus, tmp_path):
    file = tmp_path / "vocab.txt"
    file.write_text("just\nwords")
    with pytest.raises(corpora.InputError, match=r"has no \[UNK\], \[CLS\], \[SEP\]"):
        corpora.tokenize(corpus, tokenizer=file)
    broken = tmp_path / "tokenizer.json"
    broken.write_text("{}")
    with pytest.raises(corpora.InputError, match="cannot be read"):
        corpora.tokenize(corpus, tokenizer=broken)


def test_a_token_dataset_cannot_be_tokenized_again(tokens):
    with pytest.raises(corpora.OptionError, match="tokenize takes a dataset of sentences"):
        corpora.tokenize(tokens, train=100)


def test_a_trained_vocabulary_is_the_same_in_every_process(corpus, tmp_path):
    code = "import sys, corpora; d = corpora.open(sys.argv[1]); "
    code += "from corpora.store.tokenizers import train_wordpiece as t; "
    code += "print(t(d, 150, 'uncased', lambda *a: None).to_str())"
    outputs = {subprocess.check_output([sys.executable, "-c", code, corpus.name]) for _ in range(3)}
    assert len(outputs) == 1


def test_a_trained_vocabulary_knows_every_letter_at_the_begin_and_inside_of_words(tokens):
    from tokenizers import Tokenizer

    pieces = Tokenizer.from_file(str(tokens.tokenizer_file)).get_vocab()
    assert [pieces[special] for special in ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")] == [0, 1, 2, 3, 4]
    assert {"d", "##d", "h", "##h"} <= set(pieces) and "document" in pieces and len(pieces) == 120
