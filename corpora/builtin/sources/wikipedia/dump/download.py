"""Find the newest complete dump by its status file, download it politely, and check its sha1."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from corpora import DownloadError, HttpClient, InputError, Retries, StorageError
from corpora.builtin.sources.wikipedia.dump.status import MAX_FILE_BYTES, File, finished_files

CONNECTIONS = 2
"""The number that Wikimedia allows per address."""
MAX_LISTING_BYTES = 16 << 20
"""The size limit of listings and status files."""


def fetch(
    language: str, date: str, downloads: Path, *, mirror: str, contact: str, retries: Retries | None = None
) -> tuple[str, tuple[Path, ...]]:
    """The date and the files of a dump, downloaded and checked.

    Args:
        language: the wiki's code, such as `en` or `zh-min-nan`.
        date: YYYYMMDD, or `latest` for the newest complete dump.
        downloads: a folder kept between builds; files in it are not downloaded again.
        mirror: the address that contains `enwiki/`: dumps.wikimedia.org or a mirror of it.
        contact: an e-mail address or a page; `$CORPORA_CONTACT` if empty.
        retries: how often requests are repeated, and after which waits.

    Raises:
        InputError: the wiki or the date does not exist, the contact is missing, the server refuses, or a file differs
            from the status file.
        StorageError: the disk is full or not writable.
    """
    contact = contact or os.environ.get("CORPORA_CONTACT", "")
    if not contact:
        raise InputError(
            "wikipedia: Wikimedia requires a contact for downloads; give --contact with an e-mail address or web page, "
            "or set CORPORA_CONTACT (or use --dump FILE)"
        )
    host = mirror.partition("://")[2].partition("/")[0]
    client = HttpClient(contact, pause_seconds=0.0, redirect_hosts=(f"*.{host}",), retries=retries)
    wiki = language.replace("-", "_") + "wiki"
    found, files = chosen(client, f"{mirror.rstrip('/')}/{wiki}/", wiki, date)
    pool = ThreadPoolExecutor(CONNECTIONS)
    try:
        return found, tuple(pool.map(lambda file: _downloaded(client, file, downloads / "wikipedia"), files))
    finally:
        pool.shutdown(cancel_futures=True)


def chosen(client: HttpClient, base: str, wiki: str, date: str) -> tuple[str, Sequence[File]]:
    """The date of the dump to use, and its files.

    Args:
        client: keeps to the limits of the server.
        base: the address of the mirror, ending in a slash.
        wiki: such as `enwiki`.
        date: YYYYMMDD, or `latest`.

    Raises:
        InputError: the mirror has no dump of the wiki, none of this date, or no complete one.
    """
    dates = dates_of(client, base, wiki)
    if date != "latest" and date not in dates:
        raise InputError(f"wikipedia: {base} has no dump of {wiki} of {date!r}; there are {_listed(dates)}")
    for candidate in reversed(dates) if date == "latest" else (date,):
        files = files_of(client, f"{base}{candidate}/")
        if files:
            return candidate, files
    if date == "latest":
        raise InputError(f"wikipedia: none of the dumps of {wiki} at {base} is finished ({_listed(dates)})")
    raise InputError(f"wikipedia: the dump of {wiki} of {date} is not finished; there are {_listed(dates)}")


def dates_of(client: HttpClient, base: str, wiki: str) -> list[str]:
    """The dates of the dumps listed in a wiki's folder, oldest first.

    Args:
        base: the address of the folder, ending in a slash.
    """
    listing = _text(client, base)
    if listing is None:
        raise InputError(f"wikipedia: there are no dumps of {wiki} at {base}; is the language code right?")
    dates = sorted(set(re.findall(r'href="([0-9]{8})/?"', listing)))
    if not dates:
        raise InputError(f"wikipedia: {base} lists no dumps; check the address of the mirror")
    return dates


def files_of(client: HttpClient, folder: str) -> Sequence[File]:
    """The files of the best finished job, in page order; empty if none is finished.

    Args:
        folder: the address of one dump, ending in a slash.
    """
    status = _text(client, folder + "dumpstatus.json")
    return () if status is None else finished_files(status, folder)


def _text(client: HttpClient, url: str) -> str | None:
    """The text of a listing or a status file; None if the server does not have it."""
    try:
        return client.text(url, max_bytes=MAX_LISTING_BYTES)
    except DownloadError as error:
        if error.status in (404, 410):
            return None
        raise


def _listed(dates: Sequence[str], most: int = 20) -> str:
    return ", ".join(dates) if len(dates) <= most else f"{len(dates):,}, the newest {', '.join(dates[-most:])}"


def _downloaded(client: HttpClient, file: File, downloads: Path) -> Path:
    """The downloaded file, stored under the sha1 given in the status file."""
    path = downloads / file.sha1 / file.name
    if path.exists():
        return path
    part = path.with_name(file.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        client.download(
            file.url, part, max_bytes=MAX_FILE_BYTES, size_bytes=file.size_bytes, checksum=f"sha1:{file.sha1}"
        )
        return part.rename(path)
    except OSError as error:
        raise StorageError(
            f"{path.parent}: {error.strerror or error}; what has arrived is kept, and the same command continues"
        ) from error
