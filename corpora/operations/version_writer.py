"""The last step of every action on a dataset: write the rows, the statistics, the manifest and the card."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from corpora.errors import OptionError, UnknownName
from corpora.execution import Executor, Progress, make_executor, reported, silent
from corpora.operations.document_counts import DocumentCounter, licences_of
from corpora.store import (
    TOKENIZER_FILE,
    BlockWriter,
    Dataset,
    ExternalDataset,
    Manifest,
    Plan,
    Store,
    command_line,
    count_standard,
    default_store,
    environment,
    link_or_copy,
    now,
    plan_json,
    read_stream,
    write_datasets_files,
    write_stream,
    write_text,
)
from corpora.store.pages import write_card, write_page

SIDE_FILES = (TOKENIZER_FILE, "documents.parquet")
"""Files that a version passes on to the versions made from it."""


@dataclass(frozen=True)
class Work:
    """Where and how an action runs; none of it affects the bytes."""

    store: Store
    executor: Executor
    progress: Progress = silent

    @classmethod
    def here(cls, store: Store | None, executor: Executor | str, progress: Progress) -> Work:
        """The work of an action, from the arguments that all actions have.

        Args:
            store: None means the default store.
            executor: an executor or its short form, such as `processes:workers=2`.
            progress: is called as the action advances.

        Raises:
            UnknownName: no executor has this name.
        """
        return cls(store or default_store(), make_executor(executor), progress)

    def open(self, dataset: Dataset | str) -> Dataset:
        """Open a dataset, and check its files against its manifest.

        Args:
            dataset: an open one, NAME, NAME@TAG or NAME@FINGERPRINT, or an external one (`parquet:DIR`,
                `hub:OWNER/NAME`), which is imported.

        Raises:
            DatasetNotFound: the dataset does not exist; the message lists close matches.
            DatasetDamaged: its files do not match its manifest.
        """
        if isinstance(dataset, Dataset):
            dataset.check()
            return dataset
        return self._taken_in(dataset) if ":" in dataset else self.store.open(dataset)

    def _taken_in(self, reference: str) -> Dataset:
        """A version with the rows of an external dataset, which is imported only if its content is new."""
        given = ExternalDataset.named(reference)

        def _import(staging: Path) -> Manifest:
            schema, batches = given.rows(staging)
            manifest = write_version(staging, given.name, given.plan, Rows(schema, batches), self)
            return replace(manifest, licences={given.licence: manifest.documents} if given.licence else {})

        return self.add(given.name, given.plan, _import)

    def add(self, name: str, plan: Plan, write: Callable[[Path], Manifest]) -> Dataset:
        """The version that a plan describes: reused if it exists, otherwise written, with its card and page.

        Args:
            name: of the dataset.
            plan: determines the version's bytes.
            write: writes the version's files into a staging folder, temporary ones into its folder `parts`, and
                returns the manifest.
        """

        def _timed(staging: Path) -> Manifest:
            started = time.monotonic()
            with _removed_if_refused(staging):
                manifest = write(staging)
            shutil.rmtree(staging / "parts", ignore_errors=True)
            manifest = replace(manifest, elapsed_seconds=round(time.monotonic() - started, 1))
            manifest = manifest.without_secrets() if manifest.private else manifest
            write_card(staging, manifest)
            write_page(staging, manifest)
            return manifest

        waiting = "another build of this version is running"
        with self.executor.kept():
            found, _ = self.store.add(name, plan, _timed, on_wait=lambda: self.progress("wait", 0, None, waiting))
        return found


@contextmanager
def _removed_if_refused(staging: Path) -> Iterator[None]:
    """Remove what is staged where the same command can never succeed; after other failures, it continues from there."""
    try:
        yield
    except (OptionError, UnknownName):
        shutil.rmtree(staging, ignore_errors=True)
        raise


def open_dataset(reference: str, *, store: Store | None = None) -> Dataset:
    """Open the version that a reference refers to, and check its files against its manifest.

    An external dataset (`hub:OWNER/NAME`, `parquet:DIR`) is imported into the store first.

    Args:
        reference: NAME, NAME@TAG, NAME@FINGERPRINT, or an external dataset.
        store: where to look it up; by default the store at `$CORPORA_HOME`.

    Raises:
        DatasetNotFound: the version does not exist; the message lists close matches.
        DatasetDamaged: its files do not match its manifest.
    """
    return Work.here(store, "serial", silent).open(reference)


open = open_dataset
"""The public name: `corpora.open`."""


@dataclass(frozen=True)
class Rows:
    """The rows of a new version, and what its manifest records about them."""

    schema: pa.Schema
    batches: Iterable[pa.RecordBatch]
    parents: tuple[Dataset, ...] = ()
    accounting: dict[str, Any] = field(default_factory=dict)
    """May be filled while the batches are produced; it is read after the last one."""
    notes: tuple[str, ...] = ()


def write_version(staging: Path, name: str, plan: Plan, rows: Rows, work: Work) -> Manifest:
    """Write rows as a version's data files, count its statistics, and return its manifest, which is not yet written.

    Args:
        staging: the folder of the unfinished version.
        name: of the dataset.
        plan: of the version.
        rows: what to write, and what the manifest records about it.
        work: where and how statistics are counted.
    """
    link_side_files(staging, rows.parents[:1])
    with BlockWriter(staging, rows.schema) as writer:
        documents = DocumentCounter()
        for batch in rows.batches:
            documents.see(batch.column("document"))
            writer.write(batch)
        files = writer.close()
    kind = "sentences" if "text" in rows.schema.names else "tokens"
    return described_files(
        staging, name, plan, rows, work, kind=kind, files=files, values=writer.values, documents=documents.count
    )


def link_side_files(staging: Path, parents: Iterable[Dataset]) -> None:
    """Link the parents' `SIDE_FILES` into a version's staging folder; each comes from the first parent that has it."""
    for parent in parents:
        for side in SIDE_FILES:
            if (parent.path / side).exists() and not (staging / side).exists():
                link_or_copy(parent.path / side, staging / side)


def take_files(staging: Path, schema: pa.Schema, sources: Sequence[Path]) -> list[Path]:
    """Use complete stream files as a version's data files; they are linked if the file system allows it.

    Args:
        staging: the folder of the unfinished version.
        schema: that of all files.
        sources: the files, in order.

    Returns:
        The data files.
    """
    files = [staging / f"data-{number:05d}-of-{len(sources):05d}.arrow" for number in range(len(sources))]
    for source, target in zip(sources, files, strict=True):
        target.unlink(missing_ok=True)
        link_or_copy(source, target)
    write_datasets_files(staging, schema, files)
    return files


def described_files(
    staging: Path,
    name: str,
    plan: Plan,
    rows: Rows,
    work: Work,
    *,
    kind: Any,
    files: list[Path],
    values: int,
    documents: int,
) -> Manifest:
    """The manifest for the data files in a staging folder. The standard statistics are counted here.

    Args:
        staging: the folder of the unfinished version.
        name: of the dataset.
        plan: of the version.
        rows: what the manifest records about the rows; its batches are not read.
        work: where and how statistics are counted.
        kind: `sentences` or `tokens`.
        files: the data files, in order.
        values: the number of token ids, or of UTF-8 bytes of text.
        documents: the number of documents.
    """
    in_file = {path.name: sum(batch.num_rows for batch in read_stream(path)) for path in files}
    return Manifest(
        name=name,
        fingerprint=plan.fingerprint,
        kind=kind,
        rows=sum(in_file.values()),
        documents=documents,
        tokens=values if kind == "tokens" else None,
        text_bytes=values if kind == "sentences" else None,
        plan=plan_json(plan),
        parents=tuple(parent.reference for parent in rows.parents),
        files={name: {"rows": number} for name, number in in_file.items()},
        accounting=rows.accounting,
        statistics=count_standard(staging, files, rows.schema, work.executor, work.progress),
        licences=licences_of(staging, rows.parents),
        notes=tuple(dict.fromkeys([*(note for parent in rows.parents for note in parent.manifest.notes), *rows.notes])),
        private=any(parent.manifest.private for parent in rows.parents),
        command=command_line(),
        created=now(),
        versions=environment(),
    )


def counted_part(
    path: Path, schema: pa.Schema, batches: Iterator[pa.RecordBatch], tally: dict[str, int]
) -> tuple[Path, dict[str, int]]:
    """Write a part and the counts made along the way, unless an earlier attempt did.

    Args:
        path: of the part; the counts are stored next to it as `.json`.
        schema: of the rows.
        batches: read only if the part does not exist yet; reading them fills `tally`.
        tally: the counts, initially zero.

    Returns:
        The path, and the counts of this or the earlier attempt.
    """
    counts = path.with_suffix(".json")
    if not (path.exists() and counts.exists()):
        write_stream(path, schema, batches)
        write_text(counts, json.dumps(tally))
    return path, json.loads(counts.read_text(encoding="utf-8"))


def written_parts(
    work: Work, task: Callable[[Any], tuple[Path, dict[str, int]]], items: list[Any], stage: str, counts: dict[str, Any]
) -> Iterator[pa.RecordBatch]:
    """Run a task that writes part files, and yield their batches in order.

    Args:
        work: where and how the task runs.
        task: writes the part of one item, and returns its path and counts.
        items: what the task is applied to, such as pieces.
        stage: the name of this stage in the progress display.
        counts: each part's counts are added to it before its batches are yielded.
    """
    for path, counted in reported(work.executor.map(task, items), work.progress, stage, len(items)):
        for key, number in counted.items():
            counts[key] = counts.get(key, 0) + number
        yield from read_stream(path)
