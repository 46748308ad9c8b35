"""Files on a web server: a single file, or all files that the index page of a folder links to."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from corpora import DownloadError, HttpClient, InputError
from corpora.builtin.sources.addresses.listing import MAX_FILES, RemoteFile, concerns_one_file

SCHEMES = ("http", "https")
MAX_FILE_BYTES = 1 << 40
MAX_INDEX_BYTES = 16 << 20
MAX_DEPTH = 16


class Web:
    """The files at an address on a web server.

    Args:
        url: http or https; if it ends in a slash, it is a folder with an index page.
        max_folders: the most index pages that are read.
    """

    def __init__(self, url: str, *, max_folders: int = 10_000) -> None:
        self._url, self._max_folders = url, max_folders
        contact = os.environ.get("CORPORA_CONTACT", "") or "no contact given"
        self._client = HttpClient(contact, pause_seconds=0.0, redirect_hosts=("*",))

    def files(self) -> Sequence[RemoteFile]:
        """The file, or the files that index pages link to below the address.

        A file or a folder's page that the server does not have has a `refusal`.

        Raises:
            InputError: the address itself cannot be read, the network fails, or there are too many files.
        """
        if not self._url.endswith("/"):
            name = unquote(urlsplit(self._url).path).rpartition("/")[2] or "index"
            return [self._remote(name, self._url)]
        files, refused = self._linked()
        remotes = [self._remote(self._key(url), url) for url in files]
        return [*remotes, *(RemoteFile(self._key(error.url), error.url, refusal=error) for error in refused)]

    def copy(self, remote: RemoteFile, path: Path) -> None:
        """Download the file, continuing where an earlier attempt stopped."""
        self._client.download(remote.place, path, max_bytes=MAX_FILE_BYTES)

    def _remote(self, key: str, url: str) -> RemoteFile:
        try:
            size, version = self._client.about(url)
        except DownloadError as error:
            if not concerns_one_file(error):
                raise
            return RemoteFile(key, url, refusal=error)
        return RemoteFile(key, url, size, version)

    def _key(self, url: str) -> str:
        return unquote(url.removeprefix(self._url))

    def _linked(self) -> tuple[list[str], list[DownloadError]]:
        """The files that the index pages link to, from the address down, and why pages of folders cannot be read."""
        found: dict[str, None] = {}
        refused: list[DownloadError] = []
        folders = [self._url]
        for read, folder in enumerate(folders):
            if read == self._max_folders:
                raise InputError(f"{self._url} links to more than {read:,} folders; give the address of one below")
            try:
                page = self._client.text(folder, max_bytes=MAX_INDEX_BYTES)
            except DownloadError as error:
                if folder == self._url or not concerns_one_file(error):
                    raise
                refused.append(_at(folder, error))
                continue
            links = [url for url in _links(page, folder) if url not in found]
            found |= dict.fromkeys(links)
            folders += [url for url in links if url.endswith("/") and self._depth(url) <= MAX_DEPTH]
            if len(found) > MAX_FILES:
                raise InputError(f"{self._url} links to more than {MAX_FILES:,} files; give the address of one folder")
        return [url for url in found if not url.endswith("/")], refused

    def _depth(self, folder: str) -> int:
        return folder.removeprefix(self._url).count("/")


def _at(folder: str, error: DownloadError) -> DownloadError:
    """The error under the folder's own address; a redirect may have led to another one."""
    return DownloadError(folder, error.reason, error.detail, status=error.status, failed=error.failed)


def _links(page: str, folder: str) -> list[str]:
    """The addresses below a folder that its index page links to, sorted; what is not an address is left out."""
    from lxml import etree, html

    try:
        hrefs = html.document_fromstring(page.encode(), html.HTMLParser(encoding="utf-8")).xpath("//a/@href")
    except etree.ParserError:  # a page without any element
        return []
    targets = set()
    for href in hrefs:
        with suppress(ValueError):
            targets.add(urldefrag(urljoin(folder, str(href))).url)
    return sorted(url for url in targets if url.startswith(folder) and url != folder and "?" not in url)
