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
    """The licence that the dataset card gives for documents without one of their own."""
    generated: ClassVar[bool] = False
    """True if the texts were written by a program; the dataset card says so."""

    def freeze(self, downloads: Path) -> Self:
        """The same source with everything that changes over time fixed: `latest` as a date, downloads done.

        Called once, in the main process, before the fingerprint is computed.

        Args:
            downloads: a folder for downloaded files, kept between builds.
        """
        return self

    def fetches(self) -> bool:
        """Whether `freeze` uses the network. A dry run does not, so it then cannot tell what already exists."""
        return type(self).freeze is not Source.freeze

    @abstractmethod
    def shards(self) -> Sequence[Shard]:
        """Its parts, in the order in which their documents are written.

        Raises:
            InputError: the input is missing or empty.
        """

    @abstractmethod
    def read(self, shard: Shard) -> Iterator[Document | Reject]:
        """The documents of one shard in order, and a `Reject` for each item that cannot become a document.

        Nothing is dropped silently: each item found yields exactly one of the two. Parse untrusted input through
        `corpora.run_in_sandbox`, so that a crash costs one document.

        Args:
            shard: one that `shards` returned; this call may run in another process.
        """

    def defaults(self) -> Defaults:
        """The filters and the splitter that a build of this source uses by default."""
        return Defaults()

    def components(self) -> Sequence[Component]:
        """Other components that the source's options name and that affect its texts; they enter the fingerprint."""
        return ()

    def notes(self) -> Sequence[str]:
        """What readers of the manifest and the dataset card must know: a truncated dump, a permission."""
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
        """Every book in the catalogue, in a fixed order."""


@dataclass(frozen=True)
class Filter(Component, ABC):
    """Rejects documents."""

    @abstractmethod
    def reject(self, document: Document) -> str | None:
        """The reason to reject a document; None keeps it.

        Args:
            document: as the source read it.

        Returns:
            A few words that are always the same for the same cause, because documents are counted by reason.
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
            Non-empty sentences; together they contain every character of the paragraph except white space.
        """

    def split_all(self, paragraphs: Sequence[str]) -> Iterable[list[str]]:
        """The sentences of each paragraph of a document; override it if there is a faster way than calling `split`."""
        return map(self.split, paragraphs)

    def spans(self, paragraphs: Sequence[str]) -> tuple[Array, Array] | None:
        """Where each sentence of some documents begins and ends, or None if `split_all` is to be called instead.

        Override it if the places are found as arrays: sentences then become rows without a string for each. Short
        documents are passed together, since a paragraph is cut without regard to others.

        Returns:
            [sentences] each, int64, ascending, in characters of the paragraphs joined by line breaks.
        """
        return None

    def for_language(self, language: str) -> Splitter:
        """The splitter for a document in a given language: by default this one.

        Args:
            language: ISO 639-1 code, such as `de`; empty if unknown.
        """
        return self


@dataclass(frozen=True)
class Template(Component, ABC):
    """Renders templates of a wiki as text."""

    @abstractmethod
    def render(self, name: str, arguments: Mapping[str, str], language: str) -> str | None:
        """The text of `{{name|…}}`, or None if this component does not know the template.

        Args:
            name: in lower case, with spaces instead of underscores.
            arguments: positional ones under "1", "2", …; values are already plain text.
            language: the wiki's language code, such as "en".
        """


@dataclass(frozen=True)
class Statistic(Component, ABC):
    """Counts something about a dataset block by block; the counts of parts can be merged into those of the whole."""

    of: ClassVar[Literal["sentences", "tokens", "both"]] = "tokens"
    """Which datasets it reads. Blocks of sentence datasets contain UTF-8 bytes."""

    @abstractmethod
    def count(self, block: Sequences, context: Context) -> Counts:
        """Count one block.

        Args:
            block: the rows, read-only; it may have no rows.
            context: the vocabulary, the rows' documents, and the number of the first row.

        Returns:
            Arrays by name, in a form that `merge` can add up.
        """

    def merge(self, one: Counts, other: Counts) -> Counts:
        """The combined counts of two parts; by default arrays are added, the shorter one padded with zeros.

        Args:
            one: the counts of the earlier rows.
            other: the counts of the later rows.
        """
        return {name: _added(one.get(name), other.get(name)) for name in sorted({*one, *other})}

    @abstractmethod
    def summarise(self, counts: Counts) -> dict[str, Json]:
        """Figures for the manifest, the dataset card and reports.

        Args:
            counts: those of the whole dataset, merged.

        Returns:
            JSON values by name; a figure that is not defined (a mean of no rows) is None.
        """


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
    """A dataset kept outside the store and addressed by its own reference."""

    def fetches(self) -> bool:
        """Whether `freeze` or `fingerprint` uses the network; if so, a dry run does not call them."""
        return False

    def freeze(self) -> Self:
        """The same dataset with everything that changes over time fixed: a branch as its commit.

        Called once, before any other method.
        """
        return self

    @abstractmethod
    def fingerprint(self) -> str:
        """What identifies its content, such as the sha256 of its files."""

    @abstractmethod
    def blocks(self) -> Iterator[pa.RecordBatch]:
        """Its rows: `text`, `paragraph`, `document` for sentences, or `input_ids`, `document` for tokens.

        Any further columns of floats are scores.
        """

    def tokenizer(self) -> str | None:
        """The text of the `tokenizer.json` that produced its ids; None for sentence datasets."""
        return None

    def licence(self) -> str:
        """The licence that its dataset card gives for all documents; empty if it gives none."""
        return ""
