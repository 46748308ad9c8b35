"""Compare both models' word distributions at the masked tokens, and group the tokens into strata."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from corpora import generator
from corpora.errors import counted
from trainer import Findings, HeldOut, MaskedSequence, Metric, ProbeError, Units, stratify
from trainer.builtin.probes.fidelity.tagging import MISSING, TAGS, Tagger, find_tagger, spelled

if TYPE_CHECKING:
    from trainer import Subject
    from trainer.builtin.probes.fidelity import FidelityProbe

Ints = NDArray[np.int64]

METRICS = {
    "kl": Metric("KL(teacher || student)", "nats", higher_is_better=False),
    "agreement": Metric("same likeliest word as the teacher", "rate", higher_is_better=True),
}
FREQUENCIES = (10_000, 1_000, 100, 10)
"""The lower bound of each frequency band, in occurrences per million tokens."""
LENGTHS = (8, 16, 32, 64, 128)
"""The upper bounds of the position and length bands, in tokens."""
PIECES = ("whole word", "first piece", "later piece")


@dataclass(frozen=True)
class Masked:
    """The tokens that are masked and predicted, in the order of the text."""

    rows: Ints
    """[tokens], each token's row."""
    places: Ints
    """[tokens], each token's position in its row, from 0."""
    ids: Ints
    """[tokens], the true ids."""


def measure(probe: FidelityProbe, subject: Subject) -> Findings:
    """Compare a model with its teacher on held-out text, in total and by stratum.

    Args:
        probe: the dataset, how much of it is masked, and the tagger.
        subject: the model to measure, with its teacher.

    Raises:
        ProbeError: no teacher was given, or no token was masked.
    """
    teacher = subject.teacher
    if teacher is None:
        raise ProbeError(f"{probe.name} compares a model with its teacher; add --teacher DIR")
    held_out, tagger = subject.held_out(probe.held_out, rows=probe.rows), find_tagger(probe.tagger)
    special = set(subject.tokenizer.all_special_ids)
    masked = choose(held_out.ids, special, rate=probe.mask_rate, seed=probe.seed)
    values = compare(subject, teacher, held_out.ids, masked)
    whole = np.zeros(len(masked.ids), np.int64)
    strata = stratify("all", ("all",), whole, values, masked.rows)
    for split, names, places in _splits(subject, held_out, masked, tagger):
        strata += stratify(split, names, places, values, masked.rows)
    rows, unit = np.unique(masked.rows, return_inverse=True)
    counts = np.bincount(unit).astype(np.float64)
    sums = {metric: np.bincount(unit, weights=value).astype(np.float64) for metric, value in values.items()}
    units = Units(np.zeros(len(rows), np.int64), counts, sums)
    notes = [f"{counted(len(masked.ids), 'masked token')} in {counted(len(rows), 'row')} of {held_out.name}"]
    return Findings("tokens", METRICS, strata, units, notes if tagger else [*notes, MISSING])


