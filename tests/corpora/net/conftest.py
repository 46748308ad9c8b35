"""Clients that do not wait long, and downloads with them."""

import logging

import pytest

from corpora import HttpClient, Retries


@pytest.fixture
def client():
    """A function that makes a client; its options replace those of a fast one."""

    def make(**options):
        return HttpClient("ada@example.org", **{"pause_seconds": 0.0, "retries": Retries(5, 0.002), **options})

    return make


@pytest.fixture
def logged():
    """The lines that the client logs, from now on."""
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    log = logging.getLogger("corpora.net")
    before = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    yield lines
    log.removeHandler(handler)
    log.setLevel(before)


@pytest.fixture
def save(client, tmp_path):
    """A function that downloads an address into `part` and returns its bytes."""

    def save(url, *, max_bytes=1 << 20, size_bytes=None, checksum="", **options):
        part = tmp_path / "part"
        client(**options).download(url, part, max_bytes=max_bytes, size_bytes=size_bytes, checksum=checksum)
        return part.read_bytes()

    return save
