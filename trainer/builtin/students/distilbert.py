"""Students of DistilBERT's shape: BERT without token types and a pooler (Sanh et al. 2019, arXiv 1910.01108)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from corpora import option
from trainer import ModelError, Student, hookimpl

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@dataclass(frozen=True)
class DistilBERT(Student):
    """DistilBERT's architecture, by default as wide as its BERT teacher; the study's student has 6 layers."""

    name: ClassVar[str] = "distilbert"
    layers: int = option(6, "Transformer layers.", min=1)
    hidden: int | None = option(None, "Width of the hidden states; the default is the teacher's.", min=1)
    heads: int | None = option(None, "Attention heads; the default is the teacher's number.", min=1)
    feed_forward: int | None = option(
        None, "Width inside feed-forward blocks; the default is the teacher's, or 4 x hidden.", min=1
    )
    dropout: float = option(0.1, "Dropout of hidden states and attention.", min=0.0, max=0.9)
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
        """A DistilBertForMaskedLM.

        Raises:
            ModelError: the teacher is not a BERT, or the student starts from its layers but differs in width.
        """
        from transformers import DistilBertConfig, DistilBertForMaskedLM

        from trainer import start_from

        own = teacher.config
        if own.model_type not in ("bert", "distilbert"):
            raise ModelError(
                f"distilbert needs a BERT teacher, and this one is {own.model_type}; use --student layers:{self.layers}"
            )
        hidden = self.hidden or own.hidden_size
        inside = own.intermediate_size if own.model_type == "bert" else own.hidden_dim
        config = DistilBertConfig(
            vocab_size=own.vocab_size,
            max_position_embeddings=own.max_position_embeddings,
            dim=hidden,
            n_layers=self.layers,
            n_heads=self.heads or own.num_attention_heads,
            hidden_dim=self.feed_forward or (4 * hidden if self.hidden else inside),
            dropout=self.dropout,
            attention_dropout=self.dropout,
            pad_token_id=own.pad_token_id,
        )
        student = DistilBertForMaskedLM(config)
        start_from(student, teacher, rule=self.start, positions=self.positions)
        return student


@hookimpl
def trainer_students() -> list[type[Student]]:
    """Offer it."""
    return [DistilBERT]
