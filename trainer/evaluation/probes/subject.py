"""A loaded model as probes see it: packed tokens in, word distributions out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from trainer.data import IGNORED, Packed, RespelledRows, Rows, micro_batches, open_rows, pack
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
from trainer.plugin import Blanked, HeldOut, Predictions
from trainer.runtime import Precision

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

MICRO_BATCH_TOKENS = {"cpu": 4096, "cuda": 65_536}
"""Tokens of one forward pass, by device."""
SEQUENCES = 4096
"""Sequences that are packed at once."""
SENTENCES = 256
"""Sentences whose masked copies are made at once."""
BLANKS = 1024
"""Word distributions held at once: 125 MB with BERT's vocabulary."""

Progress = Callable[[str, int, int], None]
"""Called with (what, done, total)."""


@dataclass
class LoadedModel:
    """A model under a probe. Its weights are loaded at the first forward pass."""

    name: str
    folder: Path
    """Where its tokenizer is."""
    load: Callable[[], PreTrainedModel]
    longest: int | None
    vocabulary: int
    """The ids that it has embeddings for."""
    device: torch.device
    precision: Precision
    teacher: LoadedModel | None = None
    progress: Progress | None = None
    kept: NDArray[np.int64] | None = None
    """[pieces], its ids of the only pieces that it is asked for: it reads and predicts them by their place here."""

    @cached_property
    def part(self) -> SmallerVocabulary | None:
        """Its vocabulary as a part of its teacher's; None if it is the same or another one."""
        return None if self.teacher is None else shared_vocabulary(self.tokenizer, self.teacher.tokenizer)

    def asked_for(self, kept: NDArray[np.int64]) -> LoadedModel:
        """The same model, asked for a part of its pieces: their distribution is renormalised."""
        return replace(self, kept=kept)

    @cached_property
    def tokenizer(self) -> PreTrainedTokenizerBase:
        """Its tokenizer.

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
            VocabularyMismatch, CasingMismatch: its folder holds the tokenizer of another model.
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
        opened = self._in_own_pieces(opened)
        survey = opened.survey
        if survey.largest_id >= self.vocabulary or (self.longest is not None and survey.longest > self.longest):
            raise IdsBeyondVocabulary(
                f"{opened.name} has rows of up to {survey.longest:,} tokens and ids up to {survey.largest_id:,}; "
                f"{self.name} reads {self.longest} tokens and has {self.vocabulary:,} ids; tokenize the text again "
                f"with its tokenizer: corpora tokenize … --tokenizer {self.folder}"
            )
        taken = opened.take(np.arange(min(rows, len(opened))))
        counts = np.zeros(self.vocabulary, np.int64)
        counts[: len(survey.counts)] = survey.counts
        return HeldOut(opened.name, opened.fingerprint, [np.asarray(ids, np.int64) for ids in taken], counts)

    def _in_own_pieces(self, rows: Rows) -> Rows:
        """Rows that were made with its tokenizer, or with its teacher's and are spelled again."""
        made_by, own, respell = rows.tokenizer_file, self.tokenizer, False
        if self.part is not None and made_by is not None:
            from tokenizers import Tokenizer

            respell = Tokenizer.from_file(str(made_by)).get_vocab_size() == len(self.part.whole)
            own = self.part.whole if respell else own
        check_tokenizers(own, made_by, dataset=rows.name, teacher=str(self.folder))
        if respell and self.part is not None:
            return RespelledRows(rows, self.part.respelled, longest=self.longest)
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

    def log_probabilities(self, sequences: Sequence[Blanked]) -> Iterator[Predictions]:
        """See `Subject.log_probabilities`."""
        done = 0
        for numbers, places, logits in self._logits(sequences):
            yield Predictions(numbers, places, logits.log_softmax(1))
            done += len(numbers)
            if self.progress:
                self.progress(f"{self.name}: blanks", done, sum(len(sequence.blanks) for sequence in sequences))

    def _logits(self, sequences: Sequence[Blanked]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], Tensor]]:
        """Sequence numbers [n], places [n], and logits [n, vocabulary] in float32 of all blanks, a part at a time."""
        order = np.argsort([len(sequence.ids) for sequence in sequences], kind="stable")
        budget = MICRO_BATCH_TOKENS.get(self.device.type, 4096)
        for start in range(0, len(order), SEQUENCES):
            numbers = order[start : start + SEQUENCES]
            packed = self._packed([sequences[number] for number in numbers], numbers)
            for micro_batch in micro_batches(packed, budget=budget):
                yield from self._of_micro_batch(micro_batch)

    def _packed(self, sequences: Sequence[Blanked], numbers: NDArray[np.int64]) -> Packed:
        """The sequences one after the other; `labels` is 0 at blanks and -100 elsewhere."""
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

    # No `yield` inside a context of torch's: it would hold for the caller as well.

    @torch.inference_mode()
    def _hidden(self, packed: Packed, blanks: Tensor) -> Tensor:
        """What the vocabulary projection reads at the blanks, [blanks, hidden]."""
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
