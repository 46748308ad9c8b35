"""Tokenizing: ids, units, limits, casing, and what a tokenizer may be."""

import subprocess
import sys
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import corpora
from corpora import Sequences
from corpora.operations.tokens.tokenization import fit, pack

rows = st.lists(st.lists(st.integers(0, 65535), max_size=40), max_size=20)


def test_like_takes_the_tokenizer_of_another_dataset_and_is_the_same_version(corpus, tokens):
    again = corpora.tokenize(corpus, like=tokens, name="a")
    assert again.fingerprint == corpora.tokenize(corpus, tokenizer=tokens.tokenizer_file, name="b").fingerprint
    with pytest.raises(corpora.OptionError, match="--like takes a dataset of tokens"):
        corpora.tokenize(corpus, like=corpus)
    with pytest.raises(corpora.OptionError, match="or --like DATASET"):
        corpora.tokenize(corpus, like=tokens, train=100)
    with pytest.raises(corpora.OptionError, match="omit --casing"):
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
        ({"train": 100, "min_tokens": 60, "max_tokens": 50}, "no sequence fits --min-tokens 60"),
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


@pytest.mark.slow
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


LITERALS = "A [MASK] here. A [SEP] there. A [CLS] too, and <s> or <mask> as well."


def byte_level():
    """A byte-level tokenizer with RoBERTa's control tokens."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE({letter: number for number, letter in enumerate(letters)}, []))
    made.pre_tokenizer, made.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    made.add_special_tokens(["<s>", "</s>", "<pad>", "<unk>", "<mask>", "[MASK]", "[SEP]", "[CLS]"])
    return made


def unigram():
    """A tokenizer whose control tokens are pieces of its model too, and that maps full-width letters to ASCII."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    pieces = ["<s>", "</s>", "<pad>", "<unk>", "<mask>", "[MASK]", "[SEP]", "[CLS]"]
    letters = sorted({*LITERALS, "\u2581"} - {" "})
    made = Tokenizer(models.Unigram([*((p, 0.0) for p in pieces), *((letter, -2.0) for letter in letters)], 3, False))
    made.normalizer, made.pre_tokenizer = normalizers.NFKC(), pre_tokenizers.Metaspace()
    made.add_special_tokens(pieces)
    return made


@pytest.fixture
def literals(home, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text(f"{LITERALS}\n\nThe full-width \uff1cs\uff1e is one.", encoding="utf-8")
    return corpora.build(f"texts:folder={tmp_path / 'in'}", name="literals", duplicates="keep")


@pytest.mark.parametrize("made", [None, byte_level, unigram])
def test_control_tokens_spelled_in_a_text_stay_text(literals, tmp_path, made):
    how = {"train": 100}
    if made is not None:
        made().save(str(tmp_path / "tokenizer.json"))
        how = {"tokenizer": tmp_path / "tokenizer.json"}
    text = corpora.tokenize(literals, name="text", **how)
    kept = corpora.tokenize(literals, name="kept", special_tokens_in_text="keep", **how)
    assert not control_ids(text) and control_ids(kept) and text.fingerprint != kept.fingerprint


def control_ids(dataset):
    from corpora.store import Vocabulary

    vocabulary = Vocabulary(dataset.tokenizer_file.read_text(encoding="utf-8"))
    ids = {number for batch in dataset.batches() for row in batch["input_ids"].to_pylist() for number in row}
    return ids & vocabulary.control_tokens.keys()


@dataclass(frozen=True)
class Unchanged(corpora.TextTransform):
    """Rewrites nothing."""

    name: ClassVar[str] = "unchanged"

    def rewrite(self, sentence, rng):
        return sentence


def test_a_text_transform_of_ids_keeps_literals_as_text_and_control_tokens_as_such(literals, tmp_path, offer):
    offer(transforms=[Unchanged])
    byte_level().save(str(tmp_path / "tokenizer.json"))
    for special in ("text", "keep"):
        made = corpora.tokenize(
            literals, tokenizer=tmp_path / "tokenizer.json", name=special, special_tokens_in_text=special
        )
        assert control_ids(corpora.transform(made, "unchanged", name=f"{special}-again")) == control_ids(made)


def test_special_tokens_in_text_takes_text_or_keep(literals):
    with pytest.raises(corpora.OptionError, match="must be text or keep"):
        corpora.tokenize(literals, train=100, special_tokens_in_text="drop")
