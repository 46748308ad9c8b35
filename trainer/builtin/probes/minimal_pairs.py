"""Minimal pairs: given two sentences that differ in one point of grammar, does the model prefer the grammatical one?"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from corpora import option
from trainer import (
    Findings,
    Metric,
    Probe,
    ProbeError,
    Stratum,
    Units,
    hookimpl,
    mean_of_rates,
    parse_json,
    rate_estimate,
)

if TYPE_CHECKING:
    from trainer import Subject

NAMES = {
    "good": ("good", "sentence_good"),
    "bad": ("bad", "sentence_bad"),
    "field": ("field",),
    "paradigm": ("paradigm", "UID"),
}
"""The fields of a pair, and the keys accepted for each: ours, then BLiMP's."""
SAME_FIELD = {"syntax_semantics": "syntax/semantics"}
"""BLiMP writes one of its fields in two ways."""
SHAPE = "each line is a JSON object with good, bad, field and paradigm (or BLiMP's sentence_good, sentence_bad, UID)"
ENDINGS = (".jsonl", ".jsonl.gz")
LONGEST_BYTES = 1_000_000
"""A line with a pair is shorter."""


@dataclass(frozen=True)
class Pair:
    """Two sentences, of which one is grammatical."""

    good: str
    bad: str
    field: str
    paradigm: str


@dataclass(frozen=True)
class MinimalPairs(Probe):
    """The share of sentence pairs in which the model finds the grammatical sentence likelier.

    Sentences are scored by pseudo-log-likelihood (Kauf and Ivanova 2023, arXiv 2305.10588). The values for fields and
    for the whole are means over paradigms. BLiMP (Warstadt et al. 2020, arXiv 1912.00582) is read as published.
    """

    name: ClassVar[str] = "minimal-pairs"
    pairs: Path = option(..., "A JSONL file (may be gzipped) or a folder of them, such as BLiMP's.", decides=False)
    pairs_per_paradigm: int | None = option(None, "Use only this many pairs of each paradigm, the first ones.", min=1)

    def inputs(self, subject: Subject) -> Mapping[str, str]:
        """A hash of the pairs that are scored."""
        content = hashlib.sha256()
        for pair in self._read():
            content.update(json.dumps(asdict(pair)).encode())
        return {"pairs": content.hexdigest()}

    def measure(self, subject: Subject) -> Findings:
        """Score both sentences of every pair; equal scores count as wrong."""
        pairs = self._read()
        scores = subject.log_likelihoods([sentence for pair in pairs for sentence in (pair.good, pair.bad)])
        paradigms = sorted({(pair.field, pair.paradigm) for pair in pairs})
        numbers = {paradigm: number for number, paradigm in enumerate(paradigms)}
        groups = np.array([numbers[pair.field, pair.paradigm] for pair in pairs])
        units = Units(groups, np.ones(len(pairs)), {"accuracy": (scores[0::2] > scores[1::2]).astype(np.float64)})
        return Findings(
            counted="pairs",
            metrics={"accuracy": Metric("good sentence preferred", "rate", higher_is_better=True)},
            strata=list(_strata(units, paradigms)),
            units=units,
            notes=_notes(subject, pairs),
        )

    def _read(self) -> list[Pair]:
        """The pairs in all files, with each paradigm cut to `pairs_per_paradigm`."""
        taken: dict[tuple[str, str], int] = {}
        kept = []
        for pair in _pairs(self.pairs):
            key = pair.field, pair.paradigm
            taken[key] = taken.get(key, 0) + 1
            if self.pairs_per_paradigm is None or taken[key] <= self.pairs_per_paradigm:
                kept.append(pair)
        if not kept:
            raise ProbeError(f"{self.pairs} has no pairs; {SHAPE}")
        return kept


def _strata(units: Units, paradigms: Sequence[tuple[str, str]]) -> Iterator[Stratum]:
    """The whole and each field, as means over their paradigms, followed by each paradigm."""
    right, trials = np.bincount(units.groups, units.sums["accuracy"]), np.bincount(units.groups)
    rates = [rate_estimate(int(successes), int(count)) for successes, count in zip(right, trials, strict=True)]
    yield Stratum("all", "all", int(trials.sum()), {"accuracy": mean_of_rates(rates)})
    for field in sorted({field for field, _ in paradigms}):
        mine = [number for number, (of, _) in enumerate(paradigms) if of == field]
        found = mean_of_rates([rates[number] for number in mine])
        yield Stratum("field", field, int(trials[mine].sum()), {"accuracy": found})
    for number, (field, paradigm) in enumerate(paradigms):
        yield Stratum("paradigm", paradigm, int(trials[number]), {"accuracy": rates[number]}, within=field)


def _notes(subject: Subject, pairs: Sequence[Pair]) -> list[str]:
    """A note on how many pairs contain words that the vocabulary cannot spell."""
    tokenizer = subject.tokenizer
    sentences = [sentence for pair in pairs for sentence in (pair.good, pair.bad)]
    made = tokenizer(sentences, add_special_tokens=False, verbose=False)["input_ids"]
    unknown = [tokenizer.unk_token_id in ids for ids in made]
    pairs_hit = sum(good or bad for good, bad in zip(unknown[0::2], unknown[1::2], strict=True))
    if not pairs_hit:
        return []
    return [
        f"{pairs_hit:,} of {len(pairs):,} pairs contain {tokenizer.unk_token}, words that the vocabulary cannot spell"
    ]


def _pairs(path: Path) -> Iterator[Pair]:
    for file in _files(path):
        try:
            with gzip.open(file, "rb") if file.name.endswith(".gz") else file.open("rb") as lines:
                for number, line in enumerate(iter(lambda: lines.readline(LONGEST_BYTES), b""), start=1):
                    if len(line) == LONGEST_BYTES:  # of a small file too, if it is compressed
                        raise ProbeError(f"{file}, line {number:,} has {LONGEST_BYTES:,} bytes or more; {SHAPE}")
                    if line.strip():
                        yield _pair(line, f"{file}, line {number:,}")
        except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
            raise ProbeError(f"{file} cannot be read: {error}") from error


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.name.endswith(ENDINGS))
        if not files:
            raise ProbeError(f"{path} has no file that ends in {' or '.join(ENDINGS)}; {SHAPE}")
        return files
    if not path.is_file():
        raise ProbeError(f"{path} does not exist; --pairs takes a JSONL file or a folder of them")
    return [path]


def _pair(line: bytes, where: str) -> Pair:
    try:
        content = parse_json(line)
    except ValueError as error:
        raise ProbeError(f"{where}: not JSON ({error}); {SHAPE}") from error
    found: dict[str, str] = {}
    for field, names in NAMES.items():
        value = next((content[name] for name in names if name in content), None) if isinstance(content, dict) else None
        if not isinstance(value, str) or not value.strip():
            raise ProbeError(f"{where}: no text under {field!r}; {SHAPE}")
        found[field] = value
    return Pair(**found | {"field": SAME_FIELD.get(found["field"], found["field"])})


@hookimpl
def trainer_probes() -> list[type[Probe]]:
    """Offer it."""
    return [MinimalPairs]
