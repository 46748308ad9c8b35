"""SQuAD's rule to the last digit, and GLUE's score presets."""

from __future__ import annotations

import json
import random
import re
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora import UnknownName
from trainer.errors import TaskError
from trainer.evaluation.scoring import (
    exact_match,
    glue_score,
    normalised,
    score_answers,
    score_squad,
    squad_questions,
    token_f1,
)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "exact", "f1", "unanswered"),
    [
        ("bert-ensemble", 86.20624408703878, 92.19557978351129, 0),
        ("logistic-regression", 40.14191106906339, 50.98153647324482, 13),
    ],
)
def test_official_scores_are_reproduced_to_the_last_digit(
    real: Path, name: str, exact: float, f1: float, unanswered: int
) -> None:
    made = score_squad(real / "squad" / f"predictions-{name}.json", real / "squad" / "dev-v1.1.json")
    assert (made.exact_match, made.f1, made.unanswered) == (exact, f1, unanswered)


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("The  Cat.", "cat"),
        ("A an THE", ""),
        ("a-b", "ab"),
        ("the_end", "theend"),
        ("«Théâtre»", "«théâtre»"),
        ("U.S.", "us"),
        ("“quoted”", "“quoted”"),
        ("İ", "i̇"),
        ("an\u00a0apple\u2028", "apple"),
        ("theme a", "theme"),
        ("the’cat", "’cat"),
    ],
)
def test_answers_are_compared_without_case_ascii_punctuation_articles_and_spaces(raw: str, plain: str) -> None:
    assert normalised(raw) == plain


def by_the_rule_as_it_is_written_down(
    predicted: dict[str, str], asked: list[tuple[str, list[str]]]
) -> tuple[float, float]:
    """Exact match and F1, step by step: lower case, then no punctuation, then no articles, then single spaces."""

    def words(answer: str) -> list[str]:
        kept = "".join(letter for letter in answer.lower() if letter not in set(string.punctuation))
        return re.sub(r"\b(a|an|the)\b", " ", kept).split()

    def overlap(ours: list[str], theirs: list[str]) -> float:
        same = sum(min(ours.count(word), theirs.count(word)) for word in set(ours))
        if same == 0:
            return 0
        precision, recall = 1.0 * same / len(ours), 1.0 * same / len(theirs)
        return (2 * precision * recall) / (precision + recall)

    exact = total = f1 = 0.0
    for id, answers in asked:
        total += 1
        if id not in predicted:
            continue
        exact += max(words(predicted[id]) == words(answer) for answer in answers)
        f1 += max(overlap(words(predicted[id]), words(answer)) for answer in answers)
    return 100.0 * exact / total, 100.0 * f1 / total


WORDS = ["a", "an", "the", "The", "THE", "cat", "Cats", "a.", "the-", "é", "e\u0301", "İ", "ß", "ﬁ", "７", "百", "🙂"]
MARKS = ["“", "”", "’", "'", "–", "-", ".", "$", "%", "_"]
SPACES = ["\u00a0", "\u2009", "\u200b", "\u0085", "\x1c", "\n", "\t", "\ufeff", "\ud800"]
ODD = st.builds(
    str.join,
    st.sampled_from(["", " ", "  "]),
    st.lists(st.sampled_from(WORDS + MARKS + SPACES) | st.text(max_size=3), max_size=8),
)


@pytest.mark.slow
@given(st.lists(st.tuples(st.none() | ODD, st.lists(ODD, min_size=1, max_size=3)), min_size=1, max_size=12))
def test_scores_are_those_of_the_rule_to_the_last_digit(questions: list[tuple[str | None, list[str]]]) -> None:
    predicted = {str(n): answer for n, (answer, _) in enumerate(questions) if answer is not None} | {"other": "cat"}
    asked = [(str(n), answers) for n, (_, answers) in enumerate(questions)]
    made = score_answers(predicted, asked)
    assert (made.exact_match, made.f1) == by_the_rule_as_it_is_written_down(predicted, asked)


@pytest.mark.slow
@pytest.mark.real_data
@pytest.mark.parametrize("seed", range(3))
def test_scores_of_spoilt_real_predictions_are_those_of_the_rule(real: Path, tmp_path: Path, seed: int) -> None:
    dev, rng = real / "squad" / "dev-v1.1.json", random.Random(seed)
    asked = [(id, [text for _, text in answers]) for id, _, _, answers in squad_questions(dev)]
    predicted = json.loads((real / "squad" / "predictions-bert-ensemble.json").read_text(encoding="utf-8"))
    shapes = ("{}", "“{}”", "the {}, a", "The", "", "{}{}", " {} .", "an {}’s")
    spoil = [str.upper, str.title, *(lambda text, shape=shape: shape.format(text, text) for shape in shapes)]
    predicted = {id: rng.choice(spoil)(text) for id, text in predicted.items() if rng.random() < 0.9}
    path = tmp_path / "predictions.json"
    path.write_text("\ufeff" + json.dumps({**predicted, "more": {"of": ["that"]}}), encoding="utf-8")
    made = score_squad(path, dev)
    assert (made.exact_match, made.f1) == by_the_rule_as_it_is_written_down(predicted, asked)
    assert (made.unanswered, made.unknown) == (len(asked) - len(predicted), 1)


