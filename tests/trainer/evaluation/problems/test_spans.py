"""Windows of long contexts: those of transformers' `run_qa`, whatever the other questions are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from corpora import OptionError
from trainer.errors import TaskError
from trainer.evaluation.finetuning.settings import Settings, settings_for
from trainer.evaluation.problems.features import Features, Reader
from trainer.evaluation.problems.lookup import problem_of
from trainer.plugin import Examples, Head

TEXT = "the a river runs from north to south past four old towns and who where which bridge is oldest ? ."
WORDS = TEXT.split(" ")
SPANS = problem_of(Head("spans", ("exact match", "f1")))


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    vocabulary = {piece: n for n, piece in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS, "##s", "tow", "##n"])}
    made = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    made.normalizer, made.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    return PreTrainedTokenizerFast(tokenizer_object=made, **names)


def questions(count: int = 40, *, longest: int = 10) -> Examples:
    """Questions of 1 to `longest` words on contexts of 1 to 120, with white space in front now and then."""
    rng = np.random.default_rng(7)
    say = lambda most: " ".join(rng.choice(WORDS, rng.integers(1, most + 1)))  # noqa: E731
    asked = [" " * (n % 3) + say(longest) for n in range(count)]
    contexts = [say(120) for _ in range(count)]
    gold = [[(0, context.split(" ")[0])] for context in contexts]
    return Examples(asked, contexts, gold, [f"q{n}" for n in range(count)])


def windows(tokenizer: PreTrainedTokenizerFast, examples: Examples, length: int, stride: int) -> Features:
    settings = replace(Settings("test", 1e-4), length=length, stride=stride)
    return SPANS.features(examples, Reader(tokenizer, None, types=True), settings, train=True)


@pytest.mark.parametrize(("length", "stride"), [(64, 20), (40, 20), (32, 8), (24, 0)])
def test_windows_are_those_of_run_qa(tokenizer: PreTrainedTokenizerFast, length: int, stride: int) -> None:
    examples = questions()
    made = windows(tokenizer, examples, length, stride)
    theirs = tokenizer(
        [question.lstrip() for question in examples.first], list(examples.second or ()), truncation="only_second",
        max_length=length, stride=stride, return_overflowing_tokens=True, return_token_type_ids=True,
    )  # fmt: skip
    assert [ids.tolist() for ids in made.input_ids] == theirs["input_ids"]
    assert [ids.tolist() for ids in made.token_type_ids or ()] == theirs["token_type_ids"]
    assert made.example.tolist() == theirs["overflow_to_sample_mapping"] and made.narrowed == 0


def test_a_context_without_tokens_is_named(tokenizer: PreTrainedTokenizerFast) -> None:
    examples = Examples(["who ?", "who ?"], ["the river", "\u200b \n"], [[(0, "the")], [(0, "\u200b")]], ["1", "2"])
    with pytest.raises(TaskError, match="the context of question 2 has no tokens"):
        windows(tokenizer, examples, 24, 4)


def test_a_question_without_room_for_the_stride_changes_its_own_windows_alone(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    examples = questions(12)
    long = Examples(
        [*examples.first, "who " * 20], [*(examples.second or ()), "the river " * 30],
        [*examples.gold, [(0, "the")]], [*examples.ids, "long"],
    )  # fmt: skip
    without, made = windows(tokenizer, examples, 40, 20), windows(tokenizer, long, 40, 20)
    assert [row.tolist() for row in made.input_ids][: len(without)] == [row.tolist() for row in without.input_ids]
    assert made.narrowed == 1 and len(made) > len(without) + 1


def test_every_token_of_a_context_is_in_a_window_of_a_narrowed_question(tokenizer: PreTrainedTokenizerFast) -> None:
    context = " ".join(WORDS)
    made = windows(tokenizer, Examples(["who " * 8], [context], [[(0, "the")]], ["q"]), 16, 12)
    seen = {
        int(token)
        for ids, (first, after) in zip(made.input_ids, made.spans.context, strict=True)
        for token in ids[first:after]
    }
    assert seen == set(tokenizer(context, add_special_tokens=False)["input_ids"]) and made.narrowed == 1


def test_a_question_that_leaves_no_room_is_named(tokenizer: PreTrainedTokenizerFast) -> None:
    examples = Examples(["who ?", "who " * 12], ["the river"] * 2, [[(0, "the")]] * 2, ["short", "long"])
    with pytest.raises(TaskError, match="question long leaves no room for its context in 16 tokens; raise length"):
        windows(tokenizer, examples, 16, 4)


def test_a_question_is_cut_after_its_length_and_its_stride_follows(tokenizer: PreTrainedTokenizerFast) -> None:
    settings = replace(Settings("test", 1e-4), length=32, stride=8, question_length=5)
    examples = Examples(["who " * 25], ["the river " * 30], [[(0, "the")]], ["q"])
    made = SPANS.features(examples, Reader(tokenizer, None, types=False), settings, train=True)
    assert made.narrowed == 0 and made.spans.context[0] == (7, 31)


def test_a_stride_that_is_not_below_the_length_is_refused() -> None:
    with pytest.raises(OptionError, match="stride is 128 and length 96: .*such as --stride 32"):
        settings_for("study", "spans", {"length": 96})
    with pytest.raises(OptionError, match="stride is -1; it must be at least 0"):
        settings_for("study", "spans", {"stride": -1})
