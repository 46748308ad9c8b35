"""Fidelity sequence by sequence, and paired intervals of its differences."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import corpora
from trainer import distill
from trainer.experiments.study.held_out import HeldOut, closer, measure_held_out
from trainer.testing import tiny_model_folder


def measured(kl: float, *, seed: int = 0, sequences: int = 200, documents: int = 40, noise: float = 0.05) -> HeldOut:
    """Sequences of 10 tokens whose difficulty all students share, around a mean KL."""
    rng, hard = np.random.default_rng(seed), np.random.default_rng(99).gamma(2.0, 0.5, sequences)
    each = 10 * (kl * hard + noise * rng.standard_normal(sequences))
    return HeldOut(
        dataset="apart@1", teacher="t", student=str(seed), rows=tuple(range(sequences)),
        documents=tuple(number % documents for number in range(sequences)), tokens=(10,) * sequences,
        kl=tuple(each.tolist()), agreed=(7,) * sequences,
    )  # fmt: skip


def test_the_difference_is_that_of_the_means_and_its_interval_lies_around_it() -> None:
    one, other = measured(0.2, seed=1), measured(0.3, seed=2)
    found = closer([one], [other], "kl")
    assert found is not None and found.low < found.difference < found.high
    assert found.difference == pytest.approx(other.mean("kl") - one.mean("kl")) and found.excludes_zero


def test_the_other_way_round_gives_the_opposite() -> None:
    one, other = measured(0.2, seed=1), measured(0.21, seed=2)
    there, back = closer([one], [other], "kl"), closer([other], [one], "kl")
    assert there is not None and back is not None
    assert (there.difference, there.low, there.high) == pytest.approx((-back.difference, -back.high, -back.low))


def test_students_that_differ_by_chance_alone_cannot_be_told_apart_in_most_draws() -> None:
    found = [closer([measured(0.2, seed=n)], [measured(0.2, seed=n + 1000)], "kl") for n in range(40)]
    assert sum(each.excludes_zero for each in found if each) <= 6


def test_pairing_by_sequence_sees_what_the_spread_of_sequences_would_hide() -> None:
    one, other = measured(0.20, seed=1), measured(0.22, seed=2)
    spread = np.std(np.asarray(one.kl) / 10) / np.sqrt(len(one.kl))
    found = closer([one], [other], "kl")
    assert found is not None and found.excludes_zero and 2 * 1.96 * spread > 2 * (found.high - found.low)


def test_few_documents_are_not_resampled_as_a_whole() -> None:
    assert measured(0.2).unit == "documents" and measured(0.2, documents=8).unit == "sequences"


def test_seeds_of_the_distillation_widen_the_interval() -> None:
    one, other = [measured(0.2, seed=1)], [measured(0.3, seed=2)]
    alone, several = closer(one, other, "kl"), closer([*one, measured(0.28, seed=3)], other, "kl")
    assert alone is not None and several is not None
    assert several.high - several.low > 2 * (alone.high - alone.low)


def test_other_text_or_another_teacher_is_not_compared() -> None:
    one = measured(0.2)
    assert closer([one], [replace(one, dataset="apart@2")], "kl") is None
    assert closer([one], [replace(one, teacher="u")], "kl") is None and closer([], [one], "kl") is None


def test_a_student_with_a_part_of_the_vocabulary_is_measured_over_its_pieces(home: Path, tmp_path: Path) -> None:
    teacher = tiny_model_folder(tmp_path / "teacher")
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "one.txt").write_text(
        "The cat sat near the mill.\n\nThe dog ran past the other mill.\n\n" * 9
    )
    corpora.build(f"texts:folder={tmp_path / 'texts'}", name="some", duplicates="keep")
    tokens = corpora.tokenize("some", tokenizer=str(teacher))
    made = {}
    for name, shape in (("small", "layers:2,vocabulary=89"), ("whole", "layers:2")):
        options = {"student": shape, "budget": "updates=0"}
        outcome = distill(tokens.reference, teacher, tmp_path / name, options=options)
        made[name] = measure_held_out(outcome.folder / "student", teacher, tokens, limit=9)
        assert made[name].mean("kl") == pytest.approx(0, abs=1e-6)
    assert sum(made["small"].tokens) > sum(made["whole"].tokens)
    assert closer([made["small"]], [made["whole"]], "kl") is None