def choose(ids: Sequence[Ints], special: set[int], *, rate: float, seed: int) -> Masked:
    """Select tokens to mask, each with the same probability; the same tokens for every model.

    Args:
        ids: the token ids of each row.
        special: ids that are never masked.
        rate: the probability, from 0 to 1.
        seed: decides which tokens are selected.

    Raises:
        ProbeError: no token was selected.
    """
    lengths = np.array([len(row) for row in ids])
    flat = np.concatenate(list(ids))
    picked = (generator("fidelity", seed).random(len(flat)) < rate) & ~np.isin(flat, sorted(special))
    if not picked.any():
        raise ProbeError(f"none of {len(flat):,} held-out tokens was masked; use more rows, or a higher mask-rate")
    rows = np.repeat(np.arange(len(ids)), lengths)
    places = np.arange(len(flat)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return Masked(rows[picked], places[picked], flat[picked])


def compare(student: Subject, teacher: Subject, ids: Sequence[Ints], masked: Masked) -> dict[str, NDArray[np.float64]]:
    """KL(teacher || student) in nats, and whether the likeliest word agrees, at each masked token.

    Args:
        student: the model to measure.
        teacher: the model to compare with; it has the same vocabulary.
        ids: the token ids of each row.
        masked: the tokens to mask and predict.

    Returns:
        For each metric, [masked tokens] in float64.
    """
    sequences, rows = [], np.unique(masked.rows)
    for row in rows:
        blanks = masked.places[masked.rows == row]
        hidden = ids[row].copy()
        hidden[blanks] = student.tokenizer.mask_token_id
        sequences.append(MaskedSequence(hidden, blanks))
    values = {metric: np.full(len(masked.ids), np.nan) for metric in METRICS}
    index = {key: n for n, key in enumerate(zip(masked.rows.tolist(), masked.places.tolist(), strict=True))}
    both = zip(student.log_probabilities(sequences), teacher.log_probabilities(sequences), strict=True)
    for ours, theirs in both:
        s, t = ours.log_probabilities, theirs.log_probabilities
        where = [index[key] for key in zip(rows[ours.sequences].tolist(), ours.places.tolist(), strict=True)]
        values["kl"][where] = torch.sum(t.exp() * (t - s), dim=1, dtype=torch.float64).cpu().numpy()
        values["agreement"][where] = (s.argmax(1) == t.argmax(1)).cpu().numpy()
    return values


def _splits(
    subject: Subject, held_out: HeldOut, masked: Masked, tagger: Tagger | None
) -> list[tuple[str, Sequence[str], Ints]]:
    """The ways to group the masked tokens: name, strata, and [tokens] the index of each token's stratum."""
    per_million = 1e6 * held_out.counts[masked.ids] / max(held_out.counts.sum(), 1)
    lengths = np.array([len(row) for row in held_out.ids])
    starts = {row: subject.word_starts(held_out.ids[row]) for row in np.unique(masked.rows).tolist()}
    made: list[tuple[str, Sequence[str], Ints]] = [
        ("frequency", _frequency_names(), np.searchsorted(-np.array(FREQUENCIES), -per_million)),
        ("position", [f"token {band}" for band in _bands()], np.searchsorted(LENGTHS, masked.places + 1)),
        ("length", [f"{band} tokens" for band in _bands()], np.searchsorted(LENGTHS, lengths[masked.rows])),
        ("piece", PIECES, _pieces(starts, masked)),
    ]
    if tagger is not None:
        made.append(("part of speech", TAGS, _tags(subject, held_out, starts, masked, tagger)))
    return made


def _pieces(starts: dict[int, NDArray[np.bool_]], masked: Masked) -> Ints:
    """[tokens], each token's index in PIECES."""
    made = []
    for row, place in zip(masked.rows.tolist(), masked.places.tolist(), strict=True):
        begins = starts[row]
        goes_on = place + 1 < len(begins) and not begins[place + 1]
        made.append((1 if goes_on else 0) if begins[place] else 2)
    return np.array(made, np.int64)


def _tags(
    subject: Subject, held_out: HeldOut, starts: dict[int, NDArray[np.bool_]], masked: Masked, tagger: Tagger
) -> Ints:
    """[tokens], the part of speech of each token's word, as an index into TAGS."""
    pieces = {row: subject.tokenizer.convert_ids_to_tokens(held_out.ids[row].tolist()) for row in starts}
    tagged = tagger.tags([spelled(pieces[row], starts[row].tolist()) for row in starts])
    of_row = {row: np.asarray(tags)[np.cumsum(starts[row]) - 1] for row, tags in zip(starts, tagged, strict=True)}
    return np.array([of_row[row][place] for row, place in zip(masked.rows, masked.places, strict=True)], np.int64)


def _frequency_names() -> list[str]:
    steps = [f"{step:,}" for step in FREQUENCIES]
    between = [f"{low} to {high} per million" for high, low in pairwise(steps)]
    return [f"{steps[0]} or more per million", *between, f"under {steps[-1]} per million"]


def _bands() -> list[str]:
    lows = [1, *(step + 1 for step in LENGTHS)]
    return [f"{low} to {high}" for low, high in zip(lows[:-1], LENGTHS, strict=True)] + [f"over {LENGTHS[-1]}"]
