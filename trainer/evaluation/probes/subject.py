"""A loaded model with the interface of a probe's subject: packed tokens in, word distributions out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from corpora import DatasetError
from corpora.errors import counted
from trainer.data import IGNORED, Packed, ReencodedRows, Rows, micro_batches, open_rows, pack
from trainer.errors import IdsBeyondVocabulary, ProbeError
from trainer.evaluation.probes.likelihood import masked_in_turn, tokenized
from trainer.evaluation.probes.words import WordStarts
from trainer.models import (
    SmallerVocabulary,
    check_tokenizer,
    check_tokenizers,
    groups_of,
    head_of,
    load_tokenizer,
    shared_vocabulary,
    states,
    use_packed_attention,
)
from trainer.plugin import HeldOut, MaskedSequence, Predictions
from trainer.runtime import Precision

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

MICRO_BATCH_TOKENS = {"cpu": 4096, "cuda": 65_536}
"""Tokens per forward pass, by device."""
SEQUENCES = 4096
"""Number of sequences packed at once."""
SENTENCES = 256
"""Number of sentences whose masked copies are made at once."""
BLANKS = 1024
"""Number of word distributions in memory at once: 125 MB with BERT's vocabulary."""

Progress = Callable[[str, int, int], None]
"""Called with what is measured, how much is done, and the total."""


