"""Find the newest complete dump by its status file, download it politely, and check its sha1."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from corpora import InputError, StorageError
from corpora.builtin.sources.wikipedia.http import Gone, Web, sha1_of

CONNECTIONS = 2
"""The number of connections that Wikimedia allows per address."""
JOBS = ("articlesmultistreamdump", "articlesdump")
"""The jobs of a dump to use, best first: independent streams, then one stream per file."""
_PAGES = re.compile(r"p(\d+)p\d+")


@dataclass(frozen=True)
class File:
    """One file of a dump, as the status file lists it."""

    name: str
    url: str
    size_bytes: int
    sha1: str


def fetch(language: str, date: str, downloads: Path, *, mirror: str, contact: str) -> tuple[str, tuple[Path, ...]]:
    """The date and the files of a dump, downloaded and checked.

    Args:
        language: the wiki's code, such as `en` or `zh-min-nan`.
        date: YYYYMMDD, or `latest` for the newest complete dump.
        downloads: a folder kept between builds; files that are already there are not downloaded again.
        mirror: the address that holds `enwiki/`; dumps.wikimedia.org or a mirror of it.
        contact: an e-mail address or web page; if empty, `$CORPORA_CONTACT`.

    Raises:
        InputError: the wiki or date does not exist, no contact is given, the server refuses, or a checksum differs.
        StorageError: the disk is full or not writable.
    """
    contact = contact or os.environ.get("CORPORA_CONTACT", "")
    if not contact:
        raise InputError(
            "wikipedia: Wikimedia requires a contact for downloads; give --contact with an e-mail address or web page, "
            "or set CORPORA_CONTACT (or use --dump FILE)"
        )
    web = Web(contact)
    wiki = language.replace("-", "_") + "wiki"
    found, files = chosen(web, f"{mirror.rstrip('/')}/{wiki}/", wiki, date)
    pool = ThreadPoolExecutor(CONNECTIONS)
    try:
        return found, tuple(pool.map(lambda file: _downloaded(web, file, downloads / "wikipedia"), files))
    finally:
        pool.shutdown(cancel_futures=True)


def chosen(web: Web, base: str, wiki: str, date: str) -> tuple[str, Sequence[File]]:
    """The date of the dump to use, and its files.

    Raises:
        InputError: the wiki has no dumps there, none of that date, or no complete one.
    """
    dates = dates_of(web, base, wiki)
    if date != "latest" and date not in dates:
        raise InputError(f"wikipedia: {base} has no dump of {wiki} from {date!r}; it has {', '.join(dates)}")
    for candidate in reversed(dates) if date == "latest" else (date,):
        files = files_of(web, f"{base}{candidate}/")
        if files:
            return candidate, files
    if date == "latest":
        raise InputError(f"wikipedia: no dump of {wiki} at {base} is complete ({', '.join(dates)})")
    raise InputError(f"wikipedia: the dump of {wiki} from {date} is not complete; available are {', '.join(dates)}")


def dates_of(web: Web, base: str, wiki: str) -> list[str]:
    """The dates of a wiki's dumps that its folder lists, oldest first."""
    try:
        listing = web.text(base)
    except Gone as error:
        raise InputError(f"wikipedia: {base} has no dumps of {wiki}; check the language code") from error
    dates = sorted(set(re.findall(r'href="(\d{8})/?"', listing)))
    if not dates:
        raise InputError(f"wikipedia: {base} lists no dumps; check the address of the mirror")
    return dates


def files_of(web: Web, folder: str) -> Sequence[File]:
    """The files of the best completed job, in the order of their pages; empty if no job is complete."""
    try:
        status = json.loads(web.text(folder + "dumpstatus.json"))
    except Gone:
        return ()
    except ValueError as error:
        raise InputError(f"wikipedia: {folder}dumpstatus.json is not JSON: {error}") from error
    jobs = status.get("jobs", {}) if isinstance(status, dict) else {}
    for job in JOBS:
        said = jobs.get(job, {})
        if said.get("status") == "done" and (files := _files(said.get("files", {}), folder)):
            return files
    return ()


def _files(said: dict[str, Any], folder: str) -> list[File]:
    files = [
        File(name, urljoin(folder, facts.get("url") or name), int(facts.get("size", 0)), str(facts.get("sha1", "")))
        for name, facts in said.items()
        if "pages-articles" in name and ".xml" in name and "index" not in name and "rss" not in name
    ]
    return sorted(files, key=lambda file: (_first_page(file.name), file.name))


def _first_page(name: str) -> int:
    match = _PAGES.search(name)
    return int(match[1]) if match else 0


def _downloaded(web: Web, file: File, downloads: Path) -> Path:
    """The downloaded file, in a folder named after its sha1 in the status file."""
    if not re.fullmatch(r"[0-9a-f]{40}", file.sha1) or Path(file.name).name != file.name:
        raise InputError(
            f"wikipedia: the status file has no sha1 for {file.name!r}, so the file cannot be checked and is not used"
        )
    path = downloads / file.sha1 / file.name
    if path.exists():
        return path
    part = path.with_name(file.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for _ in range(2):
            web.save(file.url, part, size_bytes=file.size_bytes)
            if (seen := sha1_of(part)) == file.sha1:
                part.rename(path)
                return path
            part.unlink()
    except OSError as error:
        raise StorageError(
            f"{path.parent}: {error.strerror or error}; the partial download is kept and will be resumed"
        ) from error
    raise InputError(f"wikipedia: {file.url} has the sha1 {seen}, but its status file says {file.sha1}; try a mirror")
