"""Build a sentence dataset from a source: extract, decide, write. An interrupted build resumes where it stopped."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from corpora.errors import InputError, TooManyFailed, counted
from corpora.execution import Executor, Progress, reported, silent
from corpora.ingest.decision import Outcomes, decide, reasons_text
from corpora.ingest.duplicates import Method
from corpora.ingest.extraction import EXTRACT, PART_BYTES, ExtractTask, Part, WriteTask, join_shards
from corpora.ingest.inputs import hash_inputs
from corpora.ingest.repeated_paragraphs import quoted
from corpora.ingest.side_records import HAS_HOLE, gather_side_records
from corpora.operations import Work
from corpora.plugin import (
    Filter,
    Json,
    Shard,
    Source,
    Splitter,
    must_return,
    options_of,
    registry,
    split_short,
    to_json,
)
from corpora.store import (
    SENTENCES,
    BlockWriter,
    Dataset,
    Manifest,
    Plan,
    Store,
    command_line,
    count_standard,
    described,
    environment,
    now,
    plan_json,
    read_stream,
    write_text,
)

STAGES = 4
"""The version of the stages themselves, increased when the same components give different rows.

2: rows without a letter are dropped. 3: documents have an encoding, and are split by the rules of their language. 4:
words of scripts without spaces are estimated, for the paragraphs that many documents share.
"""
TEMPLATES = "templates"
"""The metadata key for counts of inline templates that no component rendered; a version keeps the whole table."""

UNDECIDED = ["text", "side_records"]
"""Columns of the extract table that the decision stage does not need and that can be large."""
BOILERPLATE = "boilerplate paragraphs of many documents"
"""The key in the accounting for paragraphs that are removed because many documents have them near an end."""


def build(
    source: Source | str,
    *,
    name: str | None = None,
    filters: Sequence[Filter | str] = (),
    splitter: Splitter | str | None = None,
    duplicates: Method = "near",
    limit: int | None = None,
    max_failed: float = 0.01,
    private: bool = False,
    executor: Executor | str = "serial",
    store: Store | None = None,
    progress: Progress = silent,
) -> Dataset:
    """Build a sentence dataset, or reuse the version that the same inputs and options gave before.

    Args:
        source: a component or its short form, such as `tbc:folder=books`.
        name: of the dataset; by default the name of the source.
        filters: added to the source's default filters; a filter with the same name replaces the default one.
        splitter: replaces the source's default splitter.
        duplicates: `near` drops near-duplicates and parts of box sets, `exact` only identical texts, `keep` nothing.
        limit: read only this many documents, for a first try.
        max_failed: the largest share of documents (0 to 1) that may fail because of a crash, time or memory.
        private: keep the dataset's text and local paths out of cards, pages, logs and saved batches; datasets made
            from it inherit this.
        executor: an executor or its short form, such as `processes:workers=2`.
        store: where the version is kept; by default the store at `$CORPORA_HOME`.
        progress: is called as the build advances.

    Raises:
        InputError: the input is missing or empty, or no document is kept.
        TooManyFailed: more documents failed than `max_failed` allows.
        StorageError: the disk is full or read-only.
    """
    work = Work.here(store, executor, progress)
    chosen: Source = registry.make("sources", source) if isinstance(source, str) else source
    frozen = chosen.freeze(work.store.downloads)
    shards = list(frozen.shards())
    wrong = next((shard for shard in shards if not isinstance(shard, Shard)), None)
    must_return(wrong is None, frozen, "shards", wrong, "a sequence of Shard")
    job = _Build(
        name=name or frozen.name,
        source=frozen,
        filters=tuple(_filters(frozen, filters)),
        splitter=_splitter(frozen, splitter),
        duplicates=duplicates,
        shared_edges=frozen.defaults().shared_edges and duplicates == "near",
        limit=limit,
        max_failed=max_failed,
        private=private,
        work=work,
        parts=tuple(join_shards(shards)),
        inputs=tuple(hash_inputs(shards, progress)),
    )
    return work.add(job.name, job.plan(), job.write)


def _filters(source: Source, given: Sequence[Filter | str]) -> Iterator[Filter]:
    by_name: dict[str, Filter | str] = {split_short(text)[0]: text for text in source.defaults().filters}
    by_name |= {split_short(f)[0] if isinstance(f, str) else f.name: f for f in given}
    for chosen in by_name.values():
        yield registry.make("filters", chosen) if isinstance(chosen, str) else chosen


def _splitter(source: Source, given: Splitter | str | None) -> Splitter:
    chosen = given or source.defaults().splitter
    splitter: Splitter = registry.make("splitters", chosen) if isinstance(chosen, str) else chosen
    return splitter


@dataclass(frozen=True)
class _Build:
    """One build, with its components made and its input files hashed."""

    name: str
    source: Source
    filters: tuple[Filter, ...]
    splitter: Splitter
    duplicates: Method
    shared_edges: bool
    limit: int | None
    max_failed: float
    private: bool
    work: Work
    parts: tuple[Part, ...]
    inputs: tuple[tuple[str, str], ...]

    def plan(self) -> Plan:
        """The plan of the version. Newer settings are in it only if they are on, to keep older fingerprints valid."""
        settings: dict[str, Json] = {"duplicates": self.duplicates, "limit": self.limit}
        table = {"build": self.source.name, **absolute_options(self.source), "splitter": self.splitter.short()}
        table["filters"] = [chosen.short() for chosen in self.filters]
        table |= settings
        settings = settings | {"stages": STAGES}
        if self.shared_edges:
            settings = settings | {"shared_edges": True}
        if self.private:
            settings = settings | {"private": True}
            table = table | {"private": True}
        return Plan(
            action="build",
            components=tuple(
                described(c) for c in (self.source, *self.source.components(), *self.filters, self.splitter)
            ),
            settings=settings,
            inputs=self.inputs,
            recipe={key: value for key, value in table.items() if value not in (None, [])},
        )

    def write(self, staging: Path) -> Manifest:
        """Run the three stages; parts that an earlier attempt finished in the staging folder are reused."""
        kind = f"of-{PART_BYTES}-bytes-{len(EXTRACT)}-columns"  # parts of another version's kind are not reused
        parts = staging / "parts" / kind
        parts.mkdir(parents=True, exist_ok=True)
        return self._gather(staging, parts, self._decide(parts, self._extract(parts)))

    def _extract(self, folder: Path) -> list[int]:
        """Read the parts, stopping early at the limit; the number of rows in each part."""
        task = ExtractTask(folder, self.source, self.filters, self.duplicates, self.limit, self.shared_edges)
        found: list[int] = []
        for rows in reported(self.work.executor.map(task, self.parts), self.work.progress, "extract", len(self.parts)):
            found.append(rows)
            if self.limit is not None and sum(found) >= self.limit:
                break
        return found

    def _decide(self, folder: Path, found: list[int]) -> Outcomes:
        self.work.progress("decide", 0, 1, "")
        batches = [b.drop_columns(UNDECIDED) for n in range(len(found)) for b in read_stream(_extract_path(folder, n))]
        schema = pa.schema([field for field in EXTRACT if field.name not in UNDECIDED])
        table = pa.Table.from_batches(batches, schema)
        bounds = [0, *_running(found)]
        if self.limit is not None:
            table = table.slice(0, self.limit)
            bounds = [min(bound, self.limit) for bound in bounds]
        outcomes = decide(table, bounds, self.duplicates)
        self._check(outcomes)
        if outcomes.shared:
            rows = (batch for n in range(len(found)) for batch in read_stream(_extract_path(folder, n)))
            outcomes.accounting["counts"][BOILERPLATE] = quoted(rows, outcomes.shared)
        self.work.progress("decide", 1, 1, "")
        return outcomes

    def _check(self, outcomes: Outcomes) -> None:
        counts = outcomes.accounting
        found, reasons = counted(counts["found"], "document"), reasons_text(counts)
        if not counts["found"]:
            raise InputError(f"{self.name}: {self.source.short()} contains no documents")
        if counts["failed"] > self.max_failed * counts["found"]:
            raise TooManyFailed(
                f"{self.name}: {counts['failed']:,} of {found} failed ({reasons}), more than --max-failed "
                f"{self.max_failed:g} allows, such as {outcomes.examples(counts['failures'])}; nothing was written"
            )
        if not counts["written"]:
            raise InputError(f"{self.name}: none of {found} was kept ({reasons}), such as {outcomes.examples()}")

    def _gather(self, staging: Path, folder: Path, outcomes: Outcomes) -> Manifest:
        task = WriteTask(
            folder,
            self.splitter,
            outcomes.survivors,
            outcomes.found,
            frozenset(outcomes.shared),
            keep_symbols=self.source.defaults().keep_symbols,
        )
        numbers = sorted(outcomes.survivors)
        with BlockWriter(staging, SENTENCES) as writer:
            for number in reported(self.work.executor.map(task, numbers), self.work.progress, "write", len(numbers)):
                for batch in read_stream(task.path(number)):
                    writer.write(batch)
            files = writer.close()
        dropped = gather_side_records(map(task.side_path, numbers), staging)
        if holes := dropped.pop(HAS_HOLE, 0):
            outcomes.accounting["holes"] = holes
        outcomes.accounting["sentences_dropped"] = dropped
        if TEMPLATES in outcomes.tables:
            write_text(
                staging / f"{TEMPLATES}.jsonl", _counted_lines(TEMPLATES.rstrip("s"), outcomes.tables[TEMPLATES])
            )
        pq.write_table(outcomes.documents, staging / "documents.parquet", compression="zstd")
        lines = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in outcomes.rejects)
        write_text(staging / "rejects.jsonl", lines)
        statistics = count_standard(staging, files, SENTENCES, self.work.executor, self.work.progress)
        listed = zip(outcomes.documents["fate"].to_pylist(), outcomes.documents["licence"].to_pylist(), strict=True)
        licences = Counter(licence for fate, licence in listed if fate == "written")
        plan = self.plan()
        return Manifest(
            name=self.name,
            fingerprint=plan.fingerprint,
            kind="sentences",
            rows=writer.rows,
            documents=outcomes.accounting["written"],
            tokens=None,
            text_bytes=writer.values,
            plan=plan_json(plan),
            files={path.name: {"rows": rows_in(path)} for path in files},
            accounting=outcomes.accounting,
            statistics=statistics,
            licences=dict(sorted(licences.items(), key=lambda item: (-item[1], item[0]))),
            notes=self._notes(len(outcomes.shared)),
            private=self.private,
            command=command_line(),
            created=now(),
            versions=environment(),
        )

    def _notes(self, shared: int) -> tuple[str, ...]:
        notes = list(self.source.notes())
        if self.source.generated:
            notes.insert(0, "Generated text: it was written by a program, not by people.")
        if shared:
            notes.append(f"Paragraphs removed as boilerplate because many documents share them: {shared:,}.")
        if self.limit is not None:
            notes.append(f"Only the first {self.limit:,} documents were read (--limit).")
        return tuple(notes)


def absolute_options(source: Source) -> dict[str, Json]:
    """A source's options as JSON for a recipe, with absolute paths, so that the recipe works from any folder.

    Args:
        source: frozen or not; relative paths are resolved against the working folder.
    """
    options = source.options()
    for option in options_of(type(source)):
        value = getattr(source, option.field)
        if isinstance(value, Path):
            options[option.name] = str(value.absolute())
        elif isinstance(value, tuple):
            options[option.name] = [str(item.absolute()) if isinstance(item, Path) else to_json(item) for item in value]
    return options


def _counted_lines(noun: str, counts: Counter[str]) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return "".join(json.dumps({noun: name, "count": count}, ensure_ascii=False) + "\n" for name, count in ordered)


def rows_in(path: Path) -> int:
    """The number of rows in a data file.

    Args:
        path: an Arrow stream file.
    """
    return sum(batch.num_rows for batch in read_stream(path))


def _extract_path(folder: Path, number: int) -> Path:
    return folder / f"documents-{number:05d}.arrow"


def _running(numbers: Sequence[int]) -> Iterator[int]:
    total = 0
    for number in numbers:
        total += number
        yield total
