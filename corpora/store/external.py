"""External datasets (`parquet:DIR`, `hub:REPO@REVISION`), with their rows checked and cast for the store."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

import pyarrow as pa

from corpora.errors import InputError, first_line
from corpora.plugin import DatasetProvider, options_of, registry, sha256_of
from corpora.store.blocks import SENTENCES, scores_in, scores_schema, tokens_schema
from corpora.store.dataset import TOKENIZER_FILE
from corpora.store.disk.atomic import write_text
from corpora.store.manifest import Plan, described
from corpora.store.tokenizers import tokenizer_of
from corpora.store.vocabulary import Vocabulary


@dataclass(frozen=True)
class ExternalDataset:
    """An external dataset, with its revision and paths resolved."""

    name: str
    provider: DatasetProvider

    @classmethod
    def named(cls, reference: str) -> ExternalDataset:
        """The external dataset that a reference currently stands for.

        Args:
            reference: the short form of a provider, such as `parquet:DIR`.

        Raises:
            UnknownName: no plugin offers such datasets.
        """
        provider: DatasetProvider = registry.make("datasets", reference)
        return cls(_name(provider, reference), provider.freeze())

    @cached_property
    def licence(self) -> str:
        """The licence that its dataset card gives for all documents; empty if it gives none."""
        return self.provider.licence()

    @cached_property
    def plan(self) -> Plan:
        """The plan of the version that it is imported as."""
        return Plan(
            action="take-in",
            components=(described(self.provider),),
            settings={"licence": self.licence} if self.licence else {},
            inputs=((self.provider.name, self.provider.fingerprint()),),
            recipe={"elsewhere": self.reference},
        )

    @property
    def reference(self) -> str:
        """A reference that stays valid, with the commit or the absolute path."""
        name, _, settings = self.provider.short().partition(":")
        first, equals, rest = settings.partition("=")
        unkeyed = equals and first == options_of(type(self.provider))[0].name and "=" not in rest.partition(",")[0]
        return f"{name}:{rest if unkeyed else settings}"

    def rows(self, staging: Path) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """Its schema and its blocks, cast to that schema and checked as they are read.

        Args:
            staging: the folder of the unfinished version; the tokenizer, if there is one, is written into it.

        Raises:
            InputError: there are no rows, columns or values are missing, an id is outside the tokenizer's vocabulary,
                the rows of a document are not consecutive, or the tokenizer cannot be read.
        """
        given = self.provider.tokenizer()
        schema, size = SENTENCES, 0
        if given is not None:
            tokenizer = tokenizer_of(given, f"{TOKENIZER_FILE} of {self.reference}").to_str(pretty=True)
            write_text(staging / TOKENIZER_FILE, tokenizer)
            size = len(Vocabulary(tokenizer).pieces)
            schema = tokens_schema(size)
        kept = (batch for batch in self.provider.blocks() if batch.num_rows)
        first = next(kept, None)
        if first is None:
            raise InputError(f"{self.reference} has no rows")
        schema = pa.schema([*schema, *scores_schema(scores_in(first.schema))])
        fitting = (self._fitting(batch, schema, size) for batch in itertools.chain([first], kept))
        return schema, self._together(fitting)

    def _fitting(self, batch: pa.RecordBatch, schema: pa.Schema, vocabulary_size: int) -> pa.RecordBatch:
        """The batch with the columns of the schema, after a check for missing values and unknown ids."""
        missing = [name for name in schema.names if name not in batch.schema.names]
        if missing:
            raise InputError(
                f"{self.reference}: a block has no column {missing[0]}; it must have {', '.join(schema.names)}"
            )
        try:
            made = pa.RecordBatch.from_arrays([batch[c.name].cast(c.type) for c in schema], schema=schema)
        except pa.ArrowException as error:
            raise InputError(f"{self.reference}: {first_line(error)}; the columns must be {_wanted(schema)}") from error
        import pyarrow.compute as pc

        parts = [*made.columns, *([pc.list_flatten(made.column(0))] if vocabulary_size else [])]
        if any(part.null_count for part in parts):
            raise InputError(f"{self.reference}: a row has a missing value; each must have {_wanted(schema)}")
        highest = pc.max(parts[-1]).as_py() if vocabulary_size else None
        if highest is not None and highest >= vocabulary_size:
            raise InputError(
                f"{self.reference} contains the token id {highest:,}, but its tokenizer has {vocabulary_size:,} "
                "pieces; check that the ids were made with this tokenizer"
            )
        return made

    def _together(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The same batches, with a check that each document's rows are consecutive; remembers 64 bits per document."""
        import pyarrow.compute as pc

        seen: set[bytes] = set()
        last = None
        for batch in batches:
            for document in pc.run_end_encode(batch.column("document")).values.to_pylist():
                key = blake2b(document.encode(), digest_size=8).digest()
                if document != last and key in seen:
                    raise InputError(
                        f"{self.reference}: the rows of document {document[:60]!r} are not consecutive; sort the rows "
                        "by document, and use different ids for the documents of different files"
                    )
                seen.add(key)
                last = document
            yield batch


def _name(provider: DatasetProvider, reference: str) -> str:
    """A short name without slashes: the provider, the last part of the location, and a hash of the reference."""
    options = options_of(type(provider))
    last = Path(str(getattr(provider, options[0].field))).name if options else ""
    kept = re.sub(r"[^A-Za-z0-9._-]+", "-", last).strip("-.")[:40]
    return "-".join(part for part in (provider.name, kept, sha256_of(reference)[:8]) if part)


def _wanted(schema: pa.Schema) -> str:
    return ", ".join(f"{column.name} as {column.type}" for column in schema)
