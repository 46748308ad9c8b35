"""Clients that do not wait long, and downloads with them."""

import pytest

from corpora import HttpClient, Retries


@pytest.fixture
def client():
    """A function that makes a client; its options replace those of a fast one."""

    def make(**options):
        return HttpClient("ada@example.org", **{"pause_seconds": 0.0, "retries": Retries(5, 0.01), **options})

    return make


@pytest.fixture
def save(client, tmp_path):
    """A function that downloads an address into `part` and returns its bytes."""

    def save(url, *, max_bytes=1 << 20, size_bytes=None, checksum="", **options):
        part = tmp_path / "part"
        client(**options).download(url, part, max_bytes=max_bytes, size_bytes=size_bytes, checksum=checksum)
        return part.read_bytes()

    return save
