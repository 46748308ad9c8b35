"""Sentences, pictures and tables of a study come from the same pairs and the same statistics."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trainer.evaluation import Column, Evaluation
from trainer.evaluation.intervals import Interval
from trainer.evaluation.probes import ProbeResult
from trainer.experiments.study.held_out import HeldOut
from trainer.experiments.study.reports.answers import answers
from trainer.experiments.study.reports.charts import comparable, composition_picture, curves_picture, size_picture
from trainer.experiments.study.reports.comparisons import Difference, Question, compare, questions
from trainer.experiments.study.reports.forest import forest
from trainer.experiments.study.reports.formats import to_csv
from trainer.experiments.study.reports.measures import F1, GLUE, KL
from trainer.experiments.study.reports.page import report_content
from trainer.experiments.study.reports.probes import ProbeValue, probe_values
from trainer.experiments.study.reports.quoted import quoted_difference
from trainer.experiments.study.run_results import RunResults
from trainer.experiments.study.transfer import Noise, Transfer
from trainer.plugin.probe_records import Estimate, Metric, Stratum

NATURAL, SHUFFLE, GENERATE = ("all", 1000, ()), ("rand", 1000, ("shuffle",)), ("gen", 1000, ("generate",))


def run(name: str, kl: float, tokens: int = 0, noises: tuple[str, ...] = (), kind: str = "distill") -> RunResults:
    """A run that was measured on 100 held-out sequences whose difficulty all runs share."""
    hard = np.random.default_rng(7).gamma(2.0, 0.5, 100)
    noise = 0.02 * np.random.default_rng(len(name)).standard_normal(100)
    found = HeldOut(
        "apart@1", "t", name, tuple(range(100)), (0,) * 100, (10,) * 100, tuple((10 * (kl * hard + noise)).tolist()),
        (5,) * 100,
    )  # fmt: skip
    card: dict[str, Any] = {"kind": kind, "recipe": {"budget": "updates=9"}, "status": "finished"}
    means = {name: [found.mean(name)] for name in ("kl", "top1_agreement")}
    transfer = Transfer(name, name, tokens, tokens, None, tuple(map(Noise, noises))) if tokens else None
    return RunResults(
        name, Path(name), card, transfer, {},
        held_out=means, measured=(found,), curves=(((5, 0.5), (9, found.mean("kl"))),) if tokens else (),
    )  # fmt: skip


def grid(natural: float, shuffle: float, generate: float, start: float = 0.6) -> list[RunResults]:
    """The start, natural text, and the two corruptions of the study."""
    made = [(NATURAL, natural), (SHUFFLE, shuffle), (GENERATE, generate)]
    trained = [run(name, kl, tokens, noises) for (name, tokens, noises), kl in made]
    return [run("start-seed-1", start, kind="start"), *trained]


def sentences(runs: list[RunResults], kind: str) -> tuple[str, ...]:
    return next(answer.sentences for answer in answers(questions(runs, "sanh9")) if kind in answer.question.title)


def test_the_order_of_the_study_is_said_in_one_line_with_both_intervals() -> None:
    (said,) = sentences(grid(0.2, 0.3, 0.4), "RQ2")
    assert "natural text beats shuffled text beats generated text: all over rand by +0." in said
    assert "rand over gen by +0." in said and said.count("95 % interval +0.") == 2


def test_another_order_is_said_as_it_is() -> None:
    (said,) = sentences(grid(0.2, 0.4, 0.3), "RQ2")
    assert "natural text beats shuffled text (" in said and "generated text beats shuffled text (" in said


def test_what_cannot_be_told_apart_is_said_and_nothing_is_minus_zero() -> None:
    (said,) = sentences(grid(0.3, 0.3, 0.3), "RQ2")
    assert "cannot tell natural text from shuffled text" in said
    assert GLUE.signed(-0.04) == "0.0" == GLUE.signed(0.04) and GLUE.signed(-0.06) == "-0.1"
    assert KL.signed(0.0314) == "+0.031"


def test_a_difference_shown_as_zero_is_no_difference_in_sentences_table_and_picture() -> None:
    asked = next(each for each in questions(grid(0.2, 0.3, 0.4), "sanh9") if each.name == "composition")
    for pair in asked.comparisons:
        pair.differences["kl"] = Difference(KL, Interval(0.0003, 0.0001, 0.0004), None)
    (said,) = answers([asked])[0].sentences
    assert "no difference between natural text and shuffled text (all over rand, 0.000 nats" in said
    assert "beats" not in said
    picture = forest(asked)
    assert picture is not None and {row.cells[-1] for row in picture.data.rows} == {"no difference"}


def test_the_sentence_the_picture_and_the_table_show_the_same_figures() -> None:
    made = report_content(grid(0.2, 0.3, 0.4), preset="sanh9", networks=None, title="t")
    (answer,) = (answer for answer in made.answers if "RQ2" in answer.question.title)
    pair = answer.question.headline[0]
    shown = KL.signed(pair.differences["kl"].interval.difference)
    assert f"all over rand by {shown}" in answer.sentences[0]
    assert f"all,rand,KL to the teacher,{shown}," in to_csv(made.pictures["composition"].data)
    kl = {row.cells[1]: float(row.cells[3]) for row in made.tables[0].rows}
    assert kl["rand"] - kl["all"] == pytest.approx(float(shown), abs=0.0011)


def test_a_student_farther_from_its_teacher_than_at_the_start_is_named() -> None:
    (said, *_) = sentences(grid(0.2, 0.3, 0.9), "initial student")
    assert "2 of 3 trained students are closer" in said and "farther: gen" in said


def test_baselines_and_a_plugins_noise_stand_in_every_figure() -> None:
    masked = run("masked-lm-all", 0.7, 1000)
    masked.card["recipe"]["loss"] = ["masked-lm"]
    runs = [*grid(0.2, 0.3, 0.4), masked, run("typos", 0.25, 1500, ("keyboard-typos",)), run("small", 0.25, 100)]
    for picture in (size_picture(runs, "sanh9"), composition_picture(runs, "sanh9"), curves_picture(runs)):
        assert picture is not None and picture.draw(True).axes
        assert "initial student" in to_csv(picture.data) and "masked-LM only" in to_csv(picture.data)
    shown = composition_picture(runs, "sanh9")
    assert shown is not None and "typos" in to_csv(shown.data) and "small" not in to_csv(shown.data)
    asked = {question.name: {pair.label for pair in question.comparisons} for question in questions(runs, "sanh9")}
    assert {"all over typos", "all over initial student", "all over masked-LM only"} <= asked["composition"]
    assert {"all over small", "all over initial student", "all over masked-LM only"} <= asked["size"]


def test_rows_are_sorted_by_their_difference() -> None:
    (asked,) = (question for question in questions(grid(0.2, 0.3, 0.4), "sanh9") if question.name == "composition")
    found = [pair.differences["kl"].interval.difference for pair in asked.comparisons]
    assert found == sorted(found, reverse=True) and len(found) == 4


def test_each_budget_is_a_question_of_its_own() -> None:
    more = [run(f"{name}2", kl, tokens, noises) for (name, tokens, noises), kl in ((NATURAL, 0.1), (SHUFFLE, 0.2))]
    for each in more:
        each.card["recipe"]["budget"] = "epochs=3"
    asked: list[Question] = questions([*grid(0.2, 0.3, 0.4), *more], "sanh9")
    titles = [question.title for question in asked if "RQ2" in question.title]
    assert [title[-11:] for title in titles] == ["(updates=9)", " (epochs=3)"]
    assert len({question.name for question in asked}) == len(asked)


def test_means_over_other_tasks_are_not_drawn_together() -> None:
    def tasks(*names: str) -> dict[str, Evaluation]:
        columns = {
            name: Column(name, name, {"accuracy": [50.0]}, {}, [0], [], 9, 9, ["none.json"], "study") for name in names
        }
        return {"glue": Evaluation("glue", {}, columns, {}, {})}

    runs = grid(0.2, 0.3, 0.4)
    for each, names in zip(runs, (("CoLA",), ("CoLA", "RTE"), ("CoLA", "RTE"), ("RTE",)), strict=True):
        each.evaluations.update(tasks(*names))
    assert [each.name for each in comparable(runs, GLUE, "sanh9")] == ["all", "rand"]
    assert "glue" not in compare(runs[1], runs[3], "sanh9").differences


@pytest.mark.parametrize("seeds", [[0], [0, 1, 2]])
def test_scores_of_one_fine_tuning_are_said_to_leave_its_chance_out(seeds: list[int]) -> None:
    cells = ["none.json"] * len(seeds)
    column = Column("STS-B", "sts-b", {"accuracy": [50.0] * len(seeds)}, {}, seeds, [], 9, 9, cells, "study")
    asked = next(each for each in questions(grid(0.2, 0.3, 0.4), "sanh9") if each.name == "composition")
    for pair in asked.headline:
        for each in (pair.one, pair.other):
            each.evaluations.update({"glue": Evaluation("glue", {}, {"STS-B": column}, {}, {})})
        pair.differences["glue"] = Difference(GLUE, Interval(10.9, 9.0, 12.9), None)
    (said,) = (each for answer in answers([asked]) for each in answer.sentences if "Downstream" in each)
    assert "GLUE +10.9 (+9.0 to +12.9)" in said
    assert ("do not cover the chance of fine-tuning (one seed)" in said) == (len(seeds) == 1)


def test_the_studys_difference_is_quoted_only_for_a_pair_that_differs_as_its_own() -> None:
    assert quoted_difference("10%", "Rand.", F1.name) == pytest.approx(68.5 - 16.2)
    assert quoted_difference("10%", "none", "f1") is None and quoted_difference("10%", "1%", "kl") is None


def test_probes_are_drawn_where_there_are_any() -> None:
    rows = [ProbeValue(m, "minimal-pairs", s, 0.7, 0.6, 0.8) for m in ("all", "rand") for s in ("agreement", "islands")]
    made = report_content(grid(0.2, 0.3, 0.4), preset="sanh9", networks=None, title="t", probes=rows)
    assert made.pictures["probes"].draw(False).axes and "probes" in {table.name for table in made.tables}
    assert "probes" not in report_content(grid(0.2, 0.3, 0.4), preset="sanh9", networks=None, title="t").pictures


def test_probes_of_several_runs_are_shown_by_their_mean_and_range() -> None:
    def result(value: float) -> dict[str, ProbeResult]:
        fields = [
            Stratum("field", f"f{number}", 9, {"accuracy": Estimate(value, value - 0.1, value + 0.1)})
            for number in range(20)
        ]
        strata = [Stratum("all", "all", 9, {"accuracy": Estimate(value, value - 0.1, value + 0.1)}), *fields]
        metrics = {"accuracy": Metric("accuracy", "rate", True)}
        return {"pairs": ProbeResult("pairs", "pairs", "m", {}, "pairs", metrics, strata, [], 0.0, "", "", {})}

    one, two = grid(0.2, 0.3, 0.4)[:2]
    values = probe_values([replace(one, probes=[result(0.6)]), replace(two, probes=[result(0.6), result(0.8)])])
    assert [(row.model, row.value, row.low, row.high) for row in values if row.stratum == "all"] == [
        ("initial student", 0.6, 0.5, 0.7), ("all", pytest.approx(0.7), 0.6, 0.8),
    ]  # fmt: skip
    assert {row.drawn for row in values if row.stratum.startswith("field")} == {False} and len(values) == 42


def test_pairs_are_named_once_however_many_panels_there_are() -> None:
    asked = next(each for each in questions(grid(0.2, 0.3, 0.4), "sanh9") if each.name == "composition")
    for pair in asked.comparisons:
        pair.differences["f1"] = replace(pair.differences["kl"], measure=F1)
    picture = forest(asked)
    assert picture is not None and picture.svg.count("all over rand") == 1
