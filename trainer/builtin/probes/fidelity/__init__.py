"""Stratified fidelity: on which kinds of held-out tokens does a student differ from its teacher?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from corpora import option
from trainer import Findings, Probe, hookimpl

if TYPE_CHECKING:
    from trainer import Subject


@dataclass(frozen=True)
class FidelityProbe(Probe):
    """KL(teacher || student) and agreement on the likeliest word at masked tokens of held-out text, by kind of token.

    Tokens are grouped by the frequency of the true word piece, by position, by sequence length, by whole word or part
    of a word, and by part of speech if a spaCy model is installed. The groups' counts and sums add up to the total.
    """

    name: ClassVar[str] = "fidelity"
    compares: ClassVar[bool] = True
    held_out: str = option(..., "A dataset that the models were not trained on.", decides=False)
    rows: int = option(2000, "How many rows to use, from the start of the dataset.", min=1)
    mask_rate: float = option(0.15, "Share of tokens to mask and predict.", min=0.001, max=0.9)
    seed: int = option(42, "Decides which tokens are masked.", min=0)
    tagger: str = option(
        "auto", "A spaCy model for parts of speech; auto uses en_core_web_sm if it is installed.", decides=False
    )

    def inputs(self, subject: Subject) -> Mapping[str, str]:
        """The dataset's fingerprint, and the tagger with its version."""
        from trainer.builtin.probes.fidelity.tagging import find_tagger

        tagger = find_tagger(self.tagger)
        held_out = subject.held_out(self.held_out, rows=1)
        return {"held-out": held_out.fingerprint, "tagger": tagger.identity if tagger else "none"}

    def measure(self, subject: Subject) -> Findings:
        """Compare both models' word distributions at every masked token."""
        from trainer.builtin.probes.fidelity.measurement import measure

        return measure(self, subject)


@hookimpl
def trainer_probes() -> list[type[Probe]]:
    """Offer it."""
    return [FidelityProbe]
