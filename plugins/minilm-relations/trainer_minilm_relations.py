"""MiniLM relations: let the student relate the tokens of a sequence to each other as the teacher does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from corpora import OptionError, option
from trainer import Loss, LossInputs, StateLoss, hookimpl

if TYPE_CHECKING:
    from torch import Tensor, nn
    from transformers import PreTrainedModel

PARTS = ("query", "key", "value")


@dataclass(frozen=True)
class MinilmRelations(StateLoss):
    """KL divergence between the teacher's and the student's query, key and value relations (MiniLMv2)."""

    name: ClassVar[str] = "minilm-relations"
    layer: int = option(-1, "The student's layer.")
    teacher_layer: int = option(-1, "The teacher's layer; the paper takes an upper-middle one for large teachers.")
    heads: int = option(12, "Relation heads; both widths must be multiples of it.", min=1)

    needs = property(lambda self: tuple(f"{part}:{self.layer}" for part in PARTS))
    teacher_needs = property(lambda self: tuple(f"{part}:{self.teacher_layer}" for part in PARTS))

    def build(self, teacher: PreTrainedModel, student: PreTrainedModel) -> nn.Module:
        """The loss of Wang et al. 2021 (arXiv 2012.15828, section 3), one value a token."""
        from torch import cat, nn

        uneven = [m.config.hidden_size for m in (teacher, student) if m.config.hidden_size % self.heads]
        if uneven:
            raise OptionError(f"minilm-relations: a width of {uneven[0]} does not divide into {self.heads} heads")
        names, heads = list(zip(self.needs, self.teacher_needs, strict=True)), self.heads

        class Relations(nn.Module):
            def forward(self, inputs: LossInputs) -> Tensor:
                """[tokens], the mean over heads, added up over the three relations."""
                lengths = inputs.offsets.diff().tolist()
                pairs = ((inputs.student[a].split(lengths), inputs.teacher[b].split(lengths)) for a, b in names)
                return sum(cat([_apart(*two, heads) for two in zip(*pair, strict=True)]) for pair in pairs)

        return Relations()


def _apart(student: Tensor, teacher: Tensor, heads: int) -> Tensor:
    """[length]: how far the relations of one sequence's tokens are."""
    one, other = (x.unflatten(-1, (heads, -1)).transpose(0, 1) for x in (student, teacher))
    one, other = ((x @ x.mT / x.shape[-1] ** 0.5).log_softmax(-1) for x in (one, other))  # [heads, length, length]
    return (other.exp() * (other - one)).sum(-1).mean(0)


@hookimpl
def trainer_losses() -> list[type[Loss]]:
    """Offer it."""
    return [MinilmRelations]
