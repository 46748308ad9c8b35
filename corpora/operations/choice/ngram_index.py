"""The n-grams of evaluation data, as hashes on disk that workers look up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpora.arrays import KeySet, RowNgrams, tally
from corpora.errors import OptionError
from corpora.operations.choice.copies import mapped
from corpora.operations.choice.evaluation import files_of, is_of_files, kind_and_path
from corpora.operations.choice.evaluation_texts import texts_of
from corpora.operations.choice.normalised_ngrams import normalised_ngrams
from corpora.operations.version_writer import Work
from corpora.plugin import Sequences, sha256_file
from corpora.store import Dataset, Vocabulary, sequences_of, vocabulary_in, write_bytes

TEXTS_A_BLOCK = 10_000


@dataclass(frozen=True)
class Evaluation:
    """Evaluation data as words or ids, matching the dataset that it must not be in."""

    name: str
    """How records refer to it, such as NAME@FINGERPRINT or squad:dev-v1.1.json."""
    digest: str
    """The fingerprint of a dataset, or the sha256 of a file."""
    blocks: Callable[[], Iterator[Sequences]]
    """Reads the data anew, as blocks of token ids or UTF-8 bytes."""
    is_dataset: bool = False


def evaluations_of(words: Sequence[str | Dataset], parent: Dataset, work: Work) -> list[Evaluation]:
    """The evaluation data that the words of `--of` refer to: one entry per dataset and per file.

    Args:
        words: datasets, open or by reference, and words for files.
        parent: the dataset that they are removed from.
        work: opens the datasets.

    Raises:
        OptionError: the rows of a dataset cannot be compared with the parent's.
        InputError: a file is missing or cannot be read.
    """
    vocabulary = vocabulary_in(parent.path)
    found: list[Evaluation] = []
    for word in words:
        if isinstance(word, str) and is_of_files(word):
            found += _of_files(word, vocabulary)
        else:
            found.append(_of_dataset(work.open(word), parent, vocabulary))
    return found


def _of_files(word: str, vocabulary: Vocabulary | None) -> Iterator[Evaluation]:
    kind, _ = kind_and_path(word)
    for path in files_of(word):
        name = path.name if kind != "glue" or path.parent == path else f"{path.parent.name}/{path.name}"
        read = _Texts(kind, path, vocabulary)
        yield Evaluation(f"{kind}:{name}" if kind else name, sha256_file(path), read.blocks)


def _of_dataset(found: Dataset, parent: Dataset, vocabulary: Vocabulary | None) -> Evaluation:
    def read() -> Iterator[Sequences]:
        """The dataset's blocks; sentences are tokenized if the parent has tokens."""
        for batch in found.batches():
            same = vocabulary is None or found.kind == "tokens"
            yield sequences_of(batch) if same else block_of(batch.column("text").to_pylist(), vocabulary)

    if found.kind == "tokens" and vocabulary is None:
        raise OptionError(
            f"--of {found.reference} contains token ids but {parent.reference} sentences; "
            f"give the sentences that {found.name} was tokenized from"
        )
    if found.kind == "tokens" and vocabulary != vocabulary_in(found.path):
        raise OptionError(
            f"--of {found.reference} has a different tokenizer than {parent.reference}; give its sentences, "
            f"or tokenize them with --like {parent.name}"
        )
    if found.fingerprint == parent.fingerprint:
        raise OptionError(f"--of {found.reference} is the dataset itself; nothing would be left")
    return Evaluation(found.reference, found.fingerprint, read, is_dataset=True)


@dataclass(frozen=True)
class _Texts:
    """The texts of one file, one block at a time."""

    kind: str
    path: Path
    vocabulary: Vocabulary | None

    def blocks(self) -> Iterator[Sequences]:
        """Blocks of token ids if there is a vocabulary, otherwise of UTF-8 bytes."""
        texts = texts_of(self.kind, self.path)
        while some := list(islice(texts, TEXTS_A_BLOCK)):
            yield block_of(some, self.vocabulary)


def block_of(texts: list[str], vocabulary: Vocabulary | None) -> Sequences:
    """Texts as a block, one row each.

    Args:
        texts: the rows.
        vocabulary: encodes them as uint32 ids; None gives their UTF-8 bytes.
    """
    rows: list[bytes] | list[list[int]]
    if vocabulary is None:
        rows = [text.encode("utf-8", "surrogatepass") for text in texts]
        values = np.frombuffer(b"".join(rows), np.uint8)
    else:
        rows = vocabulary.encode(texts)
        values = np.concatenate([np.empty(0, np.uint32), *(np.array(ids, np.uint32) for ids in rows)])
    return Sequences(values, np.append(0, np.cumsum(np.array(list(map(len, rows)), np.int64))))


