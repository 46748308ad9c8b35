"""Targets as they are typed."""

from __future__ import annotations

import pytest

from corpora import OptionError
from trainer.experiments.planning.measures import target_of


def test_a_target_names_what_is_predicted() -> None:
    measure, target = target_of("agreement=0.8")
    assert measure.name == "agreement" and target is not None and target.loss == pytest.approx(0.2)
    assert target_of(None)[0].name == "kl"


@pytest.mark.parametrize("text", ["kl", "kl=-1", "kl=nan", "kl=inf", "agreement=1.5", "bleu=3", "score=80", "=0.3"])
def test_what_is_not_a_target_is_one_line_with_an_example(text: str) -> None:
    with pytest.raises(OptionError, match=r"--target is .* such as kl=0.3"):
        target_of(text)
