"""Download a catalogue's books and list them: resumable, polite, each book only once."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from corpora import DownloadError, Entry, HttpClient, ServerBusy, StorageError, sha256_file, sha256_of
from corpora.builtin.sources.books import SUFFIXES
from corpora.errors import counted

HOSTS = 8
"""The number of hosts that are used at the same time; each gets one request at a time."""
MAX_BOOK_BYTES = 256 << 20
TOLD_EVERY_SECONDS = 10
LOG = logging.getLogger("corpora.books")


@dataclass(frozen=True)
class ListedBook:
    """One line of a list: an entry with its file, or with the stage and the reason why it has none."""

    entry: Entry
    sha256: str = ""
    suffix: str = ""
    stage: str = ""
    reason: str = ""
    detail: str = ""
    failed: bool = False


class DownloadFolder:
    """A folder of downloaded books, named by their content, with a record of their addresses.

    Args:
        folder: created if it does not exist.

    Raises:
        StorageError: it cannot be created or read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._record = folder / "addresses.jsonl"
        self._lock = Lock()
        try:
            (folder / "files").mkdir(parents=True, exist_ok=True)
            (folder / "lists").mkdir(exist_ok=True)
            self._known = {line["url"]: line for line in _lines(self._record)}
        except OSError as error:
            raise StorageError(f"{folder}: {error.strerror or error}") from error

    def path(self, sha256: str, suffix: str) -> Path:
        """The path of the file with this content, whether it exists or not.

        Args:
            sha256: of the content, in hex.
            suffix: with the dot.
        """
        return self.folder / "files" / f"{sha256}{suffix}"

    def find(self, url: str) -> tuple[str, str] | None:
        """The sha256 and suffix of an address's earlier download; None if there is none or its file is incomplete."""
        line = self._known.get(url)
        if line is None:
            return None
        path = self.path(line["sha256"], line["suffix"])
        return (line["sha256"], line["suffix"]) if path.exists() and path.stat().st_size == line["size_bytes"] else None

    def fetch(self, url: str, client: HttpClient) -> tuple[str, str]:
        """Download a book unless it has been downloaded before, and return its sha256 and suffix.

        Args:
            url: its address.
            client: sends the requests.

        Raises:
            DownloadError: the host refuses or fails.
            ServerBusy: the host keeps answering 429 or 503.
        """
        if found := self.find(url):
            return found
        part = self.folder / "files" / f".{hashlib.sha256(url.encode()).hexdigest()[:24]}.part"
        client.download(url, part, max_bytes=MAX_BOOK_BYTES)
        sha256, suffix = sha256_file(part), suffix_of(url, part)
        if suffix == ".html" and (asked := address_suffix(url)) in (".epub", ".fb2", ".txt"):
            part.unlink()  # an error page with status 200, or a login
            raise DownloadError(url, "a web page instead of the book", f"the address ends in {asked}", failed=True)
        size = part.stat().st_size
        part.replace(self.path(sha256, suffix))
        self._note({"url": url, "sha256": sha256, "suffix": suffix, "size_bytes": size})
        return sha256, suffix

    def save_list(self, lines: Sequence[ListedBook]) -> Path:
        """Write a list to a file named by the hash of its content, and return the path."""
        rows = [asdict(line) for line in lines]
        path = self.folder / "lists" / f"{sha256_of(json.loads(json.dumps(rows)))[:24]}.jsonl"
        beside = path.with_suffix(".partial")
        beside.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        beside.replace(path)
        return path

    def _note(self, line: dict[str, Any]) -> None:
        with self._lock, self._record.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())
            self._known[line["url"]] = line


def suffix_of(url: str, file: Path) -> str:
    """The suffix for a downloaded book, by its first bytes, or else by its address.

    Args:
        url: the address.
        file: the download.
    """
    with file.open("rb") as opened:
        head = opened.read(512).lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith(b"pk\3\4"):
        return ".epub"
    if b"<fictionbook" in head:
        return ".fb2"
    if head.startswith((b"<!doctype html", b"<html", b"<?xml")):
        return ".html"
    suffix = address_suffix(url)
    return suffix if suffix in SUFFIXES and suffix not in (".epub", ".zip") else ".txt"