@dataclass(frozen=True)
class NgramIndex:
    """The distinct n-grams of evaluation data, memory-mapped, each with the first data that contains it."""

    n: int
    normalise: tuple[str, ...]
    """What differences between words are ignored."""
    names: tuple[str, ...]
    keys_file: Path
    owners_file: Path

    def ngrams_of(self, block: Sequences) -> RowNgrams:
        """The n-grams of a block, as the index has those of the evaluation data."""
        return normalised_ngrams(block, self.n, self.normalise)

    @cached_property
    def keys(self) -> KeySet:
        """The hashes of the n-grams."""
        return KeySet(mapped(self.keys_file))

    @cached_property
    def owners(self) -> NDArray[np.uint64]:
        """[keys], the index in `names` of the data that each n-gram comes from."""
        return mapped(self.owners_file)


@dataclass
class Coverage:
    """How many n-grams and texts evaluation data has, by its name."""

    ngrams: dict[str, int] = field(default_factory=dict)
    """Distinct n-grams."""
    texts: dict[str, int] = field(default_factory=dict)
    """Texts that are not empty."""
    short: dict[str, int] = field(default_factory=dict)
    """Those of them that are too short to contain an n-gram, so they cannot be found."""

    def add(self, name: str, ngrams: int, texts: int, long: int) -> None:
        """Count the texts of some data, and those that contain an n-gram."""
        self.ngrams[name] = ngrams
        self.texts[name] = texts
        self.short[name] = texts - long


def write_index(
    folder: Path, evaluations: Sequence[Evaluation], n: int, normalise: tuple[str, ...]
) -> tuple[NgramIndex, Coverage]:
    """Write an index of the n-grams of evaluation data.

    Args:
        folder: where the index is written.
        evaluations: each is read once, or twice if none of them contains an n-gram.
        n: words or tokens per n-gram.
        normalise: the differences between words to ignore.

    Returns:
        The index, and how much of the data it covers.

    Raises:
        OptionError: no text is long enough to contain an n-gram.
    """
    keys, owners = np.empty(0, np.uint64), np.empty(0, np.uint64)
    coverage = Coverage()
    for number, evaluation in enumerate(evaluations):
        hashes, texts, long = [np.empty(0, np.uint64)], 0, 0
        for block in evaluation.blocks():
            found = normalised_ngrams(block, n, normalise)
            hashes.append(found.hashes)
            texts += _rows_with(normalised_ngrams(block, 1, normalise))
            long += _rows_with(found)
        own = tally(np.concatenate(hashes))[0]
        coverage.add(evaluation.name, len(own), texts, long)
        new = own[KeySet(keys).places(own) < 0]
        order = np.argsort(np.concatenate([keys, new]), kind="stable")
        keys = np.concatenate([keys, new])[order]
        owners = np.concatenate([owners, np.full(len(new), number, np.uint64)])[order]
    if not len(keys):
        longest = max((_longest(block, normalise) for each in evaluations for block in each.blocks()), default=0)
        names = ", ".join(coverage.ngrams)
        if not longest:
            raise OptionError(f"--of: there is no text in {names}")
        raise OptionError(f"--ngram is {n}, but the longest text of {names} has {longest}; give at most {longest}")
    index = NgramIndex(n, normalise, tuple(coverage.ngrams), folder / "ngrams", folder / "owners")
    write_bytes(index.keys_file, keys.astype("<u8").tobytes())
    write_bytes(index.owners_file, owners.astype("<u8").tobytes())
    return index, coverage


def _rows_with(found: RowNgrams) -> int:
    """The number of rows that have an n-gram."""
    return int((np.diff(found.rows, prepend=-1) > 0).sum())


def _longest(block: Sequences, normalise: tuple[str, ...]) -> int:
    """The number of words or tokens in the longest row."""
    return int(np.bincount(normalised_ngrams(block, 1, normalise).rows, minlength=1).max())


def longest_row(batches: Iterable[pa.RecordBatch], normalise: tuple[str, ...]) -> int:
    """The number of words or tokens in the longest row of a dataset, without those that normalisations remove."""
    return max((_longest(sequences_of(batch), normalise) for batch in batches), default=0)
