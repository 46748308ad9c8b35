"""What each kind of component must do. START READING HERE.

A plugin offers classes of these kinds through the hooks of `corpora.plugin.hookspecs`; users choose them by name.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, Self

import numpy as np

from corpora.plugin.component import Component
from corpora.plugin.records import Context, Counts, Defaults, Document, Reject, Sequences, Shard
from corpora.plugin.values import Array, Json

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Source(Component, ABC):
    """Where texts come from."""

    licence: ClassVar[str] = "unknown"
    """The licence in the card of documents that have none of their own."""
    generated: ClassVar[bool] = False
    """True if a program wrote the texts; the card says so."""

    def freeze(self, downloads: Path) -> Self:
        """The same source with everything that changes over time fixed: `latest` as a date, downloads done.

        Called once, by the driver, before the fingerprint is taken.

        Args:
            downloads: a folder kept between builds, for what the source fetches.
        """
        return self

    def fetches(self) -> bool:
        """Whether `freeze` uses the network; a dry run, which may not, then cannot say what exists."""
        return type(self).freeze is not Source.freeze

    @abstractmethod
    def shards(self) -> Sequence[Shard]:
        """Its parts, in the order in which their documents are written.

        Raises:
            InputError: what it was pointed at is missing or empty.
        """

    @abstractmethod
    def read(self, shard: Shard) -> Iterator[Document | Reject]:
        """The documents of one shard in order, and a `Reject` for each item that cannot become a document.

        Nothing is dropped silently: each item found yields exactly one of the two. Parse untrusted input through
        `corpora.guarded`, so that a crash costs one document.

        Args:
            shard: one of those that `shards` returned; it may be read in another process.
        """

    def defaults(self) -> Defaults:
        """The filters and the splitter that this source comes with."""
        return Defaults()

    def components(self) -> Sequence[Component]:
        """Other components that it chose by name and that decide its texts, for the fingerprint."""
        return ()

    def notes(self) -> Sequence[str]:
        """What a reader of the manifest and the card must know: a cut dump, a permission."""
        return ()


@dataclass(frozen=True)
class Entry:
    """A book in a catalogue."""

    id: str
    url: str
    title: str = ""
    author: str = ""
    language: str = ""
    words: int | None = None
    price: float | None = None
    formats: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    licence: str = ""


@dataclass(frozen=True)
class Catalogue(Component, ABC):
    """Where books are found."""

    @abstractmethod
    def find(self) -> Iterator[Entry]:
        """Every book of the catalogue, in a fixed order."""


@dataclass(frozen=True)
class Filter(Component, ABC):
    """Rejects documents."""

    @abstractmethod
    def reject(self, document: Document) -> str | None:
        """Why to reject the document; None keeps it.

        Args:
            document: with its paragraphs as the source read them.

        Returns:
            A few words, the same for the same cause, because the accounting counts documents by reason.
        """


@dataclass(frozen=True)
class Splitter(Component, ABC):
    """Cuts paragraphs into sentences."""

    @abstractmethod
    def split(self, paragraph: str) -> list[str]:
        """The paragraph's sentences in order.

        Args:
            paragraph: text without line breaks, not empty.

        Returns:
            Sentences that are not empty; together they hold every character but white space.
        """

    def split_all(self, paragraphs: Sequence[str]) -> Iterable[list[str]]:
        """The sentences of each paragraph of a document: those that `split` gives, in whatever way is fastest."""
        return map(self.split, paragraphs)

    def for_language(self, language: str) -> Splitter:
        """The splitter for a document: this one, unless its rules follow the document's language.

        Args:
            language: ISO 639-1 code, such as `de`; empty where it is unknown.
        """
        return self


@dataclass(frozen=True)
class Template(Component, ABC):
    """Renders templates of a wiki as text."""

    @abstractmethod
    def render(self, name: str, arguments: Mapping[str, str], language: str) -> str | None:
        """The text of `{{name|…}}`, or None where this component does not know it.

        Args:
            name: lower case, spaces for underscores.
            arguments: positional ones under "1", "2", …; values already plain text.
            language: the wiki's code, such as "en".
        """


@dataclass(frozen=True)
class Statistic(Component, ABC):
    """Counts something about a dataset, block by block, so that counts of parts add up to the count of the whole."""

    of: ClassVar[Literal["sentences", "tokens", "both"]] = "tokens"
    """Which datasets it reads. The blocks of sentence datasets hold UTF-8 bytes."""

    @abstractmethod
    def count(self, block: Sequences, context: Context) -> Counts:
        """Count one block.

        Args:
            block: the rows, read-only; a block without rows must be counted too.
            context: the vocabulary, the rows' documents, and the number of the first row.

        Returns:
            Arrays by name, which `merge` can add up.
        """

    def merge(self, one: Counts, other: Counts) -> Counts:
        """The counts of two parts together; by default arrays are added, the shorter one padded with zeros.

        Args:
            one: the counts of the rows that come first.
            other: the counts of the rows after them.
        """
        return {name: _added(one.get(name), other.get(name)) for name in sorted({*one, *other})}

    @abstractmethod
    def summarise(self, counts: Counts) -> dict[str, Json]:
        """Figures for the manifest, the card and reports, from the counts of the whole dataset."""


def _added(one: Array | None, other: Array | None) -> Array:
    if one is None or other is None:
        return np.array(one if other is None else other)
    if one.shape == other.shape:
        total: Array = one + other
        return total
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    total = np.array(longer)
    total[: len(shorter)] += shorter
    return total


@dataclass(frozen=True)
class DatasetProvider(Component, ABC):
    """A dataset that is kept outside the store, under a name of its own."""

    def fetches(self) -> bool:
        """Whether `freeze` or `fingerprint` uses the network; a dry run then does not call them."""
        return False

    def freeze(self) -> Self:
        """The same dataset with everything that changes over time fixed: a branch as its commit.

        Called once, before any other method.
        """
        return self

    @abstractmethod
    def fingerprint(self) -> str:
        """What identifies its content: the sha256 of its files."""

    @abstractmethod
    def blocks(self) -> Iterator[pa.RecordBatch]:
        """Its rows: `text`, `paragraph`, `document` of a sentence dataset, or `input_ids`, `document` of tokens.

        Further columns of floats are its scores.
        """

    def tokenizer(self) -> str | None:
        """The `tokenizer.json` that made its ids, as text; None for sentence datasets."""
        return None

    def licence(self) -> str:
        """The licence that its card states for all documents; empty if it states none."""
        return ""
