"""Survey a folder: what it contains and what a build would give, estimated from a sample in at most a minute."""

from __future__ import annotations

import re
import shlex
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpora.errors import InputError
from corpora.ingest.sampling import Sample, Sampler, files_of, suffix_of
from corpora.plugin import Source, leads_out, links_out, registry

DUMP = re.compile(r"\.xml(\.(bz2|gz|xz|zst))?$", re.IGNORECASE)
TEXT_COLUMNS = ("content", "body", "article", "document", "sentence", "paragraphs", "paragraph", "raw_content")
"""Columns tried, in this order, if a table has no column `text`."""
BOOKS = (".epub", ".fb2")
LAST_READ = 0.9
"""The share of the time after which no new document is started; the rest is for the last one and for finding
near-duplicates."""


@dataclass(frozen=True)
class FileKind:
    """The files with one suffix."""

    suffix: str
    files: int
    size_bytes: int
    is_read: bool


@dataclass(frozen=True)
class Survey:
    """What a folder contains, what was sampled from it, and what a build can be expected to give."""

    folder: str
    files: tuple[FileKind, ...]
    readable_files: int
    readable_bytes: int
    sample: Sample
    expected: dict[str, int | float]
    """documents, rows, words, tokens, and seconds on one core, scaled from the sample by its share of bytes."""
    command: str
    """The `corpora build` command for the folder."""
    links_out: tuple[str, ...] = ()
    """Links to targets outside the folder, which were not followed."""


def survey(folder: Path, *, seconds: float = 60.0, seed: int = 0, follow_links: bool = False) -> Survey:
    """Survey a folder before a build.

    Files are read in random order with the source that a build would use, until the time is up.

    Args:
        folder: hidden files in it are ignored.
        seconds: the total time; no document is started after 90 % of it.
        seed: determines the random order.
        follow_links: follow links to targets outside the folder.

    Raises:
        InputError: the folder does not exist, or nothing in it can be read.
    """
    deadline = time.monotonic() + LAST_READ * seconds
    if not folder.is_dir():
        raise InputError(f"survey: {folder} is not a folder")
    refused = () if follow_links else tuple(map(str, links_out(folder)))
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not _is_hidden(path, folder))
    paths = [path for path in paths if follow_links or not leads_out(path, folder)]
    if not paths:
        raise InputError(f"survey: {folder} contains no files{_behind(refused)}")
    source, options = _source_for(folder, paths, follow_links)
    with tempfile.TemporaryDirectory() as scratch:
        files = files_of(source.shards())
        sample = Sampler(source, Path(scratch), deadline).sample(files, seed)
        column = _other_column(sample)
        if column:
            other = _source(source.name, {**options, "text": column})
            again = Sampler(other, Path(scratch), deadline).sample(files, seed)
            if again.kept > sample.kept:
                source, sample, options = other, again, {**options, "text": column}
    read = {path for path, _ in files}
    total = sum(path.stat().st_size for path in read)
    return Survey(
        folder=str(folder),
        files=tuple(_kinds(paths, read)),
        readable_files=len(read),
        readable_bytes=total,
        sample=sample,
        expected=_expected(sample, total),
        command=_command(source.name, options),
        links_out=refused,
    )


def _behind(refused: Sequence[str]) -> str:
    return f" but links that lead out of it, such as {refused[0]}; --follow-links reads them" if refused else ""


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _kinds(paths: Iterable[Path], read: set[Path]) -> Iterator[FileKind]:
    by_suffix: dict[str, list[Path]] = {}
    for path in paths:
        by_suffix.setdefault(suffix_of(path) or "no suffix", []).append(path)
    sized = {suffix: sum(path.stat().st_size for path in group) for suffix, group in by_suffix.items()}
    for suffix in sorted(by_suffix, key=lambda suffix: (-sized[suffix], suffix)):
        group = by_suffix[suffix]
        yield FileKind(suffix, len(group), sized[suffix], any(path in read for path in group))


def _source_for(folder: Path, paths: Sequence[Path], follow_links: bool) -> tuple[Source, dict[str, object]]:
    """The source for the kind of file that takes the most space: dumps, EPUB and FB2 books, otherwise texts."""
    dumps = [path for path in paths if DUMP.search(path.name)]
    books = [path for path in paths if suffix_of(path).startswith(BOOKS)]
    sizes = {"wikipedia": _size(dumps), "books": _size(books)}
    options: dict[str, object] = {"folder": str(folder)} | ({"follow-links": True} if follow_links else {})
    sizes["texts"] = _text_bytes(options) if dumps or books else 1
    name = max(sizes, key=lambda name: sizes[name])
    if name == "wikipedia":
        options = {"dump": _intact(dumps)}
    return _source(name, options), options


def _text_bytes(options: dict[str, object]) -> int:
    """The size of the files that the source `texts` reads; images and others do not count."""
    try:
        return _size(path for path, _ in files_of(_source("texts", options).shards()))
    except InputError:
        return 0


def _source(name: str, options: dict[str, object]) -> Source:
    source = registry.find("sources", name).from_options(options)
    assert isinstance(source, Source)
    return source


def _intact(dumps: Sequence[Path]) -> list[str]:
    """The dumps that a build would accept.

    Raises:
        InputError: there is none; the message says what is wrong with the first.
    """
    intact: list[str] = []
    errors: list[InputError] = []
    for path in dumps:
        try:
            _source("wikipedia", {"dump": [str(path)]}).shards()
            intact.append(str(path))
        except InputError as error:
            errors.append(error)
    if not intact:
        raise errors[0]
    return intact


def _size(paths: Iterable[Path]) -> int:
    return sum(path.stat().st_size for path in paths)


def _other_column(sample: Sample) -> str:
    """A column that probably contains the text, for tables without a column `text`."""
    named = " ".join(reason for reason in sample.rejects if reason.startswith("no "))
    found = set(re.findall(r"\w+", named.partition("it has ")[2]))
    return next((column for column in TEXT_COLUMNS if column in found), "")


def _expected(sample: Sample, total_bytes: int) -> dict[str, int | float]:
    """Estimates for the whole folder; near-duplicates give no rows but still take time."""
    scale = total_bytes / sample.bytes if sample.bytes else 0.0
    found = {"documents": sample.kept, "rows": sample.rows, "words": sample.words, "tokens": sample.tokens}
    copied = {"documents": sample.near_copies, **sample.copied}
    scaled = {name: round((figure - copied.get(name, 0)) * scale) for name, figure in found.items()}
    return {**scaled, "seconds": round(max(0.0, sample.processor_seconds) * scale, 1)}


def _command(name: str, options: dict[str, object]) -> str:
    words = ["corpora", "build", name]
    for key, value in options.items():
        for each in value if isinstance(value, list) else [value]:
            words += [f"--{key}"] if each is True else [f"--{key}", str(each)]
    return shlex.join(words)