def address_suffix(url: str) -> str:
    """The suffix of an address's path in lower case, such as `.epub`; empty if it has none."""
    return Path(urlsplit(url).path).suffix.lower()


def download(lines: Iterable[ListedBook], shelf: DownloadFolder, client: HttpClient) -> list[ListedBook]:
    """Download the books of a list.

    Args:
        lines: those that already have a stage are rejected and not downloaded.
        shelf: where the files are stored.
        client: sends the requests.

    Returns:
        The lines with their files; a failed download has a stage and a reason instead.

    Raises:
        ServerBusy: a host keeps answering 429 or 503; finished files are kept, and the next run continues.
        StorageError: the disk is full or read-only.
    """
    lines = list(lines)
    by_host: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        if not line.stage:
            by_host.setdefault(_host(line.entry.url), []).append(number)
    estimate = _Estimate(sum(map(len, by_host.values())))
    try:
        with ThreadPoolExecutor(HOSTS) as pool:
            for done in pool.map(
                lambda numbers: list(_of_host(lines, numbers, shelf, client, estimate)), by_host.values()
            ):
                for number, line in done:
                    lines[number] = line
    except OSError as error:
        raise StorageError(
            f"{shelf.folder}: {error.strerror or error}; run the same command again to continue"
        ) from error
    return lines


def _host(url: str) -> str:
    """The host of an address; empty for a malformed one, which the client will reject."""
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


def _of_host(
    lines: Sequence[ListedBook], numbers: Sequence[int], shelf: DownloadFolder, client: HttpClient, estimate: _Estimate
) -> Iterator[tuple[int, ListedBook]]:
    for place, number in enumerate(numbers):
        line, size = lines[number], 0
        known = shelf.find(line.entry.url) is not None
        try:
            sha256, suffix = shelf.fetch(line.entry.url, client)
            size = 0 if known else shelf.path(sha256, suffix).stat().st_size
            yield number, replace(line, sha256=sha256, suffix=suffix)
        except DownloadError as error:
            yield number, ListedBook(line.entry, "", "", "download", error.reason, error.detail, error.failed)
        except ServerBusy as error:
            raise ServerBusy(
                f"{error}; {place:,} of {counted(len(numbers), 'book')} of this host were already downloaded"
            ) from None
        estimate.step(size, fetched=not known)


class _Estimate:
    """Logs the progress of downloads and the estimated remaining time."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = self._fetched = self._size_bytes = 0
        self._started = self._told = time.monotonic()
        self._lock = Lock()

    def step(self, size_bytes: int, *, fetched: bool) -> None:
        """Count one finished book, and log the progress every ten seconds and at the end.

        Args:
            size_bytes: the size of its download, 0 if it was not downloaded now.
            fetched: whether it was downloaded by this run.
        """
        with self._lock:
            self._done += 1
            self._fetched += fetched
            self._size_bytes += size_bytes
            now = time.monotonic()
            if now - self._told >= TOLD_EVERY_SECONDS or self._done == self._total:
                self._told = now
                LOG.info("%s", self._text(max(now - self._started, 1e-3)))

    def _text(self, elapsed_seconds: float) -> str:
        size = self._size_bytes / 1e6
        text = f"books: {self._done:,} of {self._total:,} downloads done, {size:,.1f} MB"
        if not self._fetched:
            return f"{text}, all from earlier runs"
        minutes = elapsed_seconds / self._fetched * (self._total - self._done) / 60
        return f"{text} at {size / elapsed_seconds:.2f} MB/s, about {minutes:,.0f} minutes to go"


def read_list(path: Path) -> list[ListedBook]:
    """Read a list that `DownloadFolder.save_list` wrote."""
    return [ListedBook(**{**line, "entry": _entry(line["entry"])}) for line in _lines(path)]


def _entry(fields: dict[str, Any]) -> Entry:
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()}
    return Entry(**values)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON lines of a file, without an incomplete last one from a killed process."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line.startswith("{") and line.endswith("}"):
            yield json.loads(line)
