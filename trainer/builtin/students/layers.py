"""Students of the teacher's own class with fewer layers."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from corpora import option
from trainer import Student, hookimpl

if TYPE_CHECKING:
    from transformers import PreTrainedModel

NAMES = {
    "bert": ("intermediate_size", "hidden_dropout_prob", "attention_probs_dropout_prob"),
    "distilbert": ("hidden_dim", "dropout", "attention_dropout"),
}
"""What a family's configuration calls the inner width and the two dropouts; others do as BERT does."""


@dataclass(frozen=True)
class Layers(Student):
    """The teacher's own class with another number of layers, and another width if asked for."""

    name: ClassVar[str] = "layers"
    layers: int = option(6, "Transformer layers.", min=1)
    hidden: int | None = option(None, "Width of the hidden states; the teacher's where none is given.", min=1)
    heads: int | None = option(None, "Attention heads; the teacher's where none is given.", min=1)
    feed_forward: int | None = option(None, "Width inside feed-forward blocks; the teacher's, or 4 x hidden.", min=1)
    dropout: float | None = option(None, "Dropout; the teacher's where none is given.", min=0.0, max=0.9)
    start: Literal["sanh", "uniform", "first", "random"] = option(
        "sanh", "Teacher layers to start from: spread as DistilBERT does, every n-th, the lowest, or none."
    )
    positions: Literal["copied", "frozen", "random"] = option(
        "copied", "Position embeddings: copied from the teacher and trained, copied and frozen, or from scratch."
    )

    def build(self, teacher: PreTrainedModel) -> PreTrainedModel:
        """A model of the teacher's class.

        Raises:
            ModelError: a student that starts from a teacher of another width, or from one with fewer layers.
        """
        from trainer import start_from

        config = copy.deepcopy(teacher.config)
        for key, value in self._changes(str(config.model_type)).items():
            setattr(config, key, value)
        student = type(teacher)(config)
        start_from(student, teacher, rule=self.start, positions=self.positions)
        return student

    def _changes(self, family: str) -> dict[str, float]:
        wide = self.feed_forward or (self.hidden and 4 * self.hidden)
        inside, dropout, attention = NAMES.get(family, NAMES["bert"])
        wanted = {
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "hidden_size": self.hidden,
            inside: wide,
            dropout: self.dropout,
            attention: self.dropout,
        }
        return {key: value for key, value in wanted.items() if value is not None}


@hookimpl
def trainer_students() -> list[type[Student]]:
    """Offer it."""
    return [Layers]
