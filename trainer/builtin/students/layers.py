"""Students of the teacher's own class with fewer layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from corpora import option
from trainer import Student, hookimpl

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@dataclass(frozen=True)
class Layers(Student):
    """The teacher's own class with a different number of layers, and optionally another width."""

    name: ClassVar[str] = "layers"
    layers: int = option(6, "Transformer layers.", min=1)
    hidden: int | None = option(None, "Width of the hidden states; the default is the teacher's.", min=1)
    heads: int | None = option(None, "Attention heads; the default is the teacher's number.", min=1)
    feed_forward: int | None = option(
        None, "Width inside feed-forward blocks; the default is the teacher's, or 4 x hidden.", min=1
    )
    dropout: float | None = option(None, "Dropout; the default is the teacher's.", min=0.0, max=0.9)
    vocabulary: int | None = option(
        None, "Keep only this many pieces of a WordPiece vocabulary, the dataset's most frequent; default: all.", min=1
    )
    start: Literal["sanh", "uniform", "first", "random"] = option(
        "sanh", "Teacher layers to start from: spaced as in DistilBERT, every n-th, the lowest, or none."
    )
    positions: Literal["copied", "frozen", "random"] = option(
        "copied", "Position embeddings: copied from the teacher and trained, copied and frozen, or from scratch."
    )

    def build(self, teacher: PreTrainedModel) -> PreTrainedModel:
        """A model of the teacher's class.

        Raises:
            ModelError: the teacher's family is unknown; or the student starts from the teacher's layers but differs
                in width or has more layers; or the number of heads does not divide the width.
        """
        from trainer import ModelError, chosen_layers, family_of, layers_of, start_from

        there = len(layers_of(teacher))
        numbers = list(range(self.layers))
        if self.start != "random":
            numbers = chosen_layers(self.start, student=self.layers, teacher=there)
        config = family_of(teacher).resized(
            teacher.config, layers=numbers, hidden=self.hidden, heads=self.heads,
            feed_forward=self.feed_forward or (self.hidden and 4 * self.hidden), dropout=self.dropout,
        )  # fmt: skip
        try:
            student = type(teacher)(config)
        except ValueError as error:
            raise ModelError(f"{self.short()} does not fit {type(teacher).__name__}: {error}") from error
        start_from(student, teacher, rule=self.start, positions=self.positions)
        return student


@hookimpl
def trainer_students() -> list[type[Student]]:
    """Offer it."""
    return [Layers]