@dataclass
class LoadedModel:
    """A model to probe. Its weights are loaded at the first forward pass."""

    name: str
    folder: Path
    """The folder of the tokenizer."""
    load: Callable[[], PreTrainedModel]
    longest: int | None
    vocabulary: int
    """Number of ids that have embeddings."""
    device: torch.device
    precision: Precision
    teacher: LoadedModel | None = None
    progress: Progress | None = None
    kept: NDArray[np.int64] | None = None
    """[pieces], the ids of the pieces to which the model is restricted; inputs and outputs index this array."""
    trained_on: str | None = None
    """The dataset that the model was trained on, NAME@FINGERPRINT, if it is known."""
    notes: list[str] = field(default_factory=list)
    """Warnings about the inputs of the present probe."""

    @cached_property
    def part(self) -> SmallerVocabulary | None:
        """The vocabulary as part of the teacher's; None if the two are equal or unrelated."""
        return None if self.teacher is None else shared_vocabulary(self.tokenizer, self.teacher.tokenizer)

    def asked_for(self, kept: NDArray[np.int64]) -> LoadedModel:
        """The same model, restricted to some of its pieces, whose distribution is renormalised.

        Args:
            kept: [pieces], their ids.
        """
        return replace(self, kept=kept)

    @cached_property
    def tokenizer(self) -> PreTrainedTokenizerBase:
        """The model's tokenizer.

        Raises:
            ProbeError: it lacks [CLS], [SEP] or [MASK].
        """
        tokenizer = load_tokenizer(self.folder)
        if None in (tokenizer.cls_token_id, tokenizer.sep_token_id, tokenizer.mask_token_id):
            raise ProbeError(f"the tokenizer of {self.folder} lacks [CLS], [SEP] or [MASK]; a probe needs all three")
        return tokenizer

    @cached_property
    def model(self) -> PreTrainedModel:
        """The model on its device, without dropout.

        Raises:
            VocabularyMismatch, CasingMismatch: the folder has another model's tokenizer.
        """
        model = self.load()
        check_tokenizer(self.tokenizer, model, self.folder)
        use_packed_attention(model)
        model.to(self.device)  # type: ignore[arg-type]
        model.train(False)
        return model

    def word_starts(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """See `Subject.word_starts`."""
        return self._word_starts(ids)

    @cached_property
    def _word_starts(self) -> WordStarts:
        return WordStarts(self.tokenizer)

    def held_out(self, dataset: str, *, rows: int) -> HeldOut:
        """See `Subject.held_out`."""
        most = None if self.longest is None else self.longest + 2
        opened = open_rows(dataset, tokenizer=self.folder, max_tokens=most)
        self._note_overlap(opened)
        opened = self._in_own_pieces(opened)
        survey = opened.survey
        if survey.largest_id >= self.vocabulary or (self.longest is not None and survey.longest > self.longest):
            raise IdsBeyondVocabulary(
                f"{opened.name} has rows of up to {survey.longest:,} tokens and ids up to {survey.largest_id:,}; "
                f"{self.name} reads at most {self.longest} tokens and has {self.vocabulary:,} ids; tokenize the text "
                f"again with its tokenizer: corpora tokenize … --tokenizer {self.folder}"
            )
        taken = opened.take(np.arange(min(rows, len(opened))))
        counts = np.zeros(self.vocabulary, np.int64)
        counts[: len(survey.counts)] = survey.counts
        return HeldOut(opened.name, opened.fingerprint, [np.asarray(ids, np.int64) for ids in taken], counts)

    def _note_overlap(self, rows: Rows) -> None:
        """Note if the model was trained on documents of the text; nothing if its dataset is no longer in the store."""
        if self.trained_on is None:
            return
        with suppress(DatasetError):
            if shared := rows.documents() & open_rows(self.trained_on).documents():
                self.notes.append(
                    f"{self.name} was trained on {counted(len(shared), 'document')} of {rows.name}, such as "
                    f"{min(shared)}, so it is not held out"
                )

    def _in_own_pieces(self, rows: Rows) -> Rows:
        """Rows made with the model's tokenizer, or converted from its teacher's."""
        made_by, own, reencode = rows.tokenizer_file, self.tokenizer, False
        if self.part is not None and made_by is not None:
            from tokenizers import Tokenizer

            reencode = Tokenizer.from_file(str(made_by)).get_vocab_size() == len(self.part.whole)
            own = self.part.whole if reencode else own
        check_tokenizers(own, made_by, dataset=rows.name, teacher=str(self.folder))
        if reencode and self.part is not None:
            return ReencodedRows(rows, self.part.reencoded, longest=self.longest)
        return rows

    def log_likelihoods(self, sentences: Sequence[str]) -> NDArray[np.float64]:
        """See `Subject.log_likelihoods`."""
        distinct = {sentence: number for number, sentence in enumerate(dict.fromkeys(sentences))}
        made = tokenized(self.tokenizer, list(distinct), longest=self.longest)
        found = np.zeros(len(made), np.float64)
        mask_id = int(self.tokenizer.mask_token_id)
        order = np.argsort([len(sentence.ids) for sentence in made], kind="stable")
        for start in range(0, len(order), SENTENCES):
            part = order[start : start + SENTENCES]
            copies = [(number, blank) for number in part for blank in masked_in_turn(made[number], mask_id=mask_id)]
            owners = np.array([number for number, _ in copies])
            for sequences, places, logits in self._logits([blank for _, blank in copies]):
                of = owners[sequences]
                truth = [made[number].ids[place] for number, place in zip(of, places, strict=True)]
                targets = torch.tensor(truth, device=logits.device)
                picked = logits.gather(1, targets[:, None])[:, 0] - logits.logsumexp(1)
                np.add.at(found, of, picked.double().cpu().numpy())
            if self.progress:
                self.progress(f"{self.name}: sentences", min(start + SENTENCES, len(order)), len(order))
        return found[[distinct[sentence] for sentence in sentences]]

    def log_probabilities(self, sequences: Sequence[MaskedSequence]) -> Iterator[Predictions]:
        """See `Subject.log_probabilities`."""
        done = 0
        for numbers, places, logits in self._logits(sequences):
            yield Predictions(numbers, places, logits.log_softmax(1))
            done += len(numbers)
            if self.progress:
                self.progress(f"{self.name}: blanks", done, sum(len(sequence.blanks) for sequence in sequences))

    def _logits(
        self, sequences: Sequence[MaskedSequence]
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], Tensor]]:
        """Yield sequence numbers [n], positions [n] and float32 logits [n, vocabulary] of some blanks at a time."""
        order = np.argsort([len(sequence.ids) for sequence in sequences], kind="stable")
        budget = MICRO_BATCH_TOKENS.get(self.device.type, 4096)
        for start in range(0, len(order), SEQUENCES):
            numbers = order[start : start + SEQUENCES]
            packed = self._packed([sequences[number] for number in numbers], numbers)
            for micro_batch in micro_batches(packed, budget=budget):
                yield from self._of_micro_batch(micro_batch)

    def _packed(self, sequences: Sequence[MaskedSequence], numbers: NDArray[np.int64]) -> Packed:
        """The packed sequences; `labels` is 0 at blanks and -100 elsewhere."""
        ends = {"first_id": int(self.tokenizer.cls_token_id), "last_id": int(self.tokenizer.sep_token_id)}
        ids = [sequence.ids if self.kept is None else self.kept[sequence.ids] for sequence in sequences]
        packed = pack(ids, numbers, **ends)
        starts = {}
        for row, offset in zip(packed.rows[packed.positions == 0].tolist(), packed.offsets.tolist(), strict=False):
            starts[row] = offset
        for sequence, number in zip(sequences, numbers.tolist(), strict=True):
            packed.labels[starts[number] + 1 + torch.from_numpy(sequence.blanks)] = 0
        return packed

    def _of_micro_batch(self, packed: Packed) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], Tensor]]:
        blanks = (packed.labels != IGNORED).nonzero().flatten()
        rows, places = packed.rows[blanks].numpy(), packed.positions[blanks].numpy() - 1
        hidden = self._hidden(packed, blanks)
        for start in range(0, len(blanks), BLANKS):
            span = slice(start, start + BLANKS)
            yield rows[span], places[span], self._projected(hidden[span])

    # Never `yield` inside a torch context manager: it would stay active in the caller.

    @torch.inference_mode()
    def _hidden(self, packed: Packed, blanks: Tensor) -> Tensor:
        """The input of the vocabulary projection at the blanks, [blanks, hidden]."""
        there = packed.to(self.device)
        with self.precision.autocast(self.device):
            last = states(self.model, there, groups_of(packed.lengths, self.device), ())["last"]
            transform, _ = head_of(self.model)
            return transform(last[blanks.to(self.device)])

    @torch.inference_mode()
    def _projected(self, hidden: Tensor) -> Tensor:
        with self.precision.autocast(self.device):
            _, decoder = head_of(self.model)
            logits: Tensor = decoder(hidden)
        return (logits if self.kept is None else logits[:, torch.from_numpy(self.kept).to(logits.device)]).float()
