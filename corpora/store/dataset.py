"""One version of a dataset, opened: its rows, its statistics, its files."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from corpora.errors import DatasetDamaged, OptionError
from corpora.plugin import Array, Counts, Json
from corpora.store.blocks import Piece, pieces_of, read_stream
from corpora.store.disk.atomic import write_bytes
from corpora.store.maintenance.checksums import CHECKED, problem_of
from corpora.store.manifest import MANIFEST, Manifest, is_data_file

if TYPE_CHECKING:
    import datasets

TOKENIZER_FILE = "tokenizer.json"
PROSE = ("README.md", "report.html")
"""The files of a version that are for people; actions do not read them."""


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
        """The sha256, in hex, of everything that affects its bytes."""
        return self.manifest.fingerprint

    @property
    def reference(self) -> str:
        """NAME@FINGERPRINT, with the fingerprint shortened to the name of the version's folder."""
        return f"{self.name}@{self.path.name}"

    @property
    def kind(self) -> str:
        """`sentences` or `tokens`."""
        return self.manifest.kind

    @property
    def rows(self) -> int:
        """The number of sentences or sequences."""
        return self.manifest.rows

    @property
    def documents(self) -> int:
        """The number of books or articles that its rows come from."""
        return self.manifest.documents

    @property
    def tokens(self) -> int | None:
        """The number of token ids in all rows, without special tokens; None for sentence datasets."""
        return self.manifest.tokens

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """Its Arrow stream files, in order."""
        return tuple(self.path / name for name in sorted(self.manifest.files) if is_data_file(name))

    @property
    def schema(self) -> pa.Schema:
        """The columns: text, paragraph, document; or input_ids, document; then scores, if any."""
        with pa.memory_map(str(self.files[0])) as source, pa.ipc.open_stream(source) as reader:
            return reader.schema

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Its blocks in order, memory-mapped."""
        for path in self.files:
            yield from read_stream(path)

    def side_records(self, name: str) -> Iterator[dict[str, Json]]:
        """The records that were stored next to the rows.

        Args:
            name: of the records, such as `removed`; the file is NAME.jsonl. Nothing is yielded if it does not exist.
        """
        path = self.path / f"{name}.jsonl"
        if path.exists():
            with path.open(encoding="utf-8") as file:
                yield from map(json.loads, file)

    def pieces(self, target_bytes: int = 16 << 20) -> list[Piece]:
        """Groups of consecutive blocks of roughly equal size, for parallel work; see `pieces_of`.

        Args:
            target_bytes: the approximate size of a group; at least one block.
        """
        return pieces_of(self.files, target_bytes=target_bytes)

    @property
    def tokenizer_file(self) -> Path | None:
        """The `tokenizer.json` that produced its ids; None for sentence datasets."""
        path = self.path / TOKENIZER_FILE
        return path if path.exists() else None

    def statistics(self, name: str) -> Counts:
        """The counts of a statistic that is stored in the version.

        Args:
            name: of the statistic: `sizes`, `lengths`, and for token datasets `tokens`.

        Raises:
            DatasetDamaged: the version has no such counts.
        """
        path = self.path / "statistics" / f"{name}.npz"
        if not path.exists():
            raise DatasetDamaged(f"{self.reference} has no statistic named {name}")
        return read_counts(path)

    def to_datasets(self) -> datasets.Dataset:
        """The same rows as a `datasets.Dataset`, memory-mapped.

        `map`, `filter` and `shuffle` then keep their cache files in a temporary folder. If the dataset were opened
        with `datasets.load_from_disk`, they would write them into the version.
        """
        import datasets
        from datasets.table import InMemoryTable

        loaded = datasets.load_from_disk(str(self.path))
        # `datasets` puts cache files next to the file of a memory-mapped table. This table is mapped too, but does
        # not reveal the file.
        table = InMemoryTable(loaded.data.table)
        return datasets.Dataset(table, info=loaded.info, split=loaded.split, fingerprint=loaded._fingerprint)

    def check_rows(self) -> None:
        """Check that every data file has the size and the number of rows that the manifest records.

        A stream that was truncated between two blocks can still be read without an error, so only this check finds it.

        Raises:
            DatasetDamaged: a file is missing, truncated or too long.
        """
        for path in self.files:
            entry = self.manifest.files[path.name]
            size = path.stat().st_size if path.exists() else None
            if size != entry["size_bytes"]:
                found = "is missing" if size is None else f"has {size:,} bytes"
                raise self._damaged(f"{path.name} {found}, but {entry['size_bytes']:,} were written")
            rows = sum(batch.num_rows for batch in read_stream(path))
            if rows != entry["rows"]:
                raise self._damaged(f"{path.name} has {rows:,} rows, but {entry['rows']:,} were written")
        total = sum(self.manifest.files[path.name]["rows"] for path in self.files)
        if total != self.rows:
            raise self._damaged(f"its data files have {total:,} rows, but its manifest says {self.rows:,}")

    def check(self) -> None:
        """Check the files that actions use against the manifest; called before an action reads them.

        A file is hashed only once, and again when its size, modification time or inode changes.

        Raises:
            DatasetDamaged: a file is missing, a symbolic link, or its content changed.
        """
        self.check_rows()
        self._check_hashes([name for name in self.manifest.files if name not in PROSE], again=False)

    def verify(self) -> None:
        """Read every file and compare its sha256 with the manifest.

        Raises:
            DatasetDamaged: a file is missing, a symbolic link, or its content changed.
        """
        self.check_rows()
        self._check_hashes(self.manifest.files, again=True)

    def _check_hashes(self, names: Iterable[str], *, again: bool) -> None:
        problem = problem_of(self.path, self.manifest.files, names=names, again=again)
        if problem is not None:
            raise self._damaged(problem)

    def _damaged(self, problem: str) -> DatasetDamaged:
        return DatasetDamaged(
            f"{self.reference}: {problem}; corpora remove {self.reference} --force, then build it again"
        )

    def foreign_files(self) -> list[Path]:
        """Files in its folder that are not part of the version, sorted."""
        own = {*self.manifest.files, MANIFEST, CHECKED}
        inside = [path for path in self.path.rglob("*") if path.is_symlink() or not path.is_dir()]
        return sorted(path for path in inside if path.relative_to(self.path).as_posix() not in own)

    def cache_files(self) -> list[Path]:
        """Cache files that the `datasets` library wrote into its folder after opening it with `load_from_disk`."""
        own = self.manifest.files
        return sorted(path for path in self.path.glob("cache-*.arrow") if path.name not in own)

    def need(self, kind: str, action: str) -> None:
        """Check that an action accepts datasets of this kind.

        Args:
            kind: `sentences` or `tokens`.
            action: how the error message refers to the action, such as `tokenize` or `--tokens`.

        Raises:
            OptionError: this dataset is of the other kind.
        """
        if self.kind != kind:
            hint = f"; corpora tokenize {self.name} first" if kind == "tokens" else ""
            raise OptionError(f"{action} takes a dataset of {kind}, but {self.reference} contains {self.kind}{hint}")


def write_counts(path: Path, counts: Counts) -> None:
    """Write named arrays as `.npz`, atomically; the same counts give the same bytes.

    Args:
        path: ends in `.npz`.
        counts: arrays by name; shapes and dtypes are kept.
    """
    buffer = io.BytesIO()
    arrays: dict[str, Array] = {name: np.ascontiguousarray(counts[name]) for name in sorted(counts)}
    np.savez(buffer, allow_pickle=False, **arrays)
    write_bytes(path, buffer.getvalue())


def read_counts(path: Path) -> Counts:
    """Read named arrays from a `.npz` file; pickled objects in it are refused."""
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def summary_json(summaries: Mapping[str, Json]) -> str:
    """The text of `statistics/summary.json`."""
    return json.dumps(summaries, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
