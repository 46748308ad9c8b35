"""Bytes of unknown encoding to text; `corpora.builtin.sources.encodings` does it for all sources."""

from corpora.builtin.sources.encodings import Decoded as Decoded
from corpora.builtin.sources.encodings import decode as decode
