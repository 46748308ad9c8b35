"""Parse the status file of a dump (`dumpstatus.json`), and check every field, because it comes from a mirror."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

from corpora import InputError

Kind = TypeVar("Kind")
JOBS = ("articlesmultistreamdump", "articlesdump")
"""The jobs of a dump that can be used, best first: independent streams, then one stream per file."""
MAX_FILE_BYTES = 1 << 40
MAX_SHOWN = 80
ADVICE = "try another --mirror"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}", re.ASCII)
_SHA1 = re.compile(r"[0-9a-f]{40}")
_PAGES = re.compile(r"p([0-9]{1,18})p[0-9]+", re.ASCII)


@dataclass(frozen=True)
class File:
    """One file of a dump, as the status file lists it."""

    name: str
    url: str
    size_bytes: int
    sha1: str


def finished_files(text: str, folder: str) -> Sequence[File]:
    """The files of the best finished job, in the order of their pages; empty if no job is finished.

    Args:
        text: the content of the status file.
        folder: the address it was read from, up to the last slash. Files must be on the same host.

    Raises:
        InputError: it is not a status file; the message names the field, its value, and what is expected.
    """
    place = f"wikipedia: {folder}dumpstatus.json"
    jobs = _member(_parsed(text, place), "jobs", dict, f"{place}: ")
    for name in JOBS:
        if name not in jobs:
            continue
        path = f"{place}: jobs.{name}"
        job = _checked(jobs[name], dict, path)
        if _member(job, "status", str, f"{path}.") == "done":
            listed = _member(job, "files", dict, f"{path}.")
            if files := sorted(_files(listed, f"{path}.files", folder), key=_order):
                return files
    return ()


def _parsed(text: str, place: str) -> dict[str, object]:
    try:
        return dict(_checked(json.loads(text), dict, place))
    except RecursionError as error:
        raise InputError(f"{place} is not a status file: it is nested too deeply; {ADVICE}") from error
    except ValueError as error:
        raise InputError(f"{place} is not JSON: {error}; {ADVICE}") from error


def _files(listed: dict[str, object], path: str, folder: str) -> Iterator[File]:
    for name, facts in listed.items():
        if "pages-articles" not in name or ".xml" not in name or "index" in name or "rss" in name:
            continue
        if not _NAME.fullmatch(name):
            raise InputError(f"{path}: {_shown(name)} is not a file name; {ADVICE}")
        here = f"{path}.{name}"
        facts = _checked(facts, dict, here)
        sha1 = facts.get("sha1")
        if not (isinstance(sha1, str) and _SHA1.fullmatch(sha1)):
            seen = f"is {_shown(sha1)}, not a sha1" if "sha1" in facts else "is missing"
            raise InputError(f"{here}.sha1 {seen}; without one the file cannot be checked, {ADVICE}")
        size = _member(facts, "size", int, f"{here}.")
        if not 0 < size <= MAX_FILE_BYTES:
            raise InputError(f"{here}.size is {_shown(size)}; expected 1 to {MAX_FILE_BYTES:,} bytes; {ADVICE}")
        yield File(name, _address(facts.get("url", name), name, f"{here}.url", folder), size, sha1)


def _address(given: object, name: str, path: str, folder: str) -> str:
    """A file's address. Mirrors copy the paths of the original host, so only the file name of a path is used."""
    url = _checked(given, str, path)
    try:
        parts, target = urlsplit(url), urljoin(folder, url)
        if not parts.scheme and not parts.netloc and parts.path.rpartition("/")[2] == name:
            target = urljoin(folder, name)
        same = urlsplit(target)[:2] == urlsplit(folder)[:2]
    except ValueError:
        same = False
    if not same:
        raise InputError(f"{path} is {_shown(url)}, which is not on {urlsplit(folder).netloc}; {ADVICE}")
    return str(target)


def _member(record: dict[str, object], key: str, kind: type[Kind], prefix: str) -> Kind:
    if key not in record:
        raise InputError(f"{prefix}{key} is missing; {ADVICE}")
    return _checked(record[key], kind, f"{prefix}{key}")


def _checked(value: object, kind: type[Kind], path: str) -> Kind:
    if not isinstance(value, kind) or isinstance(value, bool):
        expected = {dict: "an object", str: "a string", int: "a whole number"}[kind]
        raise InputError(f"{path} is {_shown(value)}; expected {expected}; {ADVICE}")
    return value


def _shown(value: object) -> str:
    """The beginning of a value as JSON: one line, ASCII only."""
    if isinstance(value, dict | list):
        return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(value):,} items"
    return json.dumps(value[:MAX_SHOWN] if isinstance(value, str) else value)[: MAX_SHOWN + 2]


def _order(file: File) -> tuple[int, str]:
    match = _PAGES.search(file.name)
    return int(match[1]) if match else 0, file.name