def test_two_empty_answers_match_exactly_and_share_no_word() -> None:
    assert exact_match("the", "...") and token_f1("the", "...") == 0.0


def test_words_are_counted_as_often_as_they_occur() -> None:
    assert token_f1("dog dog cat", "dog cat cat") == pytest.approx(2 / 3)


def test_the_best_reference_counts_and_missing_answers_score_nothing() -> None:
    made = score_answers({"1": "cat", "9": "x"}, [("1", ["dog", "cat"]), ("2", ["dog"])])
    assert (made.exact_match, made.f1, made.unanswered, made.unknown) == (50.0, 50.0, 1, 1)


@given(st.text(), st.text())
def test_f1_is_symmetric_and_between_0_and_1(one: str, other: str) -> None:
    assert 0 <= token_f1(one, other) <= 1
    assert token_f1(one, other) == pytest.approx(token_f1(other, one))


@given(st.text())
def test_normalising_twice_changes_nothing_but_revealed_articles(text: str) -> None:
    assert exact_match(text, text)
    assert normalised(text) == " ".join(normalised(text).split())


def test_a_file_of_version_2_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dev.json").write_text('{"version": "v2.0", "data": []}', encoding="utf-8")
    with pytest.raises(TaskError, match=r"SQuAD v2.0.*use version 1.1"):
        list(squad_questions(tmp_path / "dev.json"))


@pytest.mark.parametrize("content", ["", "[1", '{"data": [{"paragraphs": [{}]}]}', '{"data": 3}', "[]"])
def test_a_file_that_is_no_squad_is_one_clear_error(tmp_path: Path, content: str) -> None:
    (tmp_path / "dev.json").write_text(content, encoding="utf-8")
    with pytest.raises(TaskError, match=r"dev\.json"):
        list(squad_questions(tmp_path / "dev.json"))


def test_predictions_must_be_texts_by_question(tmp_path: Path, squad: Path) -> None:
    (tmp_path / "p.json").write_text(json.dumps({"dev0": ["cat"]}), encoding="utf-8")
    with pytest.raises(TaskError, match=r'dev0 is \["cat"\]; it must be text'):
        score_squad(tmp_path / "p.json", squad / "dev-v1.1.json")


def test_predictions_for_other_questions_are_an_error_and_not_a_score_of_0(tmp_path: Path, squad: Path) -> None:
    (tmp_path / "p.json").write_text(json.dumps({"other 1": "cat", "other 2": "dog"}), encoding="utf-8")
    with pytest.raises(TaskError, match=r"p\.json: none of its 2 predictions is for a question of .*dev-v1\.1\.json"):
        score_squad(tmp_path / "p.json", squad / "dev-v1.1.json")


QUOTED = {"CoLA": 49.2, "MNLI-m": 80.8, "MRPC": 87.4, "QNLI": 87.5, "QQP": 86.4, "RTE": 61.7, "SST-2": 92.0,
          "STS-B": 83.8, "WNLI": 45.1}  # fmt: skip


def test_sanh9_gives_the_published_mean() -> None:
    made = glue_score(QUOTED, "sanh9")
    assert round(made.value or 0, 1) == 74.9 and not made.missing


def test_glue8_leaves_wnli_out_and_leaderboard_averages_both_mnli() -> None:
    assert round(glue_score(QUOTED, "glue8").value or 0, 2) == 78.6
    assert glue_score({"MNLI-m": 80.0, "MNLI-mm": 90.0}, "leaderboard").value == 85.0


def test_missing_tasks_are_named_and_not_counted_as_zero() -> None:
    made = glue_score({"CoLA": 40.0, "RTE": 60.0}, "sanh9")
    assert made.value == 50.0 and "WNLI" in made.missing and made.name == "sanh9, 2 of 9 tasks"


def test_a_misspelt_preset_has_a_near_match() -> None:
    with pytest.raises(UnknownName, match="did you mean sanh9"):
        glue_score({}, "sahn9")


def test_a_predictions_file_nested_without_end_is_one_clear_error(tmp_path: Path, squad: Path) -> None:
    (tmp_path / "p.json").write_text('{"dev0": ' + "[" * 100_000, encoding="utf-8")
    with pytest.raises(TaskError, match=r"p\.json is not valid JSON"):
        score_squad(tmp_path / "p.json", squad / "dev-v1.1.json")
