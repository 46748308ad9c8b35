"""A student with a smaller vocabulary: the dataset converted to its pieces, and checked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedModel

from corpora import OptionError
from trainer.data import ReencodedRows, Rows
from trainer.distillation.runs.run_card import VocabularyEntry
from trainer.distillation.setup.teachers import Teachers
from trainer.errors import TransferError
from trainer.models import SmallerVocabulary, smaller_vocabulary
from trainer.plugin import Student

MOST_UNKNOWN = 0.01
"""The largest share of [UNK] allowed in the dataset."""


@dataclass(frozen=True)
class ReencodedDataset:
    """A dataset in the pieces that a student keeps."""

    vocabulary: SmallerVocabulary
    rows: ReencodedRows
    entry: VocabularyEntry


def vocabulary_size(shape: Student, teacher: PreTrainedModel) -> int | None:
    """The number of pieces that a student keeps; None if it keeps its teacher's vocabulary.

    Args:
        shape: the student to build.
        teacher: the model whose vocabulary is reduced.
    """
    size: int | None = getattr(shape, "vocabulary", None)
    return None if size == teacher.config.vocab_size else size


def reencoded_dataset(rows: Rows, taught_by: Teachers, size: int) -> ReencodedDataset:
    """The dataset in its most frequent pieces; see `smaller_vocabulary`.

    Args:
        rows: in the teacher's pieces.
        taught_by: the teachers, for their tokenizer and positions.
        size: how many pieces to keep.

    Raises:
        TransferError: the dataset's tokenizer is not known.
        ModelError: the teacher's vocabulary cannot be reduced.
        OptionError: the size is too small or too large, or too many tokens would be unknown.
    """
    if rows.tokenizer_file is None:
        raise TransferError(
            f"vocabulary: {rows.name} has ids without a tokenizer.json, so they cannot be converted to fewer pieces; "
            "make it with corpora tokenize, or leave out vocabulary"
        )
    vocabulary = smaller_vocabulary(taught_by.tokenizer, rows.survey.counts, size)
    made = reencoded_rows(vocabulary, rows, positions=taught_by.positions)
    before = _share(rows.survey.counts, vocabulary.whole.unk_token_id)
    unknown = _share(made.survey.counts, vocabulary.tokenizer.unk_token_id)
    if unknown > MOST_UNKNOWN:
        cure = "keep more pieces" if before <= MOST_UNKNOWN else "use a teacher whose vocabulary covers this text"
        raise OptionError(
            f"vocabulary is {size:,}: with these pieces {unknown:.2%} of the tokens of {rows.name} would be "
            f"{vocabulary.whole.unk_token}, and with all {before:.2%}; at most {MOST_UNKNOWN:.0%} is allowed: {cure}"
        )
    entry = VocabularyEntry(len(vocabulary), vocabulary.sha256, rows.survey.tokens, before, unknown)
    return ReencodedDataset(vocabulary, made, entry)


def reencoded_rows(vocabulary: SmallerVocabulary, rows: Rows, *, positions: int | None) -> ReencodedRows:
    """Convert rows from the teacher's ids to the student's.

    Args:
        vocabulary: the student's pieces.
        rows: in the teacher's ids.
        positions: maximum tokens of the models, [CLS] and [SEP] included; None for no limit. Longer rows are cut.
    """
    return ReencodedRows(rows, vocabulary.reencoded, longest=None if positions is None else positions - 2)


def _share(counts: NDArray[np.int64], number: int | None) -> float:
    total = int(counts.sum())
    if number is None or number >= len(counts) or not total:
        return 0.0
    return float(counts[number]) / total
