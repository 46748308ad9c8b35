"""Count statistics over a dataset: block by block, in parallel, merged in order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from corpora.errors import OptionError, StorageError
from corpora.execution import Executor, Progress, silent, told
from corpora.plugin import (
    Context,
    Counts,
    Json,
    Sequences,
    Statistic,
    is_builtin,
    must_return,
    registry,
    source_sha256,
)
from corpora.store.blocks import Piece, numbers_of, pieces_of, scores_in, sequences_of
from corpora.store.dataset import TOKENIZER_FILE, Dataset, read_counts, summary_json, write_counts
from corpora.store.disk.atomic import storage_errors, write_text
from corpora.store.store import Store

if TYPE_CHECKING:
    from tokenizers import Tokenizer

STANDARD = {"sentences": ("sizes", "lengths"), "tokens": ("sizes", "lengths", "tokens")}
"""Counted for every version when it is made, with `scores` if it has any; the manifest has the summaries."""


CONTROL_PIECES = ("[PAD]", "[CLS]", "[SEP]", "[MASK]", "<s>", "</s>", "<pad>", "<mask>")
"""Control tokens of BERT and RoBERTa; other special tokens are those that the tokenizer names."""


@dataclass(frozen=True)
class Vocabulary:
    """A tokenizer and its pieces, as components use them."""

    tokenizer_json: str

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The tokenizer itself."""
        from tokenizers import Tokenizer

        return Tokenizer.from_str(self.tokenizer_json)

    @cached_property
    def pieces(self) -> tuple[str, ...]:
        """Every piece by its id; an id without a piece has the empty string."""
        by_id = {number: piece for piece, number in self.tokenizer.get_vocab(with_added_tokens=True).items()}
        return tuple(by_id.get(number, "") for number in range(max(by_id, default=-1) + 1))

    @cached_property
    def special_ids(self) -> frozenset[int]:
        """The ids of [PAD], [UNK], [CLS], [SEP], [MASK] and other special tokens."""
        added = self.tokenizer.get_added_tokens_decoder()
        named = (self.tokenizer.token_to_id(piece) for piece in ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"))
        return frozenset(n for n, token in added.items() if token.special) | {n for n in named if n is not None}

    @cached_property
    def unknown_id(self) -> int | None:
        """The id of [UNK], if there is one."""
        known = (self.tokenizer.token_to_id(piece) for piece in ("[UNK]", "<unk>"))
        return next((number for number in known if number is not None), None)

    @cached_property
    def control_tokens(self) -> dict[int, str]:
        """The tokens that mean something to a model and are not text, by id: [CLS], <mask>, … but not [UNK]."""
        added = {number: token.content for number, token in self.tokenizer.get_added_tokens_decoder().items()}
        named = {self.tokenizer.token_to_id(piece): piece for piece in CONTROL_PIECES}
        known = {number: added.get(number) or self.pieces[number] for number in self.special_ids} | named
        return {number: piece for number, piece in known.items() if number not in (None, self.unknown_id) and piece}

    @cached_property
    def _control_literal(self) -> re.Pattern[str]:
        literals = sorted(self.control_tokens.values(), key=lambda literal: (-len(literal), literal))
        return re.compile("|".join(map(re.escape, literals)) or r"(?!)")

    def encode(self, texts: Sequence[str], *, keep_special: bool = False) -> list[list[int]]:
        """The ids of each text, without [CLS] and [SEP] around them.

        Args:
            keep_special: a literal `[MASK]` or `<s>` in a text becomes the control token, as `tokenizers` does it;
                otherwise it stays text, and no control id is made.
        """
        self.tokenizer.encode_special_tokens = not keep_special  # each time: a pickled tokenizer loses it
        rows = [encoding.ids for encoding in self.tokenizer.encode_batch_fast(texts, add_special_tokens=False)]
        if keep_special:
            return rows
        control = self.control_tokens.keys()
        return [ids if control.isdisjoint(ids) else self._as_text(text) for text, ids in zip(texts, rows, strict=True)]

    def _as_text(self, text: str) -> list[int]:
        """The ids of a text whose literals are also pieces of the model, which `encode_special_tokens` does not split.

        A space breaks each literal, if need be in the normalized text, where a full-width <s> has become ASCII.
        """
        normalizer, control = self.tokenizer.normalizer, self.control_tokens.keys()
        for written in (text, normalizer.normalize_str(text) if normalizer else text):
            broken = self._control_literal.sub(lambda found: f"{found[0][0]} {found[0][1:]}", written)
            ids: list[int] = self.tokenizer.encode(broken, add_special_tokens=False).ids
            if control.isdisjoint(ids):
                return ids
        unknown = [] if self.unknown_id is None else [self.unknown_id]
        return [each for number in ids for each in (unknown if number in control else [number])]

    def encode_again(self, texts: Sequence[str], read: Sequence[str], ids: Sequence[Sequence[int]]) -> list[list[int]]:
        """The ids of rewritten rows: a literal stands for its control token, unless it was text before.

        Args:
            texts: the rewritten rows.
            read: what they were rewritten from.
            ids: the ids that `read` was decoded from.
        """
        control, literal = self.control_tokens.keys(), self._control_literal
        rows = self.encode(texts, keep_special=True)
        for number, text in enumerate(read):
            if literal.search(text) and control.isdisjoint(ids[number]):
                rows[number] = self.encode([texts[number]])[0]
        return rows

    def context(self, **more: Any) -> Context:
        """The context that components get: the vocabulary, and facts about their block."""
        return Context(vocabulary=self.pieces, special_ids=self.special_ids, unknown_id=self.unknown_id, **more)


def vocabulary_in(folder: Path) -> Vocabulary | None:
    """The vocabulary of a token dataset's folder; None for sentence datasets."""
    path = folder / TOKENIZER_FILE
    return Vocabulary(path.read_text(encoding="utf-8")) if path.exists() else None


@dataclass(frozen=True)
class CountTask:
    """Counts several statistics over one piece of a dataset."""

    statistics: tuple[Statistic, ...]
    vocabulary: Vocabulary | None

    def __call__(self, piece: Piece) -> list[Counts]:
        """The counts of the piece, one entry per statistic."""
        totals: list[Counts] = [{} for _ in self.statistics]
        for _, first_row, batch in piece.batches():
            block, context = sequences_of(batch), context_of(batch, first_row, self.vocabulary)
            totals = [
                statistic.merge(total, statistic.count(block, context)) if total else statistic.count(block, context)
                for statistic, total in zip(self.statistics, totals, strict=True)
            ]
        return totals


class Documents(Sequence[str]):
    """The document ids of a block's rows, read from Arrow on access."""

    def __init__(self, column: pa.Array) -> None:
        self.column = column

    def __len__(self) -> int:
        return len(self.column)

    def __getitem__(self, row: object) -> Any:
        return self.column[row].as_py()


def context_of(
    batch: pa.RecordBatch, first_row: int, vocabulary: Vocabulary | None, statistics: Mapping[str, Counts] | None = None
) -> Context:
    """The context of one block."""
    more: dict[str, Any] = {"documents": Documents(batch.column("document")), "first_row": first_row}
    more |= {"statistics": statistics or {}, "columns": numbers_of(batch)}
    return vocabulary.context(**more) if vocabulary else Context(**more)


def count(
    files: Iterable[Path],
    statistics: Sequence[Statistic],
    vocabulary: Vocabulary | None,
    executor: Executor,
    progress: Progress = silent,
) -> list[Counts]:
    """The counts of dataset files, one entry per statistic; the same with any executor."""
    pieces = pieces_of(files)
    nothing = Sequences(np.empty(0, np.uint16), np.zeros(1, np.int64))
    context = vocabulary.context() if vocabulary else Context()
    totals: list[Counts] = [statistic.count(nothing, context) for statistic in statistics]
    for statistic, total in zip(statistics, totals, strict=True):
        must_return(isinstance(total, Mapping), statistic, "count", total, "a dict of arrays")
    for parts in told(executor.map(CountTask(tuple(statistics), vocabulary), pieces), progress, "count", len(pieces)):
        totals = [s.merge(t, p) for s, t, p in zip(statistics, totals, parts, strict=True)]
    return totals


def count_standard(
    folder: Path, files: Sequence[Path], schema: pa.Schema, executor: Executor, progress: Progress
) -> dict[str, dict[str, Json]]:
    """Count the standard statistics of a new version, write them under `statistics/`, and return the summaries."""
    names = STANDARD["sentences" if "text" in schema.names else "tokens"] + ("scores",) * bool(scores_in(schema))
    statistics = [registry.make("statistics", name) for name in names]
    totals = count(files, statistics, vocabulary_in(folder), executor, progress)
    return write_statistics(folder, statistics, totals)


def write_statistics(
    folder: Path, statistics: Sequence[Statistic], totals: Sequence[Counts]
) -> dict[str, dict[str, Json]]:
    """Write counts and their summary under `statistics/`, and return the summaries."""
    target = folder / "statistics"
    target.mkdir(exist_ok=True)
    summaries: dict[str, dict[str, Json]] = {}
    for statistic, total in zip(statistics, totals, strict=True):
        write_counts(target / f"{statistic.name}.npz", total)
        summaries[statistic.name] = statistic.summarise(total)
    write_text(target / "summary.json", summary_json(summaries))
    return summaries


def counts_of(
    store: Store, dataset: Dataset, name: str, executor: Executor, progress: Progress = silent
) -> tuple[Statistic, Counts]:
    """A statistic of a finished version: from the version, from the store's own counts, or counted now and stored.

    Raises:
        UnknownName: no plugin offers the statistic.
        OptionError: it does not read datasets of this kind.
    """
    statistic: Statistic = registry.make("statistics", name)
    if statistic.of not in ("both", dataset.kind):
        raise OptionError(
            f"the statistic {name} reads datasets of {statistic.of}; {dataset.reference} holds {dataset.kind}"
        )
    inside = dataset.path / "statistics" / f"{name}.npz"
    cls = type(statistic)
    # A plugin's code is part of the name, because counts from before a change of the code are stale.
    code = "" if is_builtin(cls) else f"-{source_sha256(cls)[:12]}"
    kept = store.statistics_folder(dataset) / f"{statistic.short().replace('/', '_')}-{statistic.version}{code}.npz"
    for path in (inside, kept):
        if path.exists():
            return statistic, read_counts(path)
    [total] = count(dataset.files, [statistic], vocabulary_in(dataset.path), executor, progress)
    with storage_errors(store.home):
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_counts(kept, total)
    return statistic, total


def counts_needed(store: Store, dataset: Dataset, needs: Iterable[str], executor: Executor) -> dict[str, Counts]:
    """The counts that components need of a dataset, by the statistic's name."""
    return {name: counts_of(store, dataset, name, executor)[1] for name in sorted(set(needs))}


@dataclass(frozen=True)
class Counting:
    """Gets counts from the version, from the store, or by counting now."""

    store: Store
    executor: Executor
    progress: Progress = silent

    def of(self, dataset: Dataset, name: str) -> tuple[Statistic, Counts]:
        """A statistic and its counts; if the store is read-only, new counts are not stored."""
        try:
            return counts_of(self.store, dataset, name, self.executor, self.progress)
        except StorageError:
            statistic: Statistic = registry.make("statistics", name)
            vocabulary = vocabulary_in(dataset.path)
            [total] = count(dataset.files, [statistic], vocabulary, self.executor, self.progress)
            return statistic, total

    def summary(self, dataset: Dataset, name: str) -> dict[str, Any]:
        """The summary of a statistic for a dataset."""
        statistic, counts = self.of(dataset, name)
        return statistic.summarise(counts)
