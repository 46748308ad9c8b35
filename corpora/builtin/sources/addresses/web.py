"""Files on a web server: a single file, or all files that the index page of a folder links to."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from corpora import HttpClient, InputError
from corpora.builtin.sources.addresses.listing import MAX_FILES, RemoteFile

SCHEMES = ("http", "https")
MAX_FILE_BYTES = 1 << 40
MAX_INDEX_BYTES = 16 << 20
MAX_DEPTH = 16


class Web:
    """The files at an address on a web server.

    Args:
        url: http or https; if it ends in a slash, it is a folder with an index page.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        contact = os.environ.get("CORPORA_CONTACT", "") or "no contact given"
        self._client = HttpClient(contact, pause_seconds=0.0, redirect_hosts=("*",))

    def files(self) -> Sequence[RemoteFile]:
        """The file, or the files that index pages link to below the address.

        Raises:
            InputError: the server refuses or fails, or links to too many files.
        """
        if not self._url.endswith("/"):
            name = unquote(urlsplit(self._url).path).rpartition("/")[2] or "index"
            return [self._remote(name, self._url)]
        found = list(dict.fromkeys(self._linked(self._url, MAX_DEPTH)))
        return [self._remote(unquote(url.removeprefix(self._url)), url) for url in found]

    def copy(self, remote: RemoteFile, path: Path) -> None:
        """Download the file, continuing where an earlier attempt stopped."""
        self._client.download(remote.place, path, max_bytes=MAX_FILE_BYTES)

    def _remote(self, key: str, url: str) -> RemoteFile:
        size, version = self._client.about(url)
        return RemoteFile(key, url, size, version)

    def _linked(self, folder: str, depth: int) -> Iterator[str]:
        from lxml import html

        page = self._client.text(folder, max_bytes=MAX_INDEX_BYTES)
        links = html.fromstring(page).xpath("//a/@href") if page.strip() else []
        targets = sorted({urldefrag(urljoin(folder, str(link))).url for link in links})
        if len(targets) > MAX_FILES:
            raise InputError(f"{folder} links to {len(targets):,} files; at most {MAX_FILES:,}")
        for url in targets:
            if not url.startswith(folder) or url == folder or "?" in url:
                continue
            if not url.endswith("/"):
                yield url
            elif depth:
                yield from self._linked(url, depth - 1)
