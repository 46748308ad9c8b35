"""One version of a dataset, opened: its rows, its statistics, its files."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from corpora.errors import DatasetDamaged, OptionError
from corpora.plugin import Counts, sha256_file
from corpora.store.atomic import write_bytes
from corpora.store.blocks import Piece, pieces_of, read_stream
from corpora.store.manifest import Manifest

if TYPE_CHECKING:
    import datasets

TOKENIZER_FILE = "tokenizer.json"


@dataclass(frozen=True)
class Dataset:
    """An immutable version in the store. Rows are read from memory-mapped Arrow files."""

    path: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        """The dataset's name, without its version."""
        return self.manifest.name

    @property
    def fingerprint(self) -> str:
        """The sha256, in hex, of everything that decides its bytes."""
        return self.manifest.fingerprint

    @property
    def reference(self) -> str:
        """NAME@FINGERPRINT, with the fingerprint as short as its folder's name."""
        return f"{self.name}@{self.path.name}"

    @property
    def kind(self) -> str:
        """`sentences` or `tokens`."""
        return self.manifest.kind

    @property
    def rows(self) -> int:
        """Sentences, or sequences."""
        return self.manifest.rows

    @property
    def documents(self) -> int:
        """Books and articles that its rows are from."""
        return self.manifest.documents

    @property
    def tokens(self) -> int | None:
        """Ids in all rows, special tokens not counted; None for sentence datasets."""
        return self.manifest.tokens

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """Its Arrow stream files, in order."""
        return tuple(self.path / name for name in sorted(self.manifest.files) if name.startswith("data-"))

    @property
    def schema(self) -> pa.Schema:
        """The columns: text, paragraph, document; or input_ids, document."""
        with pa.memory_map(str(self.files[0])) as source, pa.ipc.open_stream(source) as reader:
            return reader.schema

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Its blocks in order, as they stand in the files, without copying."""
        for path in self.files:
            yield from read_stream(path)

    def side_records(self, name: str) -> Iterator[dict[str, Any]]:
        """What its source recorded next to the rows under a name, such as `removed`; nothing if it recorded nothing."""
        path = self.path / f"{name}.jsonl"
        if path.exists():
            with path.open(encoding="utf-8") as file:
                yield from map(json.loads, file)

    def pieces(self, target_bytes: int = 16 << 20) -> list[Piece]:
        """Runs of blocks of about the same size, for parallel work."""
        return pieces_of(self.files, target_bytes=target_bytes)

    @property
    def tokenizer_file(self) -> Path | None:
        """The `tokenizer.json` that made its ids; None for sentence datasets."""
        path = self.path / TOKENIZER_FILE
        return path if path.exists() else None

    def statistics(self, name: str) -> Counts:
        """The counts of one statistic that was counted when the version was made.

        Raises:
            DatasetDamaged: the version holds no such counts.
        """
        path = self.path / "statistics" / f"{name}.npz"
        if not path.exists():
            raise DatasetDamaged(f"{self.reference} holds no statistic named {name}")
        return read_counts(path)

    def to_datasets(self) -> datasets.Dataset:
        """The same rows as a `datasets.Dataset`, memory-mapped."""
        import datasets

        return datasets.load_from_disk(str(self.path))

    def check_rows(self) -> None:
        """See that every data file is as long, and holds as many rows, as the manifest says.

        A stream that was cut between two blocks reads back short without an error: only this tells.

        Raises:
            DatasetDamaged: a file is missing, cut or longer.
        """
        for path in self.files:
            entry = self.manifest.files[path.name]
            size = path.stat().st_size if path.exists() else None
            if size != entry["size_bytes"]:
                found = "is missing" if size is None else f"has {size:,} bytes"
                raise DatasetDamaged(
                    f"{self.reference}: {path.name} {found} where {entry['size_bytes']:,} were written; "
                    f"corpora remove {self.reference} --force, then build it again"
                )
            rows = sum(batch.num_rows for batch in read_stream(path))
            if rows != entry["rows"]:
                raise DatasetDamaged(
                    f"{self.reference}: {path.name} holds {rows:,} rows where {entry['rows']:,} were written; "
                    f"corpora remove {self.reference} --force, then build it again"
                )

    def verify(self) -> None:
        """Read every file and compare its sha256 with the manifest's.

        Raises:
            DatasetDamaged: a file is missing or its content changed.
        """
        self.check_rows()
        for name, entry in self.manifest.files.items():
            path = self.path / name
            if not path.exists():
                raise DatasetDamaged(f"{self.reference}: {name} is missing; build it again")
            if sha256_file(path) != entry["sha256"]:
                raise DatasetDamaged(f"{self.reference}: the content of {name} changed; build it again")

    def need(self, kind: str, action: str) -> None:
        """See that an action can take this dataset.

        Raises:
            OptionError: it is of the other kind.
        """
        if self.kind != kind:
            hint = f"; corpora tokenize {self.name} first" if kind == "tokens" else ""
            raise OptionError(f"{action} takes a dataset of {kind}, and {self.reference} holds {self.kind}{hint}")


def write_counts(path: Path, counts: Counts) -> None:
    """Write named arrays as `.npz`, the same bytes for the same counts, whole or not at all."""
    buffer = io.BytesIO()
    arrays: dict[str, Any] = {name: np.ascontiguousarray(counts[name]) for name in sorted(counts)}
    np.savez(buffer, allow_pickle=False, **arrays)
    write_bytes(path, buffer.getvalue())


def read_counts(path: Path) -> Counts:
    """Read named arrays; nothing in them is ever unpickled."""
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def summary_json(summaries: Mapping[str, Any]) -> str:
    """Statistics' summaries as the text of `statistics/summary.json`."""
    return json.dumps(summaries, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
